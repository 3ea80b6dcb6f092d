"""A level with two chargers that is limited, and what is then in force."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from csms.domain.imposed_limit import LimitParty
from csms.service.grid_guard import keep_books
from csms.service.imposed_limits import Imposed
from csms.service.wanted_limits import WantedLimit
from tests.service.rig import Office, after, open_office
from tests.service.sites import connect, hold, plug_in
from tests.service.test_charging_control import yard

SITE, LEVEL = "fjordgata", "level-1"
OPERATOR, GRID = LimitParty.OPERATOR, LimitParty.GRID_COMPANY
TOO_EARLY = "until: expected an instant after the start and after now (2026-01-14T12:00:00+00:00)"


@asynccontextmanager
async def open_level(path: Path) -> AsyncIterator[Office]:
    """Two chargers of 32 A on a level of 40 A, that hold 20 A each for a quarter of an hour."""
    async with open_office(path, yard(2)) as opened:
        connect(opened.live, "C-1", "C-2")
        for number, name in enumerate(("C-1", "C-2"), start=1):
            hold(plug_in(opened.live, name, number=number), 20.0)
        opened.live.attended()
        yield opened


async def limit(
    office: Office, amps: float = 20.0, party: LimitParty = OPERATOR, **more: Any
) -> Imposed:
    """Limit the level to so many amperes on each line."""
    wanted = [WantedLimit(amps=(amps,), **more)]
    [imposed] = await office.limits.impose(SITE, LEVEL, party, wanted)
    return imposed


def limit_a(office: Office, minutes: float, feeder_id: str = LEVEL) -> list[float]:
    """The limit in force after so many minutes, by line."""
    books = keep_books(office.live, after(minutes))
    return [float(amps) for amps in books.limit_a[feeder_id][:, 0]]


def usable_a(office: Office, minutes: float, feeder_id: str = LEVEL) -> float:
    """Up to where the first line of a feeder may be raised after so many minutes."""
    return float(keep_books(office.live, after(minutes)).usable_a[feeder_id][0, 0])


async def kept(office: Office) -> list[tuple[str, str]]:
    rows = await office.rows("SELECT feeder_id, party FROM imposed_limit ORDER BY party")
    return [(row["feeder_id"], row["party"]) for row in rows]
