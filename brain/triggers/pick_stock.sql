-- A pick is of the stock that its report is about: filled in when omitted, refused when it disagrees.
DECLARE
    reported bigint := (SELECT stock_id FROM brain.ai_reports WHERE report_id = NEW.report_id);
BEGIN
    IF NEW.stock_id IS NOT NULL AND NEW.stock_id <> reported THEN
        RAISE EXCEPTION 'pick_stock: report % is about stock %, not %; leave stock_id out to have it filled in',
            NEW.report_id, reported, NEW.stock_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_stock', TABLE = 'daily_picks', SCHEMA = 'brain';
    END IF;
    NEW.stock_id := reported;
    RETURN NEW;
END
