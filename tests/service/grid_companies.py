"""Grid companies that may limit the small site's level, and what they send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from csms.domain.grid_company import BlockTarget, FeederRef, GridCompany, hash_of
from csms.domain.grid_profile import BlockKind, CapacityBlock, CapacityUnit
from tests.service.rig import Office, after, open_office
from tests.service.sites import connect, hold, plug_in
from tests.service.test_charging_control import yard

LEVEL: Final = FeederRef("fjordgata", "level-1")
INTAKE: Final = FeederRef("fjordgata", "intake")
NETT: Final = GridCompany(
    party_id="nett",
    name="Nett AS",
    token_hashes=(hash_of("token of nett"),),
    heartbeat_s=600.0,
    feeders=frozenset({LEVEL}),
    groups={"area-7": {LEVEL: 0.5, INTAKE: 0.5}},
)
KRAFT: Final = GridCompany(
    party_id="kraft",
    name="Kraft AS",
    token_hashes=(hash_of("token of kraft"),),
    feeders=frozenset({LEVEL, INTAKE}),
)
CONSUMPTION, FALLBACK = BlockKind.CONSUMPTION, BlockKind.FALLBACK


@asynccontextmanager
async def open_grid(path: Path, *companies: GridCompany) -> AsyncIterator[Office]:
    """Two chargers of 32 A on a level of 40 A, that hold 20 A each for a quarter of an hour."""
    async with open_office(path, yard(2), companies=companies or (NETT, KRAFT)) as opened:
        connect(opened.live, "C-1", "C-2")
        for number, name in enumerate(("C-1", "C-2"), start=1):
            hold(plug_in(opened.live, name, number=number), 20.0)
        opened.live.attended()
        yield opened


def amps(capacity: float, start: float = 0, end: float | None = 60, **more: Any) -> CapacityBlock:
    """A block in A, from one minute after noon to another."""
    return CapacityBlock(
        capacity=capacity,
        **{
            "unit": CapacityUnit.A,
            "start_at": after(start),
            "end_at": None if end is None else after(end),
            **more,
        },
    )


async def send(
    office: Office,
    *blocks: CapacityBlock,
    kind: BlockKind = CONSUMPTION,
    company: GridCompany = NETT,
    target: BlockTarget = LEVEL,
) -> None:
    """Let a grid company send blocks."""
    await office.profiles.replace(company, target, kind, blocks)
