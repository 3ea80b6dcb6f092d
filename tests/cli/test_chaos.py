"""Days full of faults: alike in every process, deadly for the server, and not blind to excesses."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random
from types import MappingProxyType

import pytest

from csms.cli.chaos import judge, read_kinds, read_seeds
from csms.cli.chaos_planner import ThriftyPlanner
from csms.cli.chaos_run import Asked, run_seed
from csms.cli.chaos_server import MortalServer, ServerPlan
from csms.domain.errors import InvalidInputError
from csms.settings.site_file import read_site
from simulators.chaos import faults
from simulators.chaos.fault_kinds import FaultKind
from simulators.clock import ScaledClock
from simulators.stations.link import connect_to
from simulators.stations.station import Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.virtual_time import run_virtual
from tests.cli.rig import ROOT, chargeflex, logging_as_before
from tests.cli.seed_reports import seed_report
from tests.simulators.stations.builders import NOON, outlet_model, session

ONE_STATION = """
site: one
timezone: Europe/Oslo
grid: {earthing: TN}
feeders: [{id: main, limit_a: 40}]
chargers: [{id: S-1, feeder: main, max_a: 32}]
"""


@pytest.mark.parametrize(("text", "seeds"), [("7", [7]), ("1..3", [1, 2, 3])])
def test_seeds_are_one_or_a_range(text: str, seeds: list[int]) -> None:
    assert read_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3..1", "1...3", "0..10000"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="seeds"):
        read_seeds(text)


def test_kinds_of_faults_are_named() -> None:
    assert read_kinds("none") == frozenset()
    assert read_kinds("all") == frozenset(FaultKind)
    assert FaultKind.LINK_CUT in read_kinds("stations")
    assert read_kinds("stations").isdisjoint({FaultKind.KILL, FaultKind.METER_OUTAGE})
    assert read_kinds("kill, delay") == {FaultKind.KILL, FaultKind.DELAY}
    ran = chargeflex("chaos", "--faults", "earthquake")
    assert ran.code == 2
    assert "expected all, stations, none, or some of link_cut" in ran.err
    assert "got 'earthquake'" in ran.err


def run_twice() -> list[str]:
    """What two processes of their own say of a seed, without how long they took."""
    command = [sys.executable, "-m", "csms", "chaos", "--seeds", "5", "--stations", "6"]
    said = []
    for hash_seed in ("1", "2"):
        ran = subprocess.run(
            [*command, "--hours", "0.5", "--jobs", "1"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode in {0, 1}, ran.stderr
        said.append(ran.stdout)
    return said


def test_a_seed_gives_the_same_day_in_every_process() -> None:
    first, second = (
        [line.partition(" s of processor time")[0].rpartition(",")[0] for line in said.splitlines()]
        for said in run_twice()
    )
    assert first == second
    assert first[0].startswith("seed 5: ")
    assert "digest" in first[0]


def test_stations_that_ignore_their_limits_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody could prevent has to be seen: the judge is not blind."""
    shares = {FaultKind.IGNORES_TX_PROFILE: 1.0, FaultKind.LYING_METER: 1.0}
    monkeypatch.setattr(faults, "SHARE_OF_STATIONS", MappingProxyType(shares))
    monkeypatch.setattr(faults, "NEED_ROOM", frozenset())
    with logging_as_before():
        report = run_seed(
            Asked(
                seed=2,
                stations=40,
                hours=0.8,
                kinds=frozenset(shares),
                is_verbose=True,
            )
        )
    assert report.over_as > 0.0
    assert report.first is not None
    assert report.first.amps > report.first.limit_a
    assert any("MORE THAN COUNTED" in note.words for note in report.around)
    assert report.faults == {"ignores_tx_profile": 40, "lying_meter": 40}
    assert not judge([report])


def test_verdict_asks_for_no_excess_and_for_energy() -> None:
    good = seed_report(over_as=0.0, delivered_wh=95.0)
    assert judge([good])
    assert not judge([good, seed_report(over_as=0.1, delivered_wh=100.0)])
    assert judge([seed_report(over_as=0.0, delivered_wh=94.0)])
    assert not judge([seed_report(over_as=0.0, delivered_wh=94.0)], 95.0)


@pytest.mark.parametrize("turns", [0, 3, 10, 40])
def test_killed_server_keeps_what_it_has_acknowledged_and_goes_on(
    tmp_path: Path, turns: int
) -> None:
    (tmp_path / "site.yaml").write_text(ONE_STATION, encoding="utf-8")

    async def main() -> None:
        clock = ScaledClock(NOON)
        plan = ServerPlan(
            site=read_site(tmp_path / "site.yaml"),
            folder=tmp_path,
            clock=clock,
            planner=ThriftyPlanner(clock, Random(1)),  # noqa: S311 - a simulation
        )
        down: list[object] = []
        server = MortalServer(plan, down.append)
        await server.start()
        station = StationV16(
            "S-1",
            [outlet_model()],
            Surroundings(
                clock=clock,
                connect=connect_to("ws://chaos/ocpp", server.socket_path),
                rng=Random(1),  # noqa: S311
            ),
        )
        async with asyncio.TaskGroup() as tasks:
            lives = [tasks.create_task(work) for work in (server.run(), station.run())]
            await clock.sleep(60)
            first_app = server.app
            server.kill(turns, 30)
            await station.plug_in(1, session())
            await clock.sleep(20)
            assert (server.lives, down != [], server.app) == (1, True, None)
            acknowledged = station.outlets[1].transaction
            assert acknowledged is not None
            assert not await server.put("/api/v1/stations/S-1/evses/1/need", {"energy_wh": 5000.0})
            kept = _transactions(tmp_path)
            assert acknowledged.number is None or acknowledged.number in kept
            await clock.sleep(300)
            assert server.lives == 2
            assert server.app is not first_app
            assert station.uplink.is_settled
            assert acknowledged.number is not None
            assert _transactions(tmp_path) == [acknowledged.number]
            assert await server.put("/api/v1/stations/S-1/evses/1/need", {"energy_wh": 5000.0})
            for life in lives:
                life.cancel()
        await server.stop()

    with logging_as_before():
        run_virtual(main())


def _transactions(folder: Path) -> list[int]:
    """The numbers of all transactions that the database has."""
    with sqlite3.connect(folder / "chaos.db") as connection:
        found = connection.execute("SELECT number FROM charging_transaction").fetchall()
    connection.close()
    return [number for (number,) in found]
