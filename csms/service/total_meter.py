"""What nobody steers, by a meter that shows all that a feeder carries.

Most meters that there are show the whole current: of what nobody steers, and of chargers. What
nobody steers, at the instant of such a reading, is the total less what the chargers below drew
then, on each line.

An upper bound of it, which is what safety needs, takes a lower bound of the chargers
(`csms.service.charger_draw`). A charger tells of itself at other instants, so a total is a reading
of what nobody steers only once all chargers below have told again. One that does not within two
`meter_every_s` is taken to have drawn nothing.

While a vehicle starts, stops or follows another limit, the lower bound lies far below what it
draws, and what nobody steers looks higher than it is. Totals of such instants are left out, as
long as there was a better one within `LEFT_OUT_ROUNDS` rounds of the chargers' meters; what may
have been switched on since the last one that counts is the promise of the site file, largest step
and all. So the promise is one about `STEP_ROUNDS` times `meter_every_s`: until all have told, what
is left out, and a round to spare.

That all is well known may take minutes; that too much flows does not. What nobody steers is at
least the total less the most that chargers may draw, at once. Where that is more than is believed,
it counts. By the books, a feeder can carry more than its limit only if that is so. Then what
counts is the total less what the chargers were last seen to draw: so much has to be cut.

In a grid with neutral, line currents add as numbers: u = t - c. In a 230 V IT grid they add as
vectors. Loads between lines, and balanced three-phase loads, of unity power factor lie within 30
degrees of the line's voltage on either side, and so within 60 degrees of each other:
t² >= u² + c² + u c. Hence u <= (sqrt(4 t² - 3 c²) - c) / 2, which falls as c rises, so that a
lower bound of c does; and u >= t - c, as t <= u + c.

Load of its own at feeders below is in the total as well. Where a meter of its own shows it, the
lower of two of its readings is subtracted; otherwise it counts twice, as it does on its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from csms.domain.identity import FeederId
from csms.domain.site import Earthing, PhaseAmps, Site
from csms.service.feeder_meter import FeederMeter

STEP_ROUNDS: Final = 4
"""Within so many times `meter_every_s` the load rises by the largest step at most."""
LEFT_OUT_ROUNDS: Final = 2
_WAITS_ROUNDS: Final = 2
_ALIKE_A: Final = 1.0
"""What is known so much less well is known as well: meters round."""
_MOST_WAITING: Final = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A reading of all that a feeder carries.

    Attributes:
        at: When it was taken, as its sender says.
        received_at: When it came: it was not taken later.
        current_a: By line.
    """

    at: datetime
    received_at: datetime
    current_a: PhaseAmps


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What chargers below a feeder drew at an instant, by line: magnitudes.

    Attributes:
        least_a: At the least.
        most_a: Hardly more than this.
    """

    least_a: PhaseAmps
    most_a: PhaseAmps


class Chargers(Protocol):
    """What is known by now of all chargers below a feeder."""

    def have_told(self, total: Total) -> bool:
        """Whether all that are there have told again since a total was taken."""
        ...

    def drew(self, total: Total) -> Steered:
        """What they drew then."""
        ...


class TotalMeter:
    """Makes readings of what nobody steers of totals.

    Args:
        earthing: How currents add.
        round_s: How often chargers report their meters.

    Attributes:
        meter: Takes the readings.
        latest: The newest total, None before the first one.
    """

    def __init__(self, earthing: Earthing, round_s: float) -> None:
        self.meter = FeederMeter(STEP_ROUNDS * round_s)
        self.latest: Total | None = None
        self._earthing = earthing
        self._waits = timedelta(seconds=_WAITS_ROUNDS * round_s)
        self._left_out = timedelta(seconds=LEFT_OUT_ROUNDS * round_s)
        self._waiting: list[Total] = []
        self._unsure: list[tuple[datetime, float]] = []

    def take(self, total: Total) -> None:
        """Take a total; it waits until all chargers have told again."""
        self.meter.hear(total.at)
        if self.latest is None:
            self._unsure.append((total.received_at, 0.0))
        if self.latest is None or self.latest.at <= total.at:
            self.latest = total
        self._waiting.append(total)
        self._waiting.sort(key=lambda one: one.at)
        del self._waiting[:-_MOST_WAITING]

    def fresh(self, now: datetime, lives_s: float) -> PhaseAmps | None:
        """The newest total, None if it is stale."""
        latest = self.latest
        if latest is None or now - latest.at > timedelta(seconds=lives_s):
            return None
        return latest.current_a

    def settle(
        self, now: datetime, chargers: Chargers, worst_at: Callable[[datetime], PhaseAmps]
    ) -> None:
        """Make readings of the totals that are known well enough by now.

        Args:
            now: The present instant.
            chargers: All below the feeder.
            worst_at: The most that the load may draw, by the site file.
        """
        while self._waiting:
            total = self._waiting[0]
            if now - total.received_at < self._waits and not chargers.have_told(total):
                return
            del self._waiting[0]
            steered = chargers.drew(total)
            if self._is_sure(total, steered):
                self._read(total, steered, worst_at(total.at))

    def _is_sure(self, total: Total, steered: Steered) -> bool:
        """Whether the chargers' draw was known hardly better at any instant of the last rounds."""
        spread = zip(steered.least_a, steered.most_a, strict=True)
        unsure_a = max(most_a - least_a for least_a, most_a in spread)
        self._unsure.append((total.received_at, unsure_a))
        since = total.received_at - self._left_out
        self._unsure = [one for one in self._unsure if one[0] >= since]
        return unsure_a <= min(amps for _, amps in self._unsure) + _ALIKE_A

    def _read(self, total: Total, steered: Steered, worst_a: PhaseAmps) -> None:
        """Believe the most that it can have been; above the worst case only what it surely was."""
        most_a = at_most(total.current_a, steered.least_a, self._earthing)
        least_a = at_least(total.current_a, steered.most_a)
        first, second, third = (
            most if least > worst else min(most, worst)
            for most, least, worst in zip(most_a, least_a, worst_a, strict=True)
        )
        self.meter.read(total.at, (first, second, third), least_a)


def total_meters(site: Site) -> dict[FeederId, TotalMeter]:
    """The meters of a site that show all that a feeder carries, by feeder."""
    return {
        feeder.feeder_id: TotalMeter(site.earthing, site.control.meter_every_s)
        for feeder in site.feeders
        if feeder.uncontrolled is not None and feeder.uncontrolled.has_total_meter
    }


def at_most(total_a: PhaseAmps, steered_a: PhaseAmps, earthing: Earthing) -> PhaseAmps:
    """The most that nobody steers, by line.

    Args:
        total_a: What flows.
        steered_a: What the chargers draw of it, at the least.
        earthing: How currents add.
    """
    if earthing is Earthing.TN:
        return at_least(total_a, steered_a)
    first, second, third = map(_at_most_in_it, total_a, steered_a)
    return (first, second, third)


def at_least(total_a: PhaseAmps, steered_a: PhaseAmps) -> PhaseAmps:
    """The least that nobody steers, by line.

    Args:
        total_a: What flows.
        steered_a: What the chargers draw of it, at the most.
    """
    first, second, third = (max(0.0, t - c) for t, c in zip(total_a, steered_a, strict=True))
    return (first, second, third)


def added(steered_a: PhaseAmps, other_a: PhaseAmps, earthing: Earthing) -> PhaseAmps:
    """The least that two loads are together, by line, if their angle is not known."""
    if earthing is Earthing.TN:
        first, second, third = (c + o for c, o in zip(steered_a, other_a, strict=True))
    else:
        first, second, third = (
            math.sqrt(c * c + o * o + c * o) for c, o in zip(steered_a, other_a, strict=True)
        )
    return (first, second, third)


def _at_most_in_it(total_a: float, steered_a: float) -> float:
    if total_a <= steered_a:
        return 0.0
    return (math.sqrt(4 * total_a**2 - 3 * steered_a**2) - steered_a) / 2
