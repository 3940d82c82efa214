-- How many rows are stored of these days in one month, and the digest of what they say. The stored rows need not travel:
-- what was computed alike of the rows of a file is equal where they are.
SELECT count(*),
       sha256(convert_to(string_agg(ROW(stock_id, trade_date - '1970-01-01', {values})::text, ''
                                    ORDER BY trade_date, stock_id), 'UTF8'))
  FROM {month}
 WHERE trade_date BETWEEN %(first)s AND %(last)s
