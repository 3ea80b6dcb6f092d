"""Errors of requests that come too often, or under a key that is taken.

ChargeFlexError
├── BusyError                somebody else was answered just now
├── TooManyRequestsError     a client asks for more than its share
├── OrderUsedError           a key of an order that was given to another one
└── OrderUnderWayError       an order that is just being carried out
"""

from csms.domain.errors import ChargeFlexError
from csms.language.said import Said


class BusyError(ChargeFlexError):
    """What is asked for takes long, and somebody else was answered just now.

    Attributes:
        retry_after_s: From when on it may be asked again.
    """

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            Said(
                "somebody else was answered just now; ask again in %(wait).1f s",
                wait=retry_after_s,
            )
        )
        self.retry_after_s = retry_after_s


class TooManyRequestsError(ChargeFlexError):
    """A client asks for more than its share.

    Attributes:
        retry_after_s: From when on it may ask again.
    """

    def __init__(self, per_s: float, retry_after_s: float) -> None:
        super().__init__(
            Said(
                "expected at most %(most)g requests a second; ask again in %(wait).1f s",
                most=per_s,
                wait=retry_after_s,
            )
        )
        self.retry_after_s = retry_after_s


class OrderUsedError(ChargeFlexError):
    """The key of an order was given to another one before."""

    def __init__(self) -> None:
        super().__init__(Said("expected a key of its own, got one that was given to another order"))


class OrderUnderWayError(ChargeFlexError):
    """An order with that key is just being carried out."""

    def __init__(self) -> None:
        super().__init__(Said("the order with this key is just being carried out"))
