"""Cases of OCPP 1.6, from the sections of its specification."""
