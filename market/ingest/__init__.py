"""How a file of prices or stocks becomes rows.

    sources     files, folders, patterns, standard input
    tables      a file opened as batches of its raw rows: CSV, gzipped CSV, Parquet (read by a process of its own)
    formats     what the columns of each publisher's files mean: one small module each
    header      the first lines of a CSV file: names, encoding
    told        what a file does not say of itself: day, ticker, market
    numbers     text to exact decimals; dates, to days
    rules       when a row is skipped or rejected, and why
    closed_days rows of days on which their exchange was closed
    directory   the known stocks, and those that a file brings
    intake      batches judged row by row: what to store, what was skipped, what was rejected
    parcels     the rows of a file in order of days, parsed ahead of the server
    copying     rows as text for COPY, and as the text by which a stored month is known
    months      new months built aside and attached, known ones compared
    store       staging tables and the set-based SQL that moves them into place (`sql/`)
    prices      `load_prices`: one file, one transaction
    stocks      `load_stocks`: the same for the stock master
    listings    stocks that were listed more than once, and delistings
    rejects     rows that were rejected; retry tries them again, as a reject_table, unless they are superseded
    command     the door that the commands share

A new format is a module in `formats/` and its name in the list there; a new container (a way to find rows in bytes) is
a `Table`.
"""
