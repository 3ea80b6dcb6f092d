"""A message to be sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message.

    Attributes:
        payload: Empty and retained: what was retained is forgotten.
        is_retained: Whether the broker keeps it for who comes later.
        correlation: What tells the receiver which of its messages this answers (MQTT 5).
        lives_s: After so long the broker need not deliver it any more (MQTT 5).
    """

    topic: str
    payload: bytes
    is_retained: bool = False
    correlation: bytes | None = None
    lives_s: int | None = None
