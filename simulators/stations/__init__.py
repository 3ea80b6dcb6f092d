"""Simulated charging stations with vehicles at them, speaking OCPP 1.6-J and 2.0.1."""
