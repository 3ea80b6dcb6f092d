"""Checks of the neutral model."""
