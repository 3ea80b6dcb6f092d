"""Forecasts: what vehicles will need and when they leave, and what a site will draw.

pandas in, pandas out; no clock, no files, no network. `docs/forecast.md` tells how they are made
and how good they are.
"""
