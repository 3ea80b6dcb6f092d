"""Prices of energy, and what CO2 it stands for: from files, and from servers of others."""
