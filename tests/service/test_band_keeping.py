"""How EVSEs were is noted as it happens, kept, and gone on from after the server has ended."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.identity import EvseId
from csms.service.band_keeping import KEPT, BandKeeper
from csms.storage.queries import Queries
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import BEGIN_WH, TellerV201
from tests.service.rig import NOON, CommitError, FakeClock, Office, after, open_office

SITE = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0))
ONE = EvseId("G-01", 1)
A, C, OFFLINE, UNKNOWN = (
    EvseBand.AVAILABLE,
    EvseBand.CHARGING,
    EvseBand.OFFLINE,
    EvseBand.UNKNOWN,
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def office(database_file: Path, clock: FakeClock) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, clock=clock) as opened:
        yield opened


def keeper_of(office: Office) -> BandKeeper:
    return BandKeeper(office.sites, office.open_uow, office.clock)


async def bands(office: Office, since_min: float = -60) -> list[tuple[float, EvseBand]]:
    """What is kept of the first charger: minutes after noon, and how it was from then on."""
    found = await Queries(office.database).evse_bands("fjordgata", after(since_min), "G-01")
    return [((one.at - NOON).total_seconds() / 60, one.band) for one in found]


async def day(office: Office, clock: FakeClock) -> None:
    """It connects at noon, charges ten minutes later for ten minutes, and falls silent."""
    await office.sites.connected("G-01", "2.0.1")
    teller = TellerV201()
    clock.instant = after(10)
    await office.hear(teller.adapter, *teller.starts(after(10)))
    await office.hear(teller.adapter, *teller.measures(after(10), BEGIN_WH + 100))
    clock.instant = after(20)
    await office.sites.disconnected("G-01")


async def test_what_happens_is_kept_in_its_order(office: Office, clock: FakeClock) -> None:
    await day(office, clock)
    await keeper_of(office).keep()
    kept = await bands(office)
    assert [kept[0], kept[-1]] == [(0.0, A), (20.0, OFFLINE)]
    assert (10.0, C) in kept
    assert await bands(office, 15) == [(10.0, C), (20.0, OFFLINE)]  # how it was before counts


async def test_while_the_server_is_down_nothing_is_known(office: Office, clock: FakeClock) -> None:
    await office.sites.connected("G-01", "2.0.1")
    clock.instant = after(5)
    keeper = keeper_of(office)
    await keeper.end()
    assert await bands(office) == [(0.0, A), (5.0, UNKNOWN)]


async def test_after_a_kill_nothing_is_known_since_it_was_last_heard_of(
    office: Office, clock: FakeClock
) -> None:
    await office.sites.connected("G-01", "2.0.1")
    await keeper_of(office).keep()
    async with office.open_uow() as uow:
        await uow.stations.note_seen("G-01", after(7))
        await uow.commit()
    clock.instant = after(30)
    await keeper_of(office).load()  # of the next server
    assert await bands(office) == [(0.0, A), (7.0, UNKNOWN)]
    await keeper_of(office).load()
    assert await bands(office) == [(0.0, A), (7.0, UNKNOWN)]


async def test_what_cannot_be_written_waits(office: Office, clock: FakeClock) -> None:
    await office.sites.connected("G-01", "2.0.1")
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await keeper_of(office).keep()
    office.is_disk_full = False
    await keeper_of(office).keep()
    assert await bands(office) == [(0.0, A)]


async def test_what_is_old_is_forgotten_but_for_how_it_is(office: Office, clock: FakeClock) -> None:
    async with office.open_uow() as uow:
        changes = [BandChange(ONE, after(0), A), BandChange(ONE, after(1), OFFLINE)]
        await uow.evse_bands.add("fjordgata", changes)
        await uow.commit()
    clock.instant = after(5) + KEPT + timedelta(minutes=1)
    await keeper_of(office).forget_old()
    assert await bands(office) == [(1.0, OFFLINE)]
