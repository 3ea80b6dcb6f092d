"""Checks of framing and translation."""
