"""What waits for a station to be raised happens before anybody can be told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest

from simulators.chaos.excuses import Excuses
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.faults import Fault
from simulators.chaos.judge import StrictJudge
from simulators.chaos.meters import MeterOutages
from simulators.chaos.network import FaultyNetwork
from simulators.chaos.script import Cast, Script
from simulators.chaos.timeline import Timeline
from simulators.clock import ScaledClock
from simulators.stations.link import connect_to
from simulators.stations.outlet import Amps
from simulators.stations.station import Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms
from tests.simulators.sites import small_site
from tests.simulators.stations.builders import NOON, REPLIES, outlet_model, session

Limit: TypeAlias = Callable[[float], Awaitable[bool]]
"""Sends a limit; tells whether that was answered."""


class FakeServer:
    """Writes down how it was killed: after how many turns, and for how long."""

    def __init__(self) -> None:
        self.kills: list[tuple[int, float]] = []

    def kill(self, turns: int, down_s: float) -> None:
        self.kills.append((turns, down_s))

    def lock_database(self, seconds: float) -> None:
        raise AssertionError(f"nobody locks the database for {seconds} s")

    async def put(self, path: str, body: dict[str, Any]) -> bool:
        raise AssertionError(f"nobody puts {body} to {path}")


def happens(kind: FaultKind, place: str = "", lasts_s: float = 300.0) -> Fault:
    return Fault(at=NOON + timedelta(minutes=2), kind=kind, place=place, lasts_s=lasts_s)


def tell(
    folder: Path,
    faults: Sequence[Fault],
    story: Callable[[Limit, StationV16, FakeServer], Awaitable[None]],
) -> None:
    """Run a story with a vehicle that charges, and with faults that wait."""

    async def report(feeder_id: str, at: object, current_a: Amps) -> None:
        raise AssertionError(f"nobody measures {current_a} at {feeder_id}, {at}")

    async def main() -> None:
        clock, server = ScaledClock(NOON), FakeServer()
        csms = FakeCsms(REPLIES, now=clock.now)
        network = FaultyNetwork(1, connect_to("ws://csms/ocpp", folder / "csms"))
        rng = Random(1)  # noqa: S311 - a simulation
        around = Surroundings(clock=clock, connect=network.connect, rng=rng)
        station = StationV16("A-1", [outlet_model()], around)
        site = small_site(folder)
        cast = Cast(
            site=site,
            stations={"A-1": station},
            network=network,
            meters=MeterOutages(clock, report),
            server=server,
            judge=StrictJudge(site),
            timeline=Timeline(),
            excuses=Excuses(site, lambda _name, _now: True, lambda _at: None),
        )

        async def limit(amps: float) -> bool:
            try:
                await csms.call("SetChargingProfile", profile(amps))
            except TimeoutError:
                return False
            return True

        async with csms.listening(folder / "csms"), network.running():
            lives = [
                asyncio.create_task(work)
                for work in (station.run(), Script(1, faults, cast, clock).run())
            ]
            await clock.sleep(60)
            await station.plug_in(1, session())
            await clock.sleep(120)
            await story(limit, station, server)
            for life in lives:
                life.cancel()

    run_virtual(main())


def profile(amps: float) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": amps}],
    }
    limits = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    return {"connectorId": 1, "csChargingProfiles": limits}


def test_the_answer_of_a_station_that_was_raised_is_lost(tmp_path: Path) -> None:
    async def story(limit: Limit, station: StationV16, server: FakeServer) -> None:
        assert await limit(8.0)
        assert not await limit(16.0)
        assert station.limit_a(1) == 16.0
        assert not await limit(10.0)
        assert station.limit_a(1) == 16.0, "nothing passes any more"
        assert server.kills == []

    tell(tmp_path, [happens(FaultKind.LOST_ANSWER, "A-1")], story)


@pytest.mark.parametrize("count", [1, 2])
def test_the_server_is_killed_when_a_station_was_raised(tmp_path: Path, count: int) -> None:
    async def story(limit: Limit, _: StationV16, server: FakeServer) -> None:
        assert await limit(8.0)
        assert server.kills == []
        assert await limit(16.0)
        assert server.kills == [(0, 20.0)]
        assert await limit(18.0)
        assert await limit(20.0)
        assert server.kills == [(0, 20.0)] * count

    tell(tmp_path, [happens(FaultKind.KILL_SENDING, lasts_s=20.0)] * count, story)
