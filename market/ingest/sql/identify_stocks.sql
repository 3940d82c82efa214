UPDATE staged_stocks AS staged
   SET stock_id = stocks.stock_id
  FROM market.stocks
 WHERE staged.stock_id IS NULL AND stocks.ticker = staged.ticker
