"""Drills, against servers of their own: many requests at once, in a process that serves as the web does, and kills."""
