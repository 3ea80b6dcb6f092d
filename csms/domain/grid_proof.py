"""How a feeder kept to its limit, quarter of an hour by quarter of an hour."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from csms.domain.guard_event import GuardEvent
from csms.domain.identity import FeederId, SiteId
from csms.domain.site import PhaseAmps

QUARTER: Final = timedelta(minutes=15)
Span: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What meters showed of a feeder for a while.

    Attributes:
        seconds: How long.
        load_as: Ampere-seconds by line.
        peak_a: The highest by line.
        margin_a: The least that was left on any line; below 0: so much was above the limit.
    """

    seconds: float
    load_as: PhaseAmps
    peak_a: PhaseAmps
    margin_a: float

    @property
    def mean_a(self) -> PhaseAmps:
        """The mean by line."""
        first, second, third = (one / self.seconds for one in self.load_as)
        return (first, second, third)

    def exceeded(self, load_a: PhaseAmps, margin_a: float) -> "Measured":
        """The same, with a load that was seen for a moment."""
        return replace(
            self,
            peak_a=_by_line(max, self.peak_a, load_a),
            margin_a=min(self.margin_a, margin_a),
        )

    def joined(self, other: "Measured") -> "Measured":
        """Both of them together."""
        return Measured(
            seconds=self.seconds + other.seconds,
            load_as=_by_line(lambda one, more: one + more, self.load_as, other.load_as),
            peak_a=_by_line(max, self.peak_a, other.peak_a),
            margin_a=min(self.margin_a, other.margin_a),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FedIn:
    """What a feeder fed in while that was limited.

    Attributes:
        limited_by: Whose limit it was; of several, the lowest one's.
        limit_w: The lowest, of all lines together; of one line, three times that.
        peak_w: The most that was measured; None: nothing was.
        over_s: For how many seconds more was fed in than a limit, by more than meters round.
    """

    limited_by: str
    limit_w: float
    peak_w: float | None = None
    over_s: float = 0.0

    def joined(self, other: "FedIn") -> "FedIn":
        """Both parts of one quarter."""
        lower = self if self.limit_w <= other.limit_w else other
        peaks_w = [one.peak_w for one in (self, other) if one.peak_w is not None]
        return FedIn(
            limited_by=lower.limited_by,
            limit_w=lower.limit_w,
            peak_w=max(peaks_w, default=None),
            over_s=self.over_s + other.over_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofQuarter:
    """What a feeder was limited to in a quarter of an hour, and what it carried.

    Attributes:
        limited_by: Whose limit it was, in words; of several, the lowest one's.
        limit_a: The lowest of the quarter, by line.
        measured: What meters showed; None: nothing was measured.
        fed: What was fed in; None: nobody limited that.
    """

    feeder_id: FeederId
    starts_at: datetime
    limited_by: str
    limit_a: PhaseAmps
    measured: Measured | None
    fed: FedIn | None = None

    def joined(self, other: "ProofQuarter") -> "ProofQuarter":
        """Both parts of one quarter."""
        is_lower = min(other.limit_a) < min(self.limit_a)
        measured = self.measured or other.measured
        if self.measured and other.measured:
            measured = self.measured.joined(other.measured)
        fed = self.fed or other.fed
        if self.fed and other.fed:
            fed = self.fed.joined(other.fed)
        return ProofQuarter(
            feeder_id=self.feeder_id,
            starts_at=self.starts_at,
            limited_by=other.limited_by if is_lower else self.limited_by,
            limit_a=_by_line(min, self.limit_a, other.limit_a),
            measured=measured,
            fed=fed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWanted:
    """Which quarters of an hour are looked for, from an instant on and before another.

    Where something is None, any is.
    """

    site_id: SiteId | None = None
    feeder_id: FeederId | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """How one feeder kept to its limits: each quarter of an hour, and each breach."""

    quarters: tuple[ProofQuarter, ...]
    breaches: tuple[GuardEvent, ...]


def over_seconds(quarters: Iterable[ProofQuarter], spans: Iterable[Span]) -> list[float]:
    """How many seconds of each quarter lie in any of several spans; none counts twice.

    Args:
        quarters: Quarters of an hour.
        spans: In any order, none longer than a quarter.
    """
    known = sorted(spans)
    begins = [begins_at for begins_at, _ in known]
    return [_covered_s(one.starts_at, known, begins) for one in quarters]


def _covered_s(starts_at: datetime, known: Sequence[Span], begins: Sequence[datetime]) -> float:
    total_s, counted_to, ends_at = 0.0, starts_at, starts_at + QUARTER
    first = bisect_left(begins, starts_at - QUARTER)
    for begin, end in known[first : bisect_left(begins, ends_at)]:
        first_at, last_at = max(begin, counted_to), min(end, ends_at)
        if last_at > first_at:
            total_s += (last_at - first_at).total_seconds()
            counted_to = last_at
    return total_s


def quarter_of(instant: datetime) -> datetime:
    """When the quarter of an hour began in which an instant lies."""
    utc = instant.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % 15, second=0, microsecond=0)


def _by_line(
    choose: Callable[[float, float], float], one: PhaseAmps, other: PhaseAmps
) -> PhaseAmps:
    first, second, third = map(choose, one, other)
    return (first, second, third)
