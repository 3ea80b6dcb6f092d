"""The WebSocket side: sockets in, events out; commands in, calls out."""
