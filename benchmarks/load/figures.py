"""What a load came to: counts and latencies."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFigures:
    """What came of a load.

    Attributes:
        sent: Calls that were sent.
        answered: Of those, how many were answered, by a result or an error.
        errors: Of those, how many by an error.
        in_time: How many were answered before the time was over.
        seconds: How long calls were sent.
        late_p99_ms: How late the generator itself sent what was due; NaN in a closed loop.
        generator_share: Processor time of the generator over the time that passed.
    """

    sent: int
    answered: int
    errors: int
    in_time: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    late_p99_ms: float
    generator_share: float

    @property
    def rate(self) -> float:
        """Messages answered per second."""
        return self.in_time / self.seconds

    @property
    def unanswered(self) -> int:
        """Messages that were never answered."""
        return self.sent - self.answered


@dataclass(slots=True)
class Tally:
    """Counts answers while they come.

    Attributes:
        sent: Calls that were sent.
        errors: Answers that were errors.
    """

    sent: int = 0
    errors: int = 0
    in_time: int = 0
    _latencies_s: "array[float]" = field(default_factory=lambda: array("d"))
    _lates_s: "array[float]" = field(default_factory=lambda: array("d"))

    def note_late(self, late_s: float) -> None:
        """Note how late a call was sent that was due."""
        self._lates_s.append(late_s)

    def count(self, latency_s: float, *, is_error: bool, is_in_time: bool) -> None:
        """Count an answer."""
        self._latencies_s.append(latency_s)
        self.errors += is_error
        self.in_time += is_in_time

    def figures(
        self, seconds: float, waiting_s: Iterable[float], generator_share: float
    ) -> LoadFigures:
        """Sum up.

        Args:
            seconds: How long calls were sent.
            waiting_s: How long each unanswered call has waited; a latency like any other.
            generator_share: Processor time of the generator over the time that passed.
        """
        answered = len(self._latencies_s)
        ordered_ms = sorted(1000 * latency_s for latency_s in (*self._latencies_s, *waiting_s))
        return LoadFigures(
            sent=self.sent,
            answered=answered,
            errors=self.errors,
            in_time=self.in_time,
            seconds=seconds,
            p50_ms=percentile(ordered_ms, 50),
            p99_ms=percentile(ordered_ms, 99),
            max_ms=percentile(ordered_ms, 100),
            late_p99_ms=1000 * percentile(sorted(self._lates_s), 99),
            generator_share=generator_share,
        )


def percentile(ordered: Sequence[float], share_pct: float) -> float:
    """The smallest value that so many percent of all do not exceed; NaN of none.

    Args:
        ordered: Ascending.
        share_pct: Above 0, at most 100.
    """
    if not ordered:
        return math.nan
    return ordered[math.ceil(share_pct / 100 * len(ordered)) - 1]
