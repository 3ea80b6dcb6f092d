"""OCPP: framing and one pure adapter per protocol version."""
