"""Whole scenarios against a CSMS that says yes to everything."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.clock import ScaledClock
from simulators.fleet import Fleet
from simulators.placement import Visit
from simulators.report import FleetReport
from simulators.scenario import Scenario, read_scenario
from simulators.stations.link import connect_to
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms, Json
from tests.simulators.sites import write_site
from tests.simulators.stations.builders import REPLIES

SCENARIOS = Path(__file__).parents[2] / "config/scenarios"
POPULATION = """
name: steady
groups:
  - name: user
    share: 1.0
    arrivals: {{weekday: {hours}, weekend: {hours}}}
    stays: [{{hours: [0, 24], quantiles_h: [1.5, 2.0]}}]
    vehicles:
      - {{share: 0.5, lines: 1, max_a: 32, battery_kwh: 60, energy_kwh: 6}}
      - {{share: 0.5, lines: 3, max_a: 16, battery_kwh: 60, energy_kwh: 6}}
"""


def small_scenario(folder: Path, *, users: int = 4, hours: float = 4) -> Scenario:
    """Users that come within the first two hours, to four stations."""
    write_site(folder)
    chances = [1.0 if hour in {12, 13} else 0.0 for hour in range(24)]
    (folder / "population.yaml").write_text(POPULATION.format(hours=chances), encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(
        "name: small\nsite: site-TN.yaml\nstarts: 2026-01-14T12:00:00\n"
        f"hours: {hours}\nusers: {users}\nsessions: {{population: population.yaml}}\n",
        encoding="utf-8",
    )
    return read_scenario(path)


def agreeable() -> FakeCsms:
    numbers = itertools.count(1)

    def start(_: Json) -> Json:
        return {"transactionId": next(numbers), "idTagInfo": {"status": "Accepted"}}

    return FakeCsms({**REPLIES, "StartTransaction": start})


def run(
    scenario: Scenario,
    folder: Path,
    csms: FakeCsms | None = None,
    look: Callable[[Fleet], None] = lambda _: None,
) -> FleetReport:
    """Run a scenario to its end."""
    server = csms or agreeable()

    async def main() -> FleetReport:
        clock = ScaledClock(scenario.starts_at)
        server.now = clock.now
        async with server.listening(folder / "csms"):
            fleet = Fleet(scenario, clock, connect_to("ws://csms/ocpp", folder / "csms"))
            await fleet.run()
            look(fleet)
            return fleet.report()

    return run_virtual(main())


def test_everybody_is_charged_where_nothing_limits(tmp_path: Path) -> None:
    scenario = small_scenario(tmp_path)
    csms = agreeable()
    report = run(scenario, tmp_path, csms)
    assert len(report.sessions) == len(scenario.visits) == 4
    assert report.count_served(99) == len(report.left) == 4
    assert report.delivered_wh == pytest.approx(report.possible_wh, rel=0.01)
    assert report.messages_sent == len(csms.received)
    assert {call.station_id for call in csms.received} == {"A-1", "A-2", "A-3", "B-1"}
    assert csms.actions().count("StartTransaction") == csms.actions().count("StopTransaction")


def test_judge_sees_what_the_vehicles_draw_beside_the_building(tmp_path: Path) -> None:
    report = run(small_scenario(tmp_path), tmp_path)
    by_feeder = {(line.feeder_id, line.line): line for line in report.lines}
    assert 16.0 <= by_feeder["row-a", 1].peak_a <= 96.0
    most = max(by_feeder["row-a", 1].peak_a, by_feeder["row-b", 1].peak_a)
    assert by_feeder["main", 1].peak_a >= most


def test_one_seed_gives_one_run(tmp_path: Path) -> None:
    first = run(small_scenario(tmp_path), tmp_path)
    (tmp_path / "csms").unlink()
    assert run(small_scenario(tmp_path), tmp_path) == first


def test_sessions_that_still_run_at_the_end_are_reported_as_running(tmp_path: Path) -> None:
    report = run(small_scenario(tmp_path, hours=1.2), tmp_path)
    assert report.left == ()
    assert 0 < len(report.sessions) <= 4
    assert report.delivered_wh > 0


def test_drivers_app_is_told_of_every_vehicle_that_the_csms_knows_until_it_is_taken(
    tmp_path: Path,
) -> None:
    scenario = small_scenario(tmp_path)
    csms = agreeable()
    told: list[tuple[Visit, bool]] = []

    async def announce(visit: Visit) -> bool:
        begun = {
            call.station_id
            for call in csms.received
            if call.action == "StartTransaction" or call.payload.get("eventType") == "Started"
        }
        told.append((visit, visit.station_id in begun))
        return len(told) != 1

    async def main() -> None:
        async with csms.listening(tmp_path / "csms"):
            fleet = Fleet(
                scenario,
                ScaledClock(scenario.starts_at),
                connect_to("ws://csms/ocpp", tmp_path / "csms"),
                announce=announce,
            )
            await fleet.run()

    run_virtual(main())
    first, *others = scenario.visits
    assert told == [(visit, True) for visit in (first, first, *others)]


def test_vehicles_wait_until_they_may_come_and_then_come_at_once(tmp_path: Path) -> None:
    scenario = small_scenario(tmp_path)
    csms = agreeable()

    async def main() -> tuple[list[str], FleetReport]:
        clock = ScaledClock(scenario.starts_at)

        async def be_set_up() -> None:
            await clock.sleep(2 * 3600)  # by then all should have come
            before.extend(csms.actions())

        before: list[str] = []
        async with csms.listening(tmp_path / "csms"):
            fleet = Fleet(scenario, clock, connect_to("ws://csms/ocpp", tmp_path / "csms"))
            await fleet.run(may_come=be_set_up)
            return before, fleet.report()

    before, report = run_virtual(main())
    assert "BootNotification" in before
    assert not {"StartTransaction", "TransactionEvent"} & set(before)
    assert len(report.sessions) == 4
    assert report.delivered_wh > 0


def test_stations_charge_on_while_the_csms_is_away(tmp_path: Path) -> None:
    scenario = small_scenario(tmp_path)
    csms = agreeable()

    async def main() -> FleetReport:
        clock = ScaledClock(scenario.starts_at)
        connect = connect_to("ws://csms/ocpp", tmp_path / "csms")
        fleet = Fleet(scenario, clock, connect)

        async def be_there_at_first_and_at_last() -> None:
            async with csms.listening(tmp_path / "csms"):
                await clock.sleep(900)
            (tmp_path / "csms").unlink(missing_ok=True)
            await clock.sleep(7_200)
            async with csms.listening(tmp_path / "csms"):
                await clock.sleep(7_200)

        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(be_there_at_first_and_at_last())
            await fleet.run()
            serving.cancel()
        return fleet.report()

    report = run_virtual(main())
    assert report.count_served(99) == 4
    started = [c for c in csms.received if c.action == "StartTransaction"]
    assert len(started) == len([c for c in csms.received if c.action == "StopTransaction"])


def test_busy_hours_of_the_garage_pass_in_seconds(tmp_path: Path) -> None:
    garage = read_scenario(SCENARIOS / "garage.yaml", tmp_path)
    evening = replace(garage, length_s=9 * 3600.0)
    fleets: list[Fleet] = []
    report = run(evening, tmp_path, look=fleets.append)
    assert report.peak_ratio > 1.5  # nobody steers: the intake is overloaded
    assert report.own_over_as == report.over_as
    assert len(fleets[0].judge.history) == 541
    assert len(report.sessions) > 20
