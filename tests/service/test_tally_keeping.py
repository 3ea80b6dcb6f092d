"""What is counted of sites is kept, and gone on from after a kill."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.transaction import NeedTeller, StatedNeed
from csms.service.tally_keeping import TallyKeeper
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import BEGIN_WH, TellerV201
from tests.service.rig import NOON, FakeClock, Office, after, open_office
from tests.service.sites import connect

SITE = small_site(place("G-01", "level-1", 6.0))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def office(database_file: Path, clock: FakeClock) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, clock=clock) as opened:
        connect(opened.live, "G-01")
        yield opened


def keeper_of(office: Office) -> TallyKeeper:
    return TallyKeeper(office.sites, office.open_uow, office.clock)


async def charge(
    office: Office, teller: TellerV201, energy_wh: int, minutes: float, *, is_over: bool = False
) -> None:
    """Let a meter show so much energy since the start."""
    office.clock.instant = after(minutes)
    tell = teller.stops if is_over else teller.measures
    await office.hear(teller.adapter, *tell(after(minutes), BEGIN_WH + energy_wh))


async def start(office: Office, teller: TellerV201, minutes: float = 0) -> None:
    office.clock.instant = after(minutes)
    await office.hear(teller.adapter, *teller.starts(after(minutes)))


async def days(office: Office) -> list[tuple[str, float, int]]:
    """What is kept: day, energy, departures."""
    rows = await office.rows("SELECT day, energy_wh, departures FROM site_day ORDER BY day")
    return [(row["day"], row["energy_wh"], row["departures"]) for row in rows]


async def test_day_is_kept_and_kept_again(office: Office) -> None:
    teller, keeper = TellerV201(), keeper_of(office)
    await start(office, teller)
    await charge(office, teller, 2_000, 5)
    assert await keeper.keep()
    assert await days(office) == [("2026-01-14", 2_000.0, 0)]
    await charge(office, teller, 3_000, 10, is_over=True)
    assert await keeper.keep()
    assert await days(office) == [("2026-01-14", 3_000.0, 1)]


async def test_killed_server_counts_what_was_told_after_it_kept_the_day(
    office: Office, database_file: Path, clock: FakeClock
) -> None:
    first, second = TellerV201("tx-1"), TellerV201("tx-2")
    await start(office, first)
    await charge(office, first, 2_000, 5)
    await keeper_of(office).keep()
    await charge(office, first, 5_000, 8, is_over=True)
    await start(office, second, 9)
    await charge(office, second, 700, 10)
    for _ in range(2):  # killed once more, before anything was kept
        async with open_office(database_file, SITE, clock=clock) as again:
            found = again.live.tally.figures(1, clock.now())
            assert (found.energy_wh, found.departures) == (5_700.0, 1)
    async with open_office(database_file, SITE, clock=clock) as again:
        connect(again.live, "G-01")
        await charge(again, second, 1_000, 15)
        assert again.live.tally.energy_today_wh(after(15)) == 6_000.0
        await keeper_of(again).keep()
    async with open_office(database_file, SITE, clock=clock) as again:
        assert again.live.tally.energy_today_wh(after(15)) == 6_000.0


async def test_what_ended_yesterday_is_counted_yesterday(
    office: Office, database_file: Path, clock: FakeClock
) -> None:
    teller = TellerV201()
    await start(office, teller)
    await keeper_of(office).keep()
    await charge(office, teller, 4_000, 60, is_over=True)
    clock.instant = NOON + timedelta(days=1)
    async with open_office(database_file, SITE, clock=clock) as again:
        assert again.live.tally.energy_today_wh(clock.now()) == 0.0
        assert again.live.tally.figures(7, clock.now()).energy_wh == 4_000.0
        await keeper_of(again).keep()
        assert await days(again) == [("2026-01-14", 4_000.0, 1), ("2026-01-15", 0.0, 0)]


async def test_unmet_need_of_a_vehicle_that_left_meanwhile_is_counted(
    office: Office, database_file: Path, clock: FakeClock
) -> None:
    teller = TellerV201()
    await start(office, teller)
    await keeper_of(office).keep()
    async with office.open_uow() as uow:
        need = StatedNeed(energy_wh=10_000.0, stated_by=NeedTeller.OPERATOR)
        await uow.transactions.state_need(1, need)
        await uow.commit()
    await charge(office, teller, 4_000, 10, is_over=True)
    async with open_office(database_file, SITE, clock=clock) as again:
        found = again.live.tally.figures(1, clock.now())
        assert (found.told, found.unmet_wh) == (1, 6_000.0)


async def test_first_start_counts_what_has_begun_since_midnight(
    office: Office, database_file: Path, clock: FakeClock
) -> None:
    early, late = TellerV201("tx-1"), TellerV201("tx-2")
    await start(office, early, -24 * 60)
    await charge(office, early, 9_000, -23 * 60, is_over=True)
    await start(office, late, 0)
    await charge(office, late, 1_000, 10)
    async with open_office(database_file, SITE, clock=clock) as again:
        assert again.live.tally.energy_today_wh(clock.now()) == 1_000.0
        await keeper_of(again).keep()
    async with open_office(database_file, SITE, clock=clock) as again:
        assert again.live.tally.figures(30, clock.now()).energy_wh == 1_000.0


async def test_what_could_not_be_kept_is_kept_later(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    teller, keeper = TellerV201(), keeper_of(office)
    await start(office, teller)
    await charge(office, teller, 1_000, 5)
    office.is_disk_full = True
    assert not await keeper.keep()
    assert "could not keep the key figures; it is tried again" in caplog.messages
    office.is_disk_full = False
    office.clock.instant = NOON + timedelta(days=1)
    assert await keeper.keep()
    assert await days(office) == [("2026-01-14", 1_000.0, 0), ("2026-01-15", 0.0, 0)]


async def test_vehicle_is_expected_two_minutes_after_it_came(office: Office) -> None:
    teller, keeper = TellerV201(), keeper_of(office)
    await start(office, teller)
    running = office.evse("G-01/1").transaction
    assert running is not None
    office.clock.instant = after(1)
    keeper.look(is_begun=False)
    assert not office.live.tally.is_expected(running)
    office.clock.instant = after(2)
    keeper.look(is_begun=False)
    assert office.live.tally.is_expected(running)
    await charge(office, teller, 5_000, 10, is_over=True)
    assert office.live.tally.figures(1, after(10)).energy_error_wh == 10_000.0


async def test_vehicle_that_has_stood_for_long_is_not_expected_any_more(office: Office) -> None:
    await start(office, TellerV201())
    running = office.evse("G-01/1").transaction
    assert running is not None
    office.clock.instant = after(31)
    keeper_of(office).look(is_begun=True)
    assert not office.live.tally.is_expected(running)


async def test_stations_that_do_not_come_back_are_not_available(
    office: Office, database_file: Path, clock: FakeClock
) -> None:
    async with open_office(database_file, SITE, clock=clock) as again:
        again.live.stations["G-01"].protocol = "2.0.1"
        keeper = keeper_of(again)
        for minute in range(12):
            clock.instant = after(minute)
            keeper.look(is_begun=minute >= 2)
        found = again.live.tally.today(after(12))
        assert (found.evse_s, found.usable_s) == (600.0, 0.0)
