"""A grid company's capacity profile: blocks of time with what a feeder may carry in them.

The shape is that of the blocks of a forecast in OSCP 2.0 (`ForecastedBlock`): a capacity with its
unit and phase, from one instant to another.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from math import inf, isinf
from typing import Final

from csms.domain.site import Earthing, PhaseAmps, Site

_W_PER_KW: Final = 1000.0
_FREE: Final[PhaseAmps] = (inf, inf, inf)
_LINES: Final = (1, 2, 3)
_NOTHING: Final = 1e-9
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class BlockKind(StrEnum):
    """What a block's capacity is a capacity of."""

    CONSUMPTION = "consumption"
    """The most that may be drawn."""
    GENERATION = "generation"
    """The most that may be fed in."""
    OPTIMUM = "optimum"
    """What the grid company would like best."""
    FALLBACK = "fallback"
    """The most that may be drawn while nothing is heard of the grid company."""
    FALLBACK_GENERATION = "fallback_generation"
    """The same of what is fed in."""
    AGREED = "agreed"
    """The most that may be drawn as was agreed on: flexibility that was asked for and offered."""
    AGREED_LEAST = "agreed_least"
    """What should be drawn at least, as was agreed on."""

    @property
    def limits(self) -> bool:
        """Whether it limits what is drawn."""
        return self in (BlockKind.CONSUMPTION, BlockKind.FALLBACK, BlockKind.AGREED)

    @property
    def feeds(self) -> bool:
        """Whether it limits what is fed in."""
        return self in (BlockKind.GENERATION, BlockKind.FALLBACK_GENERATION)

    @property
    def aims(self) -> bool:
        """Whether plans aim at it, without being limited by it."""
        return self in (BlockKind.OPTIMUM, BlockKind.AGREED_LEAST)


class CapacityUnit(StrEnum):
    """What a capacity is told in."""

    A = "A"
    W = "W"
    KW = "KW"


class BlockPhase(StrEnum):
    """Of which lines a capacity is: each of them in A; in W, one of them or all together."""

    UNKNOWN = "UNKNOWN"
    ONE = "ONE"
    TWO = "TWO"
    THREE = "THREE"
    ALL = "ALL"

    @property
    def line(self) -> int | None:
        """The line that it names, None for all."""
        return {BlockPhase.ONE: 1, BlockPhase.TWO: 2, BlockPhase.THREE: 3}.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityBlock:
    """A capacity from one instant to another.

    Attributes:
        end_at: None: until it is replaced.
    """

    capacity: float
    unit: CapacityUnit
    phase: BlockPhase = BlockPhase.ALL
    start_at: datetime
    end_at: datetime | None

    def holds_within(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether it holds at any time between two instants."""
        return self.start_at < end_at and (self.end_at is None or self.end_at > start_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStep:
    """What a feeder's lines may carry from one instant to another; no end: for good."""

    amps: PhaseAmps
    start_at: datetime
    end_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPower:
    """What is wanted that a feeder draws from one instant to another; no end: for good.

    Attributes:
        is_least: Whether more is as good.
    """

    watts: float
    start_at: datetime
    end_at: datetime | None
    is_least: bool

    def holds_at(self, at: datetime) -> bool:
        """Whether it is wanted at an instant."""
        return self.start_at <= at and (self.end_at is None or at < self.end_at)


def is_sayable(block: CapacityBlock, site: Site) -> bool:
    """Whether a capacity has a meaning in a site's grid: without a neutral a line has no power."""
    is_power_of_line = block.unit is not CapacityUnit.A and block.phase.line is not None
    return not (is_power_of_line and site.earthing is Earthing.IT)


def line_amps(block: CapacityBlock, site: Site, share: float = 1.0) -> PhaseAmps:
    """What a block leaves to each line of a feeder; infinite where it says nothing of a line.

    Power of all lines is that of three equal currents: as long as each line keeps to its own, their
    sum keeps to the power, however unequal they are. What is reckoned is rounded down to tenths.

    Args:
        block: The block.
        site: The feeder's.
        share: Of the capacity that is the feeder's.
    """
    line = block.phase.line
    amps = block.capacity * share
    if block.unit is not CapacityUnit.A:
        watts = amps * (_W_PER_KW if block.unit is CapacityUnit.KW else 1.0)
        amps = watts / site.watts_per_ampere(len(_LINES) if line is None else 1)
    if amps != block.capacity:
        amps = math.floor(amps * 10 + _NOTHING) / 10
    first, second, third = (amps if line in (None, one) else inf for one in _LINES)
    return (first, second, third)


def whole_w(block: CapacityBlock, site: Site, share: float = 1.0) -> float | None:
    """The power of a block, of all lines of a feeder; None where it is one of a single line.

    Args:
        block: The block.
        site: The feeder's.
        share: Of the capacity that is the feeder's.
    """
    if block.phase.line is not None:
        return None
    per_unit = {
        CapacityUnit.A: site.watts_per_ampere(len(_LINES)),
        CapacityUnit.W: 1.0,
        CapacityUnit.KW: _W_PER_KW,
    }
    return block.capacity * share * per_unit[block.unit]


def limit_course(
    blocks: Iterable[tuple[CapacityBlock, PhaseAmps]],
    now: datetime,
    begun_by: datetime,
    most_a: PhaseAmps,
) -> tuple[LimitStep, ...]:
    """What several blocks leave to a feeder, now and later: the lowest of each line.

    Where no block holds nothing is said. Steps that say the same are one.

    Args:
        blocks: Blocks, and what each leaves to the lines.
        now: What has ended by then is left out.
        begun_by: Blocks that begin later are left out.
        most_a: What stands for a line of which nothing is said.
    """
    known = [(_span(block), amps) for block, amps in blocks if block.holds_within(now, begun_by)]
    edges = sorted({edge for span, _ in known for edge in span})
    steps: list[LimitStep] = []
    for begins_at, ends_at in pairwise(edges):
        holding = [amps for span, amps in known if span[0] < ends_at and span[1] > begins_at]
        if holding and ends_at > now:
            _append(steps, _lowest(holding, most_a), begins_at, ends_at)
    return tuple(steps)


def stretched(blocks: Sequence[CapacityBlock]) -> tuple[CapacityBlock, ...]:
    """The same blocks, of which the last ones do not end: nobody says what comes after them."""
    last_at = max((_span(block)[1] for block in blocks), default=_NEVER)
    return tuple(
        replace(block, end_at=None) if _span(block)[1] == last_at else block for block in blocks
    )


def _span(block: CapacityBlock) -> tuple[datetime, datetime]:
    return block.start_at, block.end_at or _NEVER


def _append(
    steps: list[LimitStep], amps: PhaseAmps, begins_at: datetime, ends_at: datetime
) -> None:
    end_at = None if ends_at == _NEVER else ends_at
    last = steps[-1] if steps else None
    if last is not None and last.end_at == begins_at and last.amps == amps:
        steps[-1] = replace(last, end_at=end_at)
    else:
        steps.append(LimitStep(amps=amps, start_at=begins_at, end_at=end_at))


def _lowest(holding: Iterable[PhaseAmps], most_a: PhaseAmps) -> PhaseAmps:
    least = _FREE
    for amps in holding:
        least = (min(least[0], amps[0]), min(least[1], amps[1]), min(least[2], amps[2]))
    first, second, third = (
        most if isinf(amps) else amps for amps, most in zip(least, most_a, strict=True)
    )
    return (first, second, third)
