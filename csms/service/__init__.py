"""Use cases: what happens when a station reports, and what a site does about it."""
