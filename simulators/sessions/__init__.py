"""Plug-in sessions of vehicles: real ones from data sets, and generated ones like them."""
