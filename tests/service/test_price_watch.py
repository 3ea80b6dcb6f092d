"""When prices are fetched, what is kept of them, and what is told when they do not come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from csms.domain.errors import InvalidInputError, NoPricesError, PriceSourceError
from csms.domain.guard_event import GuardEventKind
from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site_policy import Aim
from csms.service.price_watch import PriceWatch
from tests.domain.series import hourly, slot
from tests.domain.sites import small_site
from tests.service.priced import FakeProvider, priced
from tests.service.rig import CommitError, FakeClock, Office, open_office

ENERGY: Final = PriceKind.ENERGY
TODAY: Final = date(2026, 1, 14)
TOMORROW: Final = date(2026, 1, 15)
FLAT: Final = hourly(*[1.0] * 24)
NEXT: Final = hourly(*[2.0] * 24, day=1)


def oslo(hours: float, day: int = 0) -> datetime:
    return datetime(2026, 1, 13, 23, tzinfo=UTC) + timedelta(hours=hours, days=day)


@asynccontextmanager
async def watching(
    path: Path, provider: FakeProvider, at: datetime, aim: Aim | None = None
) -> AsyncIterator[tuple[PriceWatch, Office]]:
    site = priced(small_site(), has_source=True, aim=aim)
    async with open_office(path, site, clock=FakeClock(at)) as office:
        watch = PriceWatch(
            office.sites, {("fjordgata", ENERGY): provider}, office.open_uow, office.clock
        )
        await watch.load()
        yield watch, office


async def test_today_is_fetched_at_once_and_tomorrow_from_one_o_clock(database_file: Path) -> None:
    provider = FakeProvider({TODAY: FLAT, TOMORROW: NEXT})
    async with watching(database_file, provider, oslo(12.5)) as (watch, office):
        assert await watch.look(office.live, ENERGY) == 1800.0  # then it is 13:00
        assert provider.asked == [TODAY]
        office.clock.turn(1800.0)
        assert await watch.look(office.live, ENERGY) == 3600.0
        assert provider.asked == [TODAY, TODAY, TOMORROW]
        known = office.live.prices.known(ENERGY)
        assert (len(known.slots), known.known_until(oslo(13))) == (48, oslo(48))


async def test_what_is_due_and_not_there_is_asked_for_every_ten_minutes(
    database_file: Path,
) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(14)) as (watch, office):
        assert await watch.look(office.live, ENERGY) == 600.0


async def test_next_day_is_looked_at_right_after_midnight(database_file: Path) -> None:
    provider = FakeProvider({TODAY: FLAT, TOMORROW: NEXT})
    async with watching(database_file, provider, oslo(23.75)) as (watch, office):
        assert await watch.look(office.live, ENERGY) == 900.0


async def test_source_that_fails_is_left_alone_ever_longer(database_file: Path) -> None:
    provider = FakeProvider(error=PriceSourceError("http://x", "expected status 200, got 500"))
    async with watching(database_file, provider, oslo(10)) as (watch, office):
        waits = [await watch.look(office.live, ENERGY) for _ in range(7)]
        assert waits == [60.0, 120.0, 240.0, 480.0, 960.0, 1800.0, 1800.0]
        provider.error = PriceSourceError("http://x", "expected status 200, got 429", 7200.0)
        assert await watch.look(office.live, ENERGY) == 7200.0
        provider.error, provider.days = None, {TODAY: FLAT}
        await watch.look(office.live, ENERGY)
        provider.error = PriceSourceError("http://x", "no answer within 20 s")
        assert await watch.look(office.live, ENERGY) == 60.0


async def test_prices_survive_a_restart(database_file: Path) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(10)) as (watch, office):
        await watch.look(office.live, ENERGY)
    async with watching(database_file, FakeProvider(), oslo(11)) as (_, office):
        assert office.live.prices.known(ENERGY) == FLAT
        assert office.live.prices.received_at == {ENERGY: oslo(10)}


async def test_what_is_told_later_takes_the_place_of_what_was_kept(database_file: Path) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(10)) as (watch, office):
        await watch.look(office.live, ENERGY)
        provider.days[TODAY] = PriceSeries((slot(10, 10.25, 9.0),))
        await watch.look(office.live, ENERGY)
    async with watching(database_file, FakeProvider(), oslo(11)) as (_, office):
        assert office.live.prices.known(ENERGY).within(oslo(9.5), oslo(11.5)) == (
            slot(9.5, 10, 1.0),
            slot(10, 10.25, 9.0),
            slot(10.25, 11, 1.0),
            slot(11, 11.5, 1.0),
        )


async def test_what_cannot_be_written_is_written_the_next_time(database_file: Path) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(10)) as (watch, office):
        office.is_disk_full = True
        with pytest.raises(CommitError):
            await watch.look(office.live, ENERGY)
        office.is_disk_full, provider.days = False, {}
        assert office.live.prices.known(ENERGY) == FLAT  # it is planned with all the same
        await watch.look(office.live, ENERGY)
        assert len(await office.rows("SELECT * FROM price_slot")) == 24


async def test_source_without_prices_of_now_is_noted_once_with_its_cause(
    database_file: Path,
) -> None:
    provider = FakeProvider(error=PriceSourceError("http://x", "no answer within 20 s"))
    async with watching(database_file, provider, oslo(10)) as (watch, office):
        for _ in range(3):
            await watch.look(office.live, ENERGY)
        [event] = office.live.guard.recent
        assert event.kind is GuardEventKind.PRICES_SILENT
        assert event.cause == (
            "No prices (energy) are known of now; those of a day before are assumed: "
            "http://x: no answer within 20 s"
        )
        office.clock.turn(3600)
        provider.error, provider.days = None, {TODAY: FLAT}
        await watch.look(office.live, ENERGY)
        back = office.live.guard.recent[0]
        assert (back.kind, back.lasted_s) == (GuardEventKind.PRICES_BACK, 3600.0)
        assert office.live.prices.silences == {}


async def test_tomorrow_is_late_three_hours_after_it_could_have_been_there(
    database_file: Path,
) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(15.9)) as (watch, office):
        await watch.look(office.live, ENERGY)
        assert office.live.prices.silences == {}
        office.clock.turn(600)
        await watch.look(office.live, ENERGY)
        [event] = office.live.guard.recent
        assert event.cause == (
            "Tomorrow's prices (energy) are late; those of a day before are assumed"
        )


@pytest.mark.parametrize(("aim", "is_planned"), [(Aim.EARLY, False), (Aim.CHEAP, True)])
async def test_new_prices_are_planned_with_where_they_count(
    database_file: Path, aim: Aim, is_planned: bool
) -> None:
    provider = FakeProvider({TODAY: FLAT})
    async with watching(database_file, provider, oslo(10), aim) as (watch, office):
        office.live.attended()
        office.live.changed.clear()
        await watch.look(office.live, ENERGY)
        assert office.live.dirty.is_set() is is_planned
        assert office.live.changed.is_set()
        office.live.attended()
        await watch.look(office.live, ENERGY)  # the same again
        assert not office.live.dirty.is_set()


async def test_prices_that_are_told_are_checked_and_kept(database_file: Path) -> None:
    async with watching(database_file, FakeProvider(), oslo(10)) as (watch, office):
        await watch.told("fjordgata", ENERGY, FLAT)
        assert office.live.prices.known(ENERGY) == FLAT
        with pytest.raises(NoPricesError):
            await watch.told("fjordgata", PriceKind.CO2, FLAT)
        with pytest.raises(InvalidInputError, match="expected 1 to 2000 slots, got 0"):
            await watch.told("fjordgata", ENERGY, PriceSeries())
        with pytest.raises(InvalidInputError, match="is it for a MWh"):
            await watch.told("fjordgata", ENERGY, hourly(850.0))
        with pytest.raises(InvalidInputError, match="at most 10 days ahead"):
            await watch.told("fjordgata", ENERGY, hourly(1.0, day=11))
        assert office.live.prices.known(ENERGY) == FLAT
