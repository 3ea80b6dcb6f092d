"""Instants as requests tell them: in words, with their offset from UTC, and never as numbers."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import AwareDatetime, BeforeValidator


def _no_number(told: object) -> object:
    """Let nothing pass that would be taken for seconds since 1970, which nobody meant."""
    if isinstance(told, datetime) or told is None:
        return told
    try:
        float(told)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return told
    raise ValueError(f"expected an instant such as 2026-01-14T12:00:00Z, got {told}")


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""An instant with its offset from UTC, as RFC 3339 has it."""
