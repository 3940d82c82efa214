"""The four groups of the desk, named like the database roles that they stand for."""

READONLY, TRADER, ANALYST, ADMIN = GROUPS = ("aegis_readonly", "aegis_trader", "aegis_analyst", "aegis_admin")
