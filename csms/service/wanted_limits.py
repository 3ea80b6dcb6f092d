"""What somebody wants a feeder to be limited to, checked before it counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.identity import FeederId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.site import PhaseAmps
from csms.language.said import Said

MOST_LIMITS: Final = 200
"""So many of one party at one feeder: two days of quarter-hours, and some."""
_MOST_A: Final = 10_000.0
_LINES: Final = 3
_LONGEST: Final = timedelta(days=366)
_MOST_CHARACTERS: Final = 200
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLimit:
    """What somebody wants a feeder to be limited to.

    Attributes:
        amps: One current for all lines, or one for each.
        from_at: When it begins; None: at once.
        until_at: When it ends by itself; None: when it is lifted.
        words: Why.
    """

    amps: Sequence[float]
    from_at: datetime | None = None
    until_at: datetime | None = None
    words: str = ""


def checked_limits(
    feeder_id: FeederId, party: LimitParty, wanted: Sequence[WantedLimit], now: datetime
) -> tuple[ImposedLimit, ...]:
    """Limits that can be true, in whole seconds, by their start.

    Raises:
        InvalidInputError: They cannot be; among several, the place begins with which one.
    """
    if not 1 <= len(wanted) <= MOST_LIMITS:
        raise InvalidInputError(
            "limits",
            Said("expected 1 to %(most)s, got %(came)s", most=MOST_LIMITS, came=len(wanted)),
        )
    limits: dict[datetime, ImposedLimit] = {}
    for number, one in enumerate(wanted):
        place = f"limits/{number}/" if len(wanted) > 1 else ""
        limit = _checked(feeder_id, party, one, now, place)
        if limit.from_at in limits:
            message = Said(
                "expected one limit for each start, got two at %(at)s", at=limit.from_at.isoformat()
            )
            raise InvalidInputError(f"{place}from", message)
        limits[limit.from_at] = limit
    return tuple(limits[start] for start in sorted(limits))


def _checked(
    feeder_id: FeederId, party: LimitParty, wanted: WantedLimit, now: datetime, place: str
) -> ImposedLimit:
    from_at = (wanted.from_at or now).astimezone(UTC).replace(microsecond=0)
    if from_at > now + _LONGEST:
        raise InvalidInputError(
            f"{place}from", Said("expected at most %(days)s days ahead", days=_LONGEST.days)
        )
    until_at = checked_until(wanted.until_at, from_at, now, place)
    words = checked_words(wanted.words, place)
    return ImposedLimit(
        feeder_id=feeder_id,
        party=party,
        amps=_by_line(wanted.amps, place),
        from_at=from_at,
        until_at=until_at,
        words=words,
    )


def checked_until(
    until_at: datetime | None, from_at: datetime, now: datetime, place: str = ""
) -> datetime | None:
    """When a limit ends that can be true, in whole seconds; None: when somebody says so.

    Raises:
        InvalidInputError: It cannot be; `place` begins with which one of several limits.
    """
    if until_at is None:
        return None
    until_at = _rounded_up(until_at.astimezone(UTC))
    if until_at <= max(from_at, now):
        message = Said(
            "expected an instant after the start and after now (%(now)s), got %(came)s",
            now=now.isoformat(),
            came=until_at.isoformat(),
        )
        raise InvalidInputError(f"{place}until", message)
    if until_at > now + _LONGEST:
        raise InvalidInputError(
            f"{place}until", Said("expected at most %(days)s days ahead", days=_LONGEST.days)
        )
    return until_at


def checked_words(words: str, place: str = "") -> str:
    """Why there is a limit, on one short line.

    Raises:
        InvalidInputError: It is not.
    """
    words = words.strip()
    if len(words) > _MOST_CHARACTERS:
        message = Said(
            "expected at most %(most)s characters, got %(came)s",
            most=_MOST_CHARACTERS,
            came=len(words),
        )
        raise InvalidInputError(f"{place}words", message)
    if not words.isprintable():
        message = Said("expected one line of text, got control characters")
        raise InvalidInputError(f"{place}words", message)
    return words


def _rounded_up(instant: datetime) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole + _SECOND if instant.microsecond else whole


def _by_line(amps: Sequence[float], place: str) -> PhaseAmps:
    if len(amps) not in (1, _LINES):
        raise InvalidInputError(
            f"{place}amps", Said("expected one current or 3, got %(came)s", came=len(amps))
        )
    if not all(math.isfinite(one) and 0 <= one <= _MOST_A for one in amps):
        raise InvalidInputError(
            f"{place}amps", Said("expected 0 to %(most)g A on every line", most=_MOST_A)
        )
    first, second, third = amps if len(amps) == _LINES else (amps[0],) * _LINES
    return (float(first), float(second), float(third))
