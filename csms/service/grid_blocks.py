"""A grid company's blocks, checked before they count."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.grid_profile import CapacityBlock, is_sayable, line_amps
from csms.domain.site import Site

MOST_BLOCKS: Final = 500
"""So many of one kind: five days of quarter-hours, and some."""
_MOST_A: Final = 10_000.0
_LONGEST: Final = timedelta(days=366)
_SECOND: Final = timedelta(seconds=1)


def checked_blocks(
    blocks: Sequence[CapacityBlock], sites: Iterable[tuple[Site, float]], now: datetime
) -> tuple[CapacityBlock, ...]:
    """Blocks that can be true, in whole seconds, in the order of their starts.

    Args:
        blocks: As they came.
        sites: The sites of the feeders that they are about, and the feeders' shares.
        now: The present instant.

    Raises:
        InvalidInputError: They cannot be; the place begins with which one.
    """
    if len(blocks) > MOST_BLOCKS:
        raise InvalidInputError("blocks", f"expected at most {MOST_BLOCKS}, got {len(blocks)}")
    sites = tuple(sites)
    checked = [_checked(one, sites, now, f"blocks/{i}") for i, one in enumerate(blocks)]
    return tuple(sorted(checked, key=lambda one: one.start_at))


def _checked(
    block: CapacityBlock, sites: Iterable[tuple[Site, float]], now: datetime, place: str
) -> CapacityBlock:
    start_at = block.start_at.astimezone(UTC).replace(microsecond=0)
    end_at = None if block.end_at is None else _rounded_up(block.end_at.astimezone(UTC))
    latest = now + _LONGEST
    if start_at > latest:
        message = f"expected at most {_LONGEST.days} days ahead, got {start_at.isoformat()}"
        raise InvalidInputError(f"{place}/start_time", message)
    if end_at is not None and not start_at < end_at <= latest:
        message = f"expected after start_time, at most {_LONGEST.days} days ahead"
        raise InvalidInputError(f"{place}/end_time", f"{message}, got {end_at.isoformat()}")
    if not (math.isfinite(block.capacity) and block.capacity >= 0):
        message = f"expected 0 or more, got {block.capacity:g}"
        raise InvalidInputError(f"{place}/capacity", message)
    for site, share in sites:
        _check_in_grid(block, site, share, place)
    return replace(block, start_at=start_at, end_at=end_at)


def _check_in_grid(block: CapacityBlock, site: Site, share: float, place: str) -> None:
    """That it means something on a feeder's lines, and is no figure in another unit."""
    if not is_sayable(block, site):
        message = f"expected ALL or UNKNOWN with {block.unit}: site {site.site_id!r} has no neutral"
        raise InvalidInputError(f"{place}/phase", f"{message}, got {block.phase}")
    most_a = min(line_amps(block, site, share))
    if most_a > _MOST_A:
        message = f"expected at most {_MOST_A:g} A on a line, got {most_a:.0f} A"
        raise InvalidInputError(f"{place}/capacity", message)


def _rounded_up(instant: datetime) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole + _SECOND if instant.microsecond else whole
