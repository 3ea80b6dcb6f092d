"""Frames as logs may show them."""

from typing import Final

from csms.gateway.messages import Message

_SECRETS: Final = ("AuthorizationKey", "BasicAuthPassword")
"""Settings of 1.6 and of 2.0.1 that hold a station's password (A01.FR.09)."""


def masked(message: Message) -> Message:
    """A message, or a word in its place if it may hold a password."""
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    return "(a message on passwords)" if any(word in text for word in _SECRETS) else message
