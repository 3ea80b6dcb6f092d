"""What stations say that they will allow: compared with what holds, and not always believed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.charging_profile import CompositeSchedule, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
)
from csms.domain.dialect import Dialect
from csms.domain.identity import EvseId, StationId
from csms.domain.metering import Reading
from csms.domain.profile_form import PLAIN_TX
from csms.domain.station import ConnectorStatus, RateUnit
from csms.service.dispatch import Dispatcher, Target
from csms.service.live_evse import LiveEvse
from csms.service.read_back import ReadBack
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import Office, after
from tests.service.sites import limit, plug_in
from tests.service.stubborn import Stubborn, come, settled

SITE = small_site(place("G-01", "level-1", 6.0))
REFUSED = CompositeOutcome(status=CommandStatus.REJECTED)


def schedule(*periods: tuple[int, float], **more: Any) -> CompositeOutcome:
    """An answer in A, of an hour, from when it was asked."""
    fields: dict[str, Any] = {"unit": RateUnit.AMPERE, "duration_s": 3600, **more}
    told = CompositeSchedule(
        evse_number=1, periods=tuple(ProfilePeriod(*one) for one in periods), **fields
    )
    return CompositeOutcome(status=CommandStatus.ACCEPTED, schedule=told)


@dataclass
class Oracle(Stubborn):
    """A station that answers the question for its composite schedule as a test says."""

    answer: CompositeOutcome = field(default_factory=lambda: schedule((0, 6.0)))
    asked: list[ReadCompositeSchedule] = field(default_factory=list)

    def __call__(self, station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadCompositeSchedule):
            self.asked.append(command)
            return self.answer
        return super().__call__(station_id, command)


@dataclass
class Desk:
    """A station that is set up, and whoever asks it back."""

    office: Office
    oracle: Oracle
    dispatcher: Dispatcher
    tasks: asyncio.TaskGroup

    @property
    def evse(self) -> LiveEvse:
        return self.office.evse("G-01/1")

    @property
    def reads_back(self) -> bool | None:
        return self.office.live.dialects.of(self.office.live.stations["G-01"]).reads_back

    async def give(self, amps: float) -> None:
        now = self.office.clock.now().replace(microsecond=0)
        target = Target(EvseId("G-01", 1), limit((0, amps), starts_at=now, live_s=900.0))
        await self.dispatcher.dispatch([target], 1, self.tasks)

    def meter(self, amps: float) -> None:
        now = self.office.clock.now()
        self.office.live.read(EvseId("G-01", 1), Reading(at=now, current_a=(amps,) * 3), now)

    async def notices(self) -> list[str]:
        return [row["kind"] for row in await self.office.rows("SELECT kind FROM station_notice")]


@asynccontextmanager
async def desk(
    path: Path, answer: CompositeOutcome, *, charges: bool = True
) -> AsyncIterator[Desk]:
    oracle = Oracle(answer=answer)
    async with settled(path, SITE, oracle) as office:
        await come(office, "G-01")
        if charges:
            plug_in(office.live, "G-01")
        reading = ReadBack(office.access)
        dispatcher = Dispatcher(office.access)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(reading.run())
            yield Desk(office, oracle, dispatcher, tasks)
            running.cancel()


@in_virtual_time
async def test_fallback_is_read_back_once_it_was_taken_and_then_every_day(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(60)
        assert it.oracle.asked == []
        await asyncio.sleep(60)
        question = ReadCompositeSchedule(evse_number=1, duration_s=900, unit=RateUnit.AMPERE)
        assert it.oracle.asked == [question]
        assert it.reads_back is True
        await asyncio.sleep(23 * 3600)
        assert len(it.oracle.asked) == 1
        await asyncio.sleep(3600)
        assert len(it.oracle.asked) == 2


@in_virtual_time
async def test_first_limit_of_a_form_is_read_back_and_the_next_ones_are_not(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(120)
        it.oracle.answer = schedule((0, 16.0))
        await it.give(16.0)
        await asyncio.sleep(120)
        assert len(it.oracle.asked) == 2
        await it.give(12.0)
        await asyncio.sleep(600)
        assert len(it.oracle.asked) == 2
        station = it.office.live.stations["G-01"]
        assert it.office.live.dialects.of(station).of(PLAIN_TX).is_sure


@pytest.mark.parametrize(
    "answer",
    [
        REFUSED,
        CompositeOutcome(status=CommandStatus.NOT_SUPPORTED),
        CompositeOutcome(status=CommandStatus.TIMED_OUT),
        CompositeOutcome(status=CommandStatus.ACCEPTED),
        schedule(),
        schedule((0, -1.0)),
    ],
    ids=["refused", "not supported", "no answer", "no schedule", "no periods", "-1"],
)
def test_station_that_tells_no_schedule_is_not_asked_again_until_it_has_new_firmware(
    database_file: Path, answer: CompositeOutcome
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with desk(database_file, answer) as it:
            await asyncio.sleep(120)
            assert (len(it.oracle.asked), it.reads_back) == (1, False)
            await it.give(16.0)
            await asyncio.sleep(86_400)
            assert len(it.oracle.asked) == 1
            assert await it.notices() == []

    check()


HIGHER: dict[str, tuple[CompositeOutcome, bool]] = {
    "as it is allowed": (schedule((0, 16.0)), False),
    "lower": (schedule((0, 8.0)), False),
    "rounded": (schedule((0, 16.9)), False),
    "higher": (schedule((0, 20.0)), True),
    "no limit": (schedule((0, 1e9)), True),
    "higher later": (schedule((0, 16.0), (300, 20.0)), True),
    "higher after what was asked": (schedule((0, 16.0), (900, 20.0)), False),
    "in watts": (schedule((0, 16 * 690.0 * 1.05), unit=RateUnit.WATT), False),
    "higher in watts": (schedule((0, 20 * 690.0), unit=RateUnit.WATT), True),
}


@pytest.mark.parametrize(("answer", "is_higher"), HIGHER.values(), ids=HIGHER.keys())
def test_schedule_may_be_lower_and_not_higher(
    database_file: Path, answer: CompositeOutcome, is_higher: bool
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with desk(database_file, schedule((0, 6.0))) as it:
            await asyncio.sleep(120)
            it.oracle.answer = answer
            await it.give(16.0)
            await asyncio.sleep(100)
            assert it.evse.allowance.is_disobeyed is is_higher
            assert await it.notices() == (["limits_misread"] if is_higher else [])

    check()


@in_virtual_time
async def test_limit_that_is_read_back_too_high_is_told_in_another_form_and_read_back_again(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(120)
        it.oracle.answer = schedule((0, 32.0))
        await it.give(16.0)
        await asyncio.sleep(100)
        assert it.evse.allowance.now_a(it.office.clock.now()) == 32.0
        words = "Its composite schedule is 32 A where 16 A are allowed"
        assert it.evse.mistrust == words
        number, profile = it.oracle.offered[-1]
        told = (number, profile.purpose, profile.periods[0].limit)
        assert told == (1, ProfilePurpose.TX_DEFAULT, 6.0)
        it.oracle.answer = schedule((0, 6.0))
        await asyncio.sleep(120)
        assert it.evse.mistrust == ""
        assert it.evse.allowance.now_a(it.office.clock.now()) == 6.0


@in_virtual_time
async def test_meter_that_shows_the_limit_kept_outranks_the_schedule(database_file: Path) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(120)
        it.oracle.answer = schedule((0, 32.0))
        await it.give(16.0)
        await asyncio.sleep(60)
        it.meter(15.8)
        await asyncio.sleep(60)
        assert not it.evse.allowance.is_disobeyed
        assert it.reads_back is False
        assert await it.notices() == []


@in_virtual_time
async def test_what_the_meter_shows_is_left_to_the_meter(database_file: Path) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(120)
        it.oracle.answer = schedule((0, 32.0))
        await it.give(16.0)
        await asyncio.sleep(60)
        it.meter(20.0)
        await asyncio.sleep(60)
        assert not it.evse.allowance.is_disobeyed  # three readings are wanted
        assert it.reads_back is True
        assert await it.notices() == []


@in_virtual_time
async def test_station_whose_schedule_is_always_too_high_is_left_to_its_meter(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 32.0))) as it:
        await asyncio.sleep(900)
        assert not it.evse.allowance.is_disobeyed
        assert it.reads_back is False
        station = it.office.live.stations["G-01"]
        assert it.office.live.dialects.is_open(station, PLAIN_TX)
        assert set(await it.notices()) == {"limits_misread"}


@in_virtual_time
async def test_schedule_without_a_vehicle_says_nothing_where_it_is_too_high(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 32.0)), charges=False) as it:
        it.evse.status = ConnectorStatus.AVAILABLE
        await asyncio.sleep(120)
        assert len(it.oracle.asked) == 1
        assert not it.evse.allowance.is_disobeyed
        assert it.reads_back is None


@in_virtual_time
async def test_times_of_a_schedule_are_the_stations_own(database_file: Path) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        await asyncio.sleep(120)
        now = it.office.clock.now()
        hour = timedelta(hours=1)
        it.office.live.clock_seen("G-01", now + hour, now)
        it.oracle.answer = schedule((0, 16.0), (900, 6.0), starts_at=now + hour)
        await it.give(16.0)
        await asyncio.sleep(100)
        assert len(it.oracle.asked) == 2
        assert not it.evse.allowance.is_disobeyed


@in_virtual_time
async def test_schedule_of_a_time_that_is_over_proves_nothing(database_file: Path) -> None:
    over = schedule((0, 6.0), starts_at=after(-90))
    async with desk(database_file, over) as it:
        await asyncio.sleep(600)
        assert len(it.oracle.asked) == 1
        assert it.reads_back is None
        assert not it.evse.allowance.is_disobeyed
        await asyncio.sleep(24 * 3600)
        assert len(it.oracle.asked) == 2


@in_virtual_time
async def test_question_waits_until_the_limits_are_answered(database_file: Path) -> None:
    async with desk(database_file, schedule((0, 6.0))) as it:
        gate = it.office.gateway.shut("G-01")
        giving = it.tasks.create_task(it.give(6.0))
        await asyncio.sleep(600)
        assert it.oracle.asked == []
        gate.set()
        await giving
        await asyncio.sleep(120)
        assert len(it.oracle.asked) == 1


@in_virtual_time
async def test_station_that_is_away_is_asked_when_it_is_back(database_file: Path) -> None:
    async with desk(database_file, schedule((0, 6.0)), charges=False) as it:
        await it.office.sites.disconnected("G-01")
        await asyncio.sleep(3000)
        assert it.oracle.asked == []
        await it.office.sites.connected("G-01", "2.0.1")
        await asyncio.sleep(3600)
        assert len(it.oracle.asked) == 1


@in_virtual_time
async def test_make_that_reads_back_is_asked_for_its_fallback_before_it_may_get_more(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 6.0)), charges=False) as it:
        station = it.office.live.stations["G-01"]
        it.office.live.dialects.put(station, Dialect(reads_back=True))
        was_ready: list[bool] = []
        answer = it.oracle.__class__.__call__

        def watched(station_id: StationId, command: Command[Any]) -> Outcome:
            if isinstance(command, ReadCompositeSchedule):
                was_ready.append(station.is_ready)
            return answer(it.oracle, station_id, command)

        it.office.gateway.reply = watched
        it.office.live.station_booted("G-01")
        await asyncio.sleep(1)
        assert was_ready == [False]
        assert station.is_ready


@in_virtual_time
async def test_fallback_that_a_vehicle_would_not_be_held_to_gets_its_station_no_more(
    database_file: Path,
) -> None:
    async with desk(database_file, schedule((0, 32.0))) as it:
        station = it.office.live.stations["G-01"]
        it.office.live.dialects.put(station, Dialect(reads_back=True))
        it.office.live.station_booted("G-01")
        await asyncio.sleep(1)
        assert it.evse.allowance.now_a(it.office.clock.now()) == 32.0
        assert it.evse.mistrust == "Its composite schedule is 32 A where 6 A are allowed"
