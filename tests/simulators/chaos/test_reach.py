"""Who can be told what it may draw: a real station behind a network that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeAlias

from simulators.chaos.commands import CommandTrouble
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.network import FaultyNetwork
from simulators.chaos.reach import Reach
from simulators.clock import ScaledClock
from simulators.stations.link import connect_to
from simulators.stations.station import Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms
from tests.simulators.stations.builders import NOON, REPLIES, outlet_model

SETTLED = timedelta(seconds=40)
ASKED_AGAIN = timedelta(seconds=300)


class Stage:
    """A station that runs behind a network, and who can be told."""

    def __init__(self, folder: Path) -> None:
        self.clock = ScaledClock(NOON)
        self.network = FaultyNetwork(1, connect_to("ws://csms/ocpp", folder / "csms"))
        surroundings = Surroundings(
            clock=self.clock,
            connect=self.network.connect,
            rng=Random(1),  # noqa: S311
        )
        self.station = StationV16("S-1", [outlet_model()], surroundings)
        self.reach = Reach({"S-1": self.station}, self.network, SETTLED, ASKED_AGAIN)
        self.trouble = CommandTrouble(Random(1))  # noqa: S311
        self.reach.troubles = {"S-1": self.trouble}

    @property
    def is_told(self) -> bool:
        return self.reach.is_told("S-1", self.clock.now())


Story: TypeAlias = Callable[[Stage], Awaitable[None]]


def play(folder: Path, story: Story) -> None:
    """Run a story with a station that has been connected for two minutes."""

    async def main() -> None:
        csms = FakeCsms(REPLIES)
        async with csms.listening(folder / "csms"):
            stage = Stage(folder)
            async with stage.network.running():
                life = asyncio.ensure_future(stage.station.run())
                await stage.clock.sleep(120)
                await story(stage)
                life.cancel()

    run_virtual(main())


def test_station_is_told_once_it_has_been_connected_for_long_enough(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        assert stage.is_told
        stage.station.uplink.stay_away(60)
        await stage.clock.sleep(1)
        assert not stage.is_told
        await stage.clock.sleep(75)  # it comes back after a back-off
        assert stage.station.uplink.is_online
        assert not stage.is_told
        await stage.clock.sleep(40)
        assert stage.is_told

    play(tmp_path, story)


def test_station_behind_a_half_open_connection_is_not_told(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        assert stage.network.go_dark("S-1", 200)
        await stage.clock.sleep(1)
        assert stage.station.uplink.is_online
        assert not stage.is_told

    play(tmp_path, story)


def test_station_without_power_is_not_told(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        stage.station.lose_power(forgets_profiles=False, resumes_transactions=True)
        await stage.clock.sleep(1)
        assert not stage.is_told

    play(tmp_path, story)


def test_station_whose_messages_are_late_is_told_when_the_last_has_arrived(
    tmp_path: Path,
) -> None:
    async def story(stage: Stage) -> None:
        stage.network.delay("S-1", 60, 10, "to the station")
        for seconds, is_told in ((59, False), (60, False), (2, True)):
            await stage.clock.sleep(seconds)  # 60 s, a call and its answer of 10 s each, 40 s
            assert stage.is_told is is_told

    play(tmp_path, story)


def test_station_that_refuses_is_told_when_it_is_asked_again(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        stage.trouble.begin(FaultKind.REJECT, 60)
        for seconds, is_told in ((1, False), (358, False), (2, True)):
            await stage.clock.sleep(seconds)
            assert stage.is_told is is_told

    play(tmp_path, story)
