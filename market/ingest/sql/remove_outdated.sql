-- Facts of a day before the stock's newest price: what is known is newer.
DELETE FROM staged_stocks AS staged
 USING market.latest_prices AS latest
 WHERE latest.stock_id = staged.stock_id AND staged.trade_date < latest.trade_date
