"""What holds for all tests: generated examples are the same in every run, and take their time."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
