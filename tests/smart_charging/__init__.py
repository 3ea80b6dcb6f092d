"""Checks of the planner: cases solved by hand, brute force, and what holds for every plan."""
