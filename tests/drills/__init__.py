"""Drills: many requests at once against a server of their own, each run in a process that serves as the web does."""
