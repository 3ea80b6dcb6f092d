"""The timetable of a fleet: when its vehicles leave, and with how much energy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from csms.domain.identity import EvseId
from csms.domain.transaction import NOTHING_STATED, StatedNeed, Transaction

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_AHEAD: Final = 8
"""A vehicle that comes right after its weekly departure stays for a week."""

Who: TypeAlias = str | EvseId
"""A vehicle by its id token in capitals, or whichever stands at an EVSE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A line of a timetable.

    Attributes:
        who: Whose.
        weekdays: On which days of the week it counts, 0 for Monday; empty: on `day` only.
        day: The only day on which it counts, in place of lines for its weekday; None: on weekdays.
        leaves_at: At which time of the site's clock; None: it does not leave on those days.
        energy_wh: Energy from the start of the transaction that it leaves with; None: not told.
    """

    who: Who
    weekdays: frozenset[int] = frozenset()
    day: date | None = None
    leaves_at: time | None
    energy_wh: float | None = None


class Timetable:
    """A site's timetable.

    Args:
        lines: In any order.

    Attributes:
        lines: The same.
    """

    def __init__(self, lines: Sequence[Departure] = ()) -> None:
        self.lines = tuple(lines)
        self._of: dict[Who, list[Departure]] = {}
        for line in lines:
            self._of.setdefault(line.who, []).append(line)

    def need_of(self, transaction: Transaction, zone: ZoneInfo) -> StatedNeed:
        """What the vehicle of a transaction needs by the timetable; blank: it says nothing.

        The first departure after the transaction's start counts, also once its time has passed: the
        vehicle is late. Lines for a token outrank those for the EVSE.

        Args:
            transaction: Of the vehicle.
            zone: The site's time zone.
        """
        theirs = self._lines_for(transaction)
        if not theirs:
            return NOTHING_STATED
        came = transaction.started_at.astimezone(zone)
        for ahead in range(_DAYS_AHEAD):
            day = came.date() + timedelta(days=ahead)
            leaving = [
                (datetime.combine(day, line.leaves_at, zone).astimezone(UTC), line.energy_wh)
                for line in _on(day, theirs)
                if line.leaves_at is not None
            ]
            later = [one for one in leaving if one[0] > transaction.started_at]
            if later:
                departs_at, energy_wh = min(later, key=lambda one: one[0])
                return StatedNeed(energy_wh=energy_wh, departs_at=departs_at)
        return NOTHING_STATED

    def _lines_for(self, transaction: Transaction) -> list[Departure]:
        token, evse = transaction.id_token, transaction.evse
        of_token = self._of.get(token.key) if token else None
        return of_token or (self._of.get(evse, []) if evse else [])


def _on(day: date, lines: Iterable[Departure]) -> list[Departure]:
    """The lines that count on a day: those for it alone, if there are any."""
    lines = tuple(lines)
    special = [line for line in lines if line.day == day]
    return special or [line for line in lines if day.weekday() in line.weekdays]
