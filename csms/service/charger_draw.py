"""What an EVSE drew at instants between the readings of its meter, as far as that is certain.

Between two readings a vehicle draws no less than the lower of them, unless something has made it:
a limit that was lower meanwhile, another transaction, a station that has restarted. Each of these
is known. That a vehicle takes less for a while all by itself is not; whoever relies on this looks
at several instants.

Readings are placed by the time at which they came, not by clocks: one that has come before an
instant was taken before it. One that has come after it may have been on its way for long, and
counts as taken after it only if it has not come later than others of its station.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.domain.limits import Allowance
from csms.domain.site import NO_AMPS, PhaseAmps
from csms.domain.station_clock import TOLERANCE
from csms.domain.vehicle import conductors_in_use

_APART: Final = timedelta(seconds=10)
"""Two instants that lie closer together may have come the other way round."""
_KEPT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What an EVSE drew at an instant, by conductor of its station.

    Attributes:
        least_a: So much at least.
        most_a: And hardly more than this, as far as its meter has told.
        is_told: Whether its meter has told anything since.
    """

    least_a: PhaseAmps
    most_a: PhaseAmps
    is_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A reading of its meter.

    Attributes:
        taken_at: The earliest instant at which it may have been taken.
        received_at: When it came, and the latest.
        least_a: By conductor, what certainly flowed; 0 where only a sum was told.
        follows_break: Whether it may have drawn nothing for a while before.
    """

    taken_at: datetime
    received_at: datetime
    current_a: PhaseAmps
    least_a: PhaseAmps
    follows_break: bool


class ChargerDraw:
    """The last readings of an EVSE, and all that may have made it draw less in between."""

    def __init__(self) -> None:
        self._readings: list[_Reading] = []
        self._is_interrupted = False
        self._held: list[tuple[datetime, Allowance]] = []
        self._forgotten_until: datetime | None = None

    def read(
        self,
        received_at: datetime,
        late_by: timedelta,
        current_a: PhaseAmps,
        least_a: PhaseAmps | None = None,
    ) -> None:
        """Take a reading.

        Args:
            received_at: When it came.
            late_by: How much later than others of its station.
            current_a: By conductor of the station.
            least_a: What of it is certain; None: all.
        """
        reading = _Reading(
            taken_at=received_at - late_by,
            received_at=received_at,
            current_a=current_a,
            least_a=current_a if least_a is None else least_a,
            follows_break=self._is_interrupted,
        )
        self._is_interrupted = False
        self._readings.append(reading)
        del self._readings[:-_KEPT]

    def has_told_since(self, instant: datetime) -> bool:
        """Whether a reading was taken after an instant."""
        return any(one.taken_at >= instant + _APART for one in reversed(self._readings))

    def interrupt(self) -> None:
        """It may have drawn nothing for a while: a transaction has changed, or it has restarted."""
        self._is_interrupted = True

    def let_go(self, allowance: Allowance, now: datetime) -> None:
        """What it was allowed until now is another from now on."""
        self._held.append((now, allowance))
        if len(self._held) > _KEPT:
            self._forgotten_until, _ = self._held.pop(0)

    def at(
        self, began_at: datetime, ended_at: datetime, present: Allowance, now: datetime
    ) -> Drawn:
        """What it drew at an instant of which no more is known than that it lies in a span.

        Args:
            began_at: The start of the span.
            ended_at: Its end.
            present: What it is allowed now.
            now: The present instant.
        """
        count = len(self._readings)
        while count and self._readings[count - 1].received_at > began_at - _APART:
            count -= 1
        before, later = self._readings[max(0, count - 1) : count], self._readings[count:]
        after = next((i for i, one in enumerate(later) if one.taken_at >= ended_at + _APART), None)
        is_told = after is not None
        within = [*before, *(later if after is None else later[: after + 1])]
        most_a = _highest([one.current_a for one in within])
        is_broken = any(one.follows_break for one in within[1:])
        is_broken = is_broken or (self._is_interrupted and not is_told)
        if not before or is_broken or not _is_alike(within):
            return Drawn(least_a=NO_AMPS, most_a=most_a, is_told=is_told)
        until = within[-1].received_at if is_told else now
        cap_a = self._least_allowed(within[0].taken_at, until, present)
        first, second, third = _lowest([one.least_a for one in within])
        least_a = (min(first, cap_a), min(second, cap_a), min(third, cap_a))
        return Drawn(least_a=least_a, most_a=most_a, is_told=is_told)

    def most_allowed(self, start_at: datetime, end_at: datetime, present: Allowance) -> float:
        """The most that it was allowed at any time between two instants."""
        held = [allowance for until, allowance in self._held if until >= start_at]
        return max(one.most_a(start_at, end_at) for one in (*held, present))

    def _least_allowed(self, start_at: datetime, end_at: datetime, present: Allowance) -> float:
        """The least that it may have been held to between two instants."""
        if self._forgotten_until is not None and start_at < self._forgotten_until:
            return 0.0
        leasts, since = [], start_at
        for until, allowance in self._held:
            if until > start_at and since < end_at:
                leasts.append(allowance.least_a(since, min(until, end_at), TOLERANCE))
                since = until
        if since < end_at:
            leasts.append(present.least_a(since, end_at, TOLERANCE))
        return min(leasts)


def _is_alike(readings: list[_Reading]) -> bool:
    """Whether all that flowed did so in the same conductors."""
    used = {conductors_in_use(one.current_a) for one in readings if max(one.current_a) > 0.0}
    return len(used) <= 1


def _highest(currents: list[PhaseAmps]) -> PhaseAmps:
    first, second, third = (max(line) for line in zip(NO_AMPS, *currents, strict=True))
    return (first, second, third)


def _lowest(currents: list[PhaseAmps]) -> PhaseAmps:
    first, second, third = (min(line) for line in zip(*currents, strict=True))
    return (first, second, third)
