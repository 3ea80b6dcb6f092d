"""Checks of the WebSocket side, over real sockets."""
