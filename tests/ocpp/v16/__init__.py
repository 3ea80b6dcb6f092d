"""Checks of OCPP 1.6."""
