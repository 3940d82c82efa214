SELECT 1;  -- the column goes
