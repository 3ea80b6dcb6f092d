"""Checks of the web API, through the application and over real sockets."""
