"""Checks of settings and site files."""
