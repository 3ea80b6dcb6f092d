"""What is told of the weather survives a restart; files are read, and bad ones change nothing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from csms.domain.errors import WeatherSourceError
from csms.domain.weather import Told
from csms.service.resource_readings import ResourceReadings
from csms.service.weather_watch import WeatherWatch
from tests.domain.sites import small_site
from tests.service.rig import CommitError, FakeClock, Office, open_office

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
SITE = "fjordgata"


def hour(number: float) -> datetime:
    return NOON + timedelta(hours=number)


class FakeFile:
    """Tells what a test has put down, and what is wrong with it."""

    def __init__(self, *told: Told) -> None:
        self.told: tuple[Told, ...] | None = told
        self.error: WeatherSourceError | None = None

    async def fetch(self, day: date) -> tuple[Told, ...] | None:
        if self.error is not None:
            raise self.error
        told, self.told = self.told, None
        return told


def watch_of(office: Office) -> WeatherWatch:
    return WeatherWatch(office.sites, {}, office.open_uow, office.clock)


async def test_what_was_told_is_known_after_a_restart(database_file: Path) -> None:
    told = [(hour(0), -4.0), (hour(1), -5.5), (hour(24), 2.0)]
    async with open_office(database_file, small_site(), clock=FakeClock(NOON)) as office:
        watch = watch_of(office)
        await watch.load()
        ResourceReadings(office.sites, office.clock).report_weather(SITE, told)
        await watch.keep()
    async with open_office(database_file, small_site(), clock=FakeClock(hour(2))) as office:
        await watch_of(office).load()
        assert office.live.outdoor.told == tuple(told)
        assert office.live.outdoor.at(hour(0.5)) == pytest.approx(-4.75)


async def test_what_is_older_than_a_day_is_not_known_after_a_restart(database_file: Path) -> None:
    async with open_office(database_file, small_site(), clock=FakeClock(NOON)) as office:
        watch = watch_of(office)
        await watch.load()
        ResourceReadings(office.sites, office.clock).report_weather(SITE, [(hour(0), -4.0)])
        await watch.keep()
    async with open_office(database_file, small_site(), clock=FakeClock(hour(25))) as office:
        await watch_of(office).load()
        assert office.live.outdoor.told == ()


async def test_what_could_not_be_written_is_written_the_next_time(database_file: Path) -> None:
    async with open_office(database_file, small_site(), clock=FakeClock(NOON)) as office:
        watch = watch_of(office)
        await watch.load()
        ResourceReadings(office.sites, office.clock).report_weather(SITE, [(hour(0), -4.0)])
        office.is_disk_full = True
        with pytest.raises(CommitError):
            await watch.keep()
        office.is_disk_full = False
        await watch.keep()
        async with office.open_uow() as uow:
            assert await uow.weather.since(SITE, hour(-1)) == ((hour(0), -4.0),)


async def test_files_tell_what_is_near_and_what_is_over_is_left_out(database_file: Path) -> None:
    told = ((hour(-5), 9.0), (hour(0), -1.0), (hour(3), -2.0), (hour(24 * 11), 5.0))
    async with open_office(database_file, small_site(), clock=FakeClock(NOON)) as office:
        await watch_of(office).look(office.live, FakeFile(*told))
        assert office.live.outdoor.told == ((hour(0), -1.0), (hour(3), -2.0))


async def test_file_that_cannot_be_used_changes_nothing_and_is_told_once(
    database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_office(database_file, small_site(), clock=FakeClock(NOON)) as office:
        watch, file = watch_of(office), FakeFile((hour(0), -1.0))
        await watch.look(office.live, file)
        file.error = WeatherSourceError("weather.csv", "value 3: expected a number, got 'x'")
        for _ in range(3):
            await watch.look(office.live, file)
        assert office.live.outdoor.told == ((hour(0), -1.0),)
        said = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
        assert said == ["no weather: weather.csv: value 3: expected a number, got 'x'"]
