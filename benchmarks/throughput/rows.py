"""What was measured of one server and one kind of message."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from statistics import median

from benchmarks.load.figures import LoadFigures


@dataclass(frozen=True, slots=True)
class Window:
    """One server under load for a while.

    Attributes:
        load: What the generator counted.
        server_s: Processor time of the server.
        database_s: Processor time of the database's own processes.
        took_s: How long it was, until the last answer.
    """

    load: LoadFigures
    server_s: float
    database_s: float
    took_s: float

    @property
    def per_server_s(self) -> float:
        """Messages per second of the server's processor time."""
        return self.load.answered / self.server_s

    @property
    def per_processor_s(self) -> float:
        """Messages per second of processor time, the database's counted in."""
        return self.load.answered / (self.server_s + self.database_s)

    def alone_us(self, rest: float) -> float:
        """Processor time of a message, without what would have been used all the same."""
        if not self.load.answered:
            return inf
        return (self.server_s + self.database_s - rest * self.took_s) / self.load.answered * 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured.

    Attributes:
        name: `peer`, `floor`, or the kind of the database.
        message: `MeterValues`, `TransactionEvent` or `Heartbeat`.
        windows: As much as it can take, round by round.
        rest: Processor time per second before the loads, while stations charge and say nothing.
        peers: The same of the peer; empty for itself, and where it does not take part.
        half: At half of what it can take; None where that was not measured.
        steady: At the rate that is asked of many stations; None where that was not measured.
        kept: Readings that the database holds of these loads; None where it holds none.
        idle_kib: Memory per station before the loads.
        loaded_kib: And after them.
    """

    name: str
    message: str
    stations: int
    windows: tuple[Window, ...]
    rest: float
    peers: tuple[Window, ...] = ()
    half: LoadFigures | None = None
    steady: LoadFigures | None = None
    kept: int | None = None
    idle_kib: float
    loaded_kib: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return median(window.load.rate for window in self.windows)

    @property
    def per_server_s(self) -> float:
        """Messages per second of the server's processor time."""
        return median(window.per_server_s for window in self.windows)

    @property
    def per_processor_s(self) -> float:
        """Messages per second of processor time, the database's counted in."""
        return median(window.per_processor_s for window in self.windows)

    @property
    def cost_us(self) -> float:
        """Processor time of a message, the database's counted in; without end if none came."""
        return 1e6 / self.per_processor_s if self.per_processor_s else inf

    @property
    def alone_us(self) -> float:
        """Processor time of a message beyond what the server uses at rest."""
        return median(window.alone_us(self.rest) for window in self.windows)

    @property
    def generator_share(self) -> float:
        """How busy the generator was: near 1 it is what was measured."""
        return max(window.load.generator_share for window in self.windows)

    @property
    def ratio(self) -> float | None:
        """Messages per processor time over the peer's."""
        return self._median(
            ours.per_processor_s / theirs.per_server_s for ours, theirs in self._pairs()
        )

    @property
    def wall_ratio(self) -> float | None:
        """Messages per second over the peer's; None where it answered none in time."""
        return self._median(
            ours.load.rate / theirs.load.rate for ours, theirs in self._pairs() if theirs.load.rate
        )

    @property
    def faults(self) -> list[str]:
        """Answers that were errors or never came, and readings that were not kept."""
        errors = sum(load.errors for load in self._loads())
        unanswered = sum(load.unanswered for load in self._loads())
        found = [f"{errors} errors"] if errors else []
        if not any(window.load.answered for window in self.windows):
            found.append("nothing answered")
        found += [f"{unanswered} not answered"] if unanswered else []
        if self.kept is not None:
            answered = sum(load.answered - load.errors for load in self._loads())
            sent = sum(load.sent for load in self._loads())
            if not answered <= self.kept <= sent:
                found.append(f"{self.kept} kept of {answered} acknowledged")
        return [f"{self.name} {self.message} at {self.stations:,}: {fault}" for fault in found]

    def _pairs(self) -> Iterator[tuple[Window, Window]]:
        """Rounds of both; one in which the peer has answered nothing says nothing."""
        for ours, theirs in zip(self.windows, self.peers, strict=bool(self.peers)):
            if theirs.load.answered:
                yield ours, theirs

    def _loads(self) -> list[LoadFigures]:
        below = [load for load in (self.half, self.steady) if load is not None]
        return [*(window.load for window in self.windows), *below]

    @staticmethod
    def _median(ratios: Iterator[float]) -> float | None:
        found = list(ratios)
        return median(found) if found else None
