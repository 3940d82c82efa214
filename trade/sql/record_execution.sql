INSERT INTO trade.executions (order_id, executed_quantity, executed_price, commission, tax, executed_time, fx_rate,
                              exchange_ref)
VALUES (%(order_id)s, %(quantity)s, %(price)s, %(commission)s, %(tax)s, coalesce(%(executed_time)s, now()), %(fx_rate)s,
        %(exchange_ref)s)
    ON CONFLICT (order_id, exchange_ref) DO NOTHING
RETURNING *
