-- A pick is of the stock that its report is about: filled in when omitted, refused when it disagrees.
DECLARE
    reported bigint := (SELECT stock_id FROM brain.ai_reports WHERE report_id = NEW.report_id);
BEGIN
    IF reported IS NULL AND NEW.report_id IS NOT NULL THEN
        RAISE EXCEPTION 'fk_daily_picks_report: there is no report %', NEW.report_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_daily_picks_report';
    ELSIF NEW.stock_id <> reported THEN
        RAISE EXCEPTION 'pick_stock: report % is about stock %, not %; leave stock_id out to have it filled in',
            NEW.report_id, reported, NEW.stock_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pick_stock';
    END IF;
    NEW.stock_id := reported;
    RETURN NEW;
END
