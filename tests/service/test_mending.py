"""A station that takes a limit and does not keep to it is found by its meter and told anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.identity import EvseId
from csms.domain.metering import Reading
from csms.domain.profile_form import PLAIN_TX, Place, ProfileForm
from csms.service.dispatch import Dispatcher, Target
from csms.service.live_evse import LiveEvse
from csms.service.problem_builder import can_be_steered
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import Office
from tests.service.sites import limit, plug_in
from tests.service.stubborn import Stubborn, come, settled

TX, TX_DEFAULT = ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT
STATION_MAX = ProfilePurpose.STATION_MAX
SITE = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))


@dataclass
class Bench:
    """A station that is set up and charges, and whoever sends it limits."""

    office: Office
    stubborn: Stubborn
    dispatcher: Dispatcher
    tasks: asyncio.TaskGroup

    @property
    def evse(self) -> LiveEvse:
        return self.office.evse("G-01/1")

    async def give(self, amps: float) -> None:
        now = self.office.clock.now().replace(microsecond=0)
        target = Target(EvseId("G-01", 1), limit((0, amps), starts_at=now, live_s=3600.0))
        await self.dispatcher.dispatch([target], 1, self.tasks)

    async def draw(self, amps: float, readings: int = 4) -> None:
        """Let the meter show a current, minute by minute."""
        for _ in range(readings):
            await asyncio.sleep(60)
            now = self.office.clock.now()
            reading = Reading(at=now, current_a=(amps, amps, amps))
            self.office.live.read(EvseId("G-01", 1), reading, now)
        await asyncio.sleep(1)

    def now_a(self) -> float:
        return self.evse.allowance.now_a(self.office.clock.now())

    def last(self) -> tuple[int, ProfilePurpose, float]:
        """What was offered last."""
        number, profile = self.stubborn.offered[-1]
        return number, profile.purpose, profile.periods[0].limit

    async def notices(self) -> list[dict[str, Any]]:
        return await self.office.rows("SELECT kind, body FROM station_notice ORDER BY number")


@asynccontextmanager
async def bench(path: Path) -> AsyncIterator[Bench]:
    stubborn = Stubborn()
    async with settled(path, SITE, stubborn) as office:
        await come(office, "G-01")
        plug_in(office.live, "G-01")
        dispatcher = Dispatcher(office.access)
        async with asyncio.TaskGroup() as tasks:
            yield Bench(office, stubborn, dispatcher, tasks)


@in_virtual_time
async def test_station_that_draws_more_than_it_accepted_counts_at_its_rating_and_is_told_of(
    database_file: Path,
) -> None:
    async with bench(database_file) as it:
        await it.give(10.0)
        await it.draw(16.0)
        assert it.evse.allowance.is_disobeyed
        assert it.now_a() == 32.0
        assert not can_be_steered(it.office.live, it.evse)
        [notice] = await it.notices()
        assert notice["kind"] == "limits_ignored"
        body = notice["body"].replace(" ", "")
        assert '"form":"timedtx@evse:plain"' in body
        assert '"drawn_a":16.0' in body


@in_virtual_time
async def test_it_is_told_its_fallback_in_the_next_form_and_trusted_when_it_keeps_to_that(
    database_file: Path,
) -> None:
    async with bench(database_file) as it:
        await it.give(10.0)
        await it.draw(16.0)
        assert it.last() == (1, TX_DEFAULT, 6.0)
        await it.draw(6.0, 1)
        assert it.evse.allowance.is_disobeyed  # once may have been by chance
        await it.draw(6.0, 3)
        assert not it.evse.allowance.is_disobeyed
        assert can_be_steered(it.office.live, it.evse)
        assert it.now_a() == 6.0  # the limit that it ignored is cleared
        await it.give(20.0)
        assert it.last() == (1, TX_DEFAULT, 20.0)
        assert it.now_a() == 20.0
        assert it.stubborn.of(TX) == []


@in_virtual_time
async def test_second_station_of_the_make_is_not_judged_by_one(database_file: Path) -> None:
    async with bench(database_file) as it:
        await it.give(10.0)
        await it.draw(16.0)
        dialects, stations = it.office.live.dialects, it.office.live.stations
        await come(it.office, "G-02")
        assert not dialects.is_open(stations["G-01"], PLAIN_TX)
        assert dialects.is_open(stations["G-02"], PLAIN_TX)
        known = dialects.of(stations["G-02"])
        dialects.put(stations["G-02"], known.ignored(PLAIN_TX, "G-09"))
        assert not dialects.is_open(stations["G-02"], PLAIN_TX)  # two are enough


@in_virtual_time
async def test_station_that_keeps_to_no_form_stays_at_its_rating_until_it_boots(
    database_file: Path,
) -> None:
    async with bench(database_file) as it:
        await it.give(10.0)
        for number, purpose in ((1, TX_DEFAULT), (0, TX_DEFAULT), (0, STATION_MAX)):
            await it.draw(16.0)
            assert it.last() == (number, purpose, 6.0)
        await it.draw(16.0)
        count = len(it.stubborn.offered)
        await it.draw(16.0)
        assert len(it.stubborn.offered) == count
        assert it.now_a() == 32.0
        kinds = [one["kind"] for one in await it.notices()]
        assert kinds == ["limits_ignored"] * 4
        await come(it.office, "G-01")
        assert it.now_a() == 6.0  # it has another chance, and is found out as fast
        await it.draw(16.0)
        assert it.now_a() == 32.0


@in_virtual_time
async def test_fallback_that_is_not_kept_to_moves_to_the_station_as_a_whole(
    database_file: Path,
) -> None:
    async with bench(database_file) as it:
        await it.draw(16.0)
        assert it.last() == (0, TX_DEFAULT, 6.0)
        await it.draw(16.0)
        assert it.last() == (0, STATION_MAX, 6.0)
        await it.draw(6.0)
        assert it.evse.held is not None
        assert it.evse.held.form == ProfileForm(STATION_MAX, Place.STATION, is_standing=True)
        assert it.now_a() == 6.0
        await it.give(12.0)
        assert it.last() == (0, STATION_MAX, 6.0)  # not sure yet as a limit
        await it.draw(6.0)
        await it.give(12.0)
        assert it.last() == (0, STATION_MAX, 12.0)
        assert it.now_a() == 12.0


@in_virtual_time
async def test_next_vehicle_at_a_station_that_is_not_trusted_is_where_the_next_form_is_tried(
    database_file: Path,
) -> None:
    async with bench(database_file) as it:
        await it.give(10.0)
        await it.draw(16.0, 3)
        it.evse.end()
        await asyncio.sleep(60)
        assert it.evse.allowance.is_disobeyed
        plug_in(it.office.live, "G-01", number=2)
        await asyncio.sleep(1)
        assert it.last() == (1, TX_DEFAULT, 6.0)
        await it.draw(6.0)
        assert not it.evse.allowance.is_disobeyed
