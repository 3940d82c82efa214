"""Who comes in: passwords and how often they may be guessed, second factors, and how long a session lasts."""
