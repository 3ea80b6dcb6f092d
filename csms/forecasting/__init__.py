"""Forecasts of stays for the server: models are fitted and asked in processes of their own."""
