"""Running AEGIS from one command: database, tables, demo, operator account, static files and web server.

`supervisor` runs in the process of `manage.py start` and does nothing itself that a signal could hurt: it starts the
other processes, watches them and ends them. `prepare` brings the database up to date and `web` is gunicorn, each in a
process of its own that ends when the supervisor does, however that ends.
"""


class ServingError(Exception):
    """AEGIS cannot be started, or stopped serving; the message says what to do."""
