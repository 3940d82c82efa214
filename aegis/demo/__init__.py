"""A small, believable desk for a first look: 41 invented companies, two years of sessions, three portfolios.

Everything is computed from one fixed seed, so that the same end date gives the same data everywhere. All modules but
two only compute and know nothing of the database: `trading` replays what the desk did, and `load` writes the rest.
"""
