-- Triggers that want to see each row that arrives, other than the one whose work is done for rows that are attached
-- (`meet_latest.sql`). A statement trigger without transition tables sees no rows: any statement satisfies it.
SELECT count(*)
  FROM pg_catalog.pg_trigger
 WHERE tgrelid = 'market.daily_prices'::regclass
   AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & 4 <> 0                               -- on INSERT
   AND (tgtype::int & 1 <> 0 OR tgnewtable IS NOT NULL)   -- for each row, or for the rows of a statement
   AND NOT starts_with(tgname, 'pgtrigger_latest_price_on_insert_')
