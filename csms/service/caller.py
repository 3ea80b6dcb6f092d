"""Who asks just now, for whatever is done in that request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from csms.domain.access import NOBODY, Caller

_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def current_caller() -> Caller:
    """Who asks just now."""
    return _caller.get()


@contextmanager
def acting_for(caller: Caller) -> Iterator[None]:
    """Let all that is done within, in this task, be done for somebody."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)
