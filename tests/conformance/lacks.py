"""What the system lacks: marks for the cases that fail by it, and pass once it is there."""

from typing import Final

import pytest


def _lacking(what: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=what)


EARLY_PROFILES: Final = _lacking(
    "set_profile takes no tx (409), not even one of a transaction that does not run (K01.FR.33)"
)
