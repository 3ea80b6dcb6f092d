"""The journal: every message in and out, for those who want to know what was said."""
