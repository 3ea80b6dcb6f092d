"""The generated stations on real sockets, against a server on another library."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from benchmarks.load import fleet as fleets
from benchmarks.load import floods
from benchmarks.load.control import Watch
from benchmarks.load.fleet import Fleet, Population
from benchmarks.load.floods import Background, ClosedFlood, Message, OpenFlood
from benchmarks.load.orders import Arrive, Charge, Closed
from benchmarks.load.probe import Probe, Probing
from benchmarks.load.process import GeneratorError, generating
from benchmarks.load.station import CallError
from tests.benchmarks.load_server import PROFILE, LoadServer, load_server

STATIONS = 6
_PATIENCE_S = 30.0


@pytest.fixture
async def server() -> AsyncIterator[LoadServer]:
    async with load_server() as running:
        yield running


@pytest.fixture
async def fleet(server: LoadServer) -> AsyncIterator[Fleet]:
    """Stations of both versions in turn, not connected yet."""
    population = Population(address=server.address, stations=STATIONS, versions=("1.6", "2.0.1"))
    fleet = Fleet(population)
    yield fleet
    fleet.leave()


async def arrive(fleet: Fleet) -> None:
    await fleet.arrive(at_once=True, patience_s=_PATIENCE_S)


async def test_all_connect_boot_and_tell_their_status(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)

    assert server.seen == {"BootNotification": STATIONS, "StatusNotification": STATIONS}
    assert sorted(server.stations) == [f"L-0000{number}" for number in range(STATIONS)]
    spoken = [server.stations[f"L-0000{number}"].subprotocol for number in range(2)]
    assert spoken == ["ocpp1.6", "ocpp2.0.1"]
    assert fleet.refusals == 0


async def test_who_is_refused_is_counted_and_comes_again(
    server: LoadServer, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleets, "_PAUSE_S", (0.0, 0.0))
    server.refuse = 4

    await arrive(fleet)

    assert fleet.refusals == 4
    assert len(server.stations) == STATIONS


async def test_vehicles_come_to_those_that_have_none(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    await fleet.charge(2)

    await fleet.charge(3)

    assert len(fleet.charging) == 5
    assert [station.name for station in fleet.idle] == ["L-00005"]
    assert (server.seen["StartTransaction"], server.seen["TransactionEvent"]) == (3, 2)


async def test_every_answer_of_a_closed_loop_is_counted_once(
    server: LoadServer, fleet: Fleet
) -> None:
    await arrive(fleet)
    await fleet.charge(STATIONS)
    server.seen.clear()

    figures = await ClosedFlood(fleet.charging, Message.SAMPLE, seconds=0.1).run()

    assert figures.answered == figures.sent == server.seen.total()
    assert figures.answered >= STATIONS
    assert figures.errors == 0
    assert set(server.seen) == {"MeterValues", "TransactionEvent"}
    assert server.most_waiting == 1


async def test_an_open_loop_sends_one_call_after_the_other(
    server: LoadServer, fleet: Fleet
) -> None:
    await arrive(fleet)
    server.seen.clear()

    figures = await OpenFlood(fleet.stations[:1], Message.HEARTBEAT, rate=1e4, seconds=0.05).run()

    assert figures.answered == figures.sent == server.seen["Heartbeat"]
    assert server.most_waiting == 1


async def test_errors_are_answers_too(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    server.faulty = {"Heartbeat"}

    figures = await ClosedFlood(fleet.stations, Message.HEARTBEAT, seconds=0.02).run()

    assert figures.errors == figures.answered > 0


async def test_calls_that_are_never_answered_are_counted(
    server: LoadServer, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floods, "_DRAIN_S", 0.0)
    await arrive(fleet)
    server.silent = {"Heartbeat"}

    figures = await ClosedFlood(fleet.stations, Message.HEARTBEAT, seconds=0.02).run()

    assert (figures.sent, figures.answered) == (STATIONS, 0)
    assert figures.max_ms >= 20.0


async def test_the_server_is_answered_during_a_flood(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    await fleet.charge(STATIONS)
    background = Background(OpenFlood(fleet.charging, Message.SAMPLE, rate=500.0))
    watching = asyncio.create_task(Watch(is_lower=True, patience_s=_PATIENCE_S).carry_out(fleet))
    await asyncio.sleep(0)

    payloads = [
        {"csChargingProfiles": PROFILE}
        if station.dialect.name == "1.6"
        else {"chargingProfile": {**PROFILE, "chargingSchedule": [PROFILE["chargingSchedule"]]}}
        for station in fleet.stations
    ]
    for station, payload in zip(fleet.stations, payloads, strict=True):
        await server.call(station.name, "SetChargingProfile", payload)

    assert len(await watching) == STATIONS
    assert [station.drawn_a for station in fleet.stations] == [8.0] * STATIONS
    figures = await background.end()
    assert figures.unanswered == 0
    assert server.answers == [[3, "ours", {"status": "Accepted"}]] * STATIONS


async def test_a_station_tells_the_limit_that_it_holds(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    station = fleet.stations[0]
    await station.plug_in()

    await server.call(station.name, "SetChargingProfile", {"csChargingProfiles": PROFILE})
    call = {"connectorId": 1, "duration": 60}
    await server.call(station.name, "GetCompositeSchedule", call)
    await station.ask(station.dialect.heartbeat)

    _, (_, _, told) = server.answers
    assert told["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 8.0}]


async def test_what_a_station_cannot_do_is_answered_by_an_error(
    server: LoadServer, fleet: Fleet
) -> None:
    await arrive(fleet)

    await server.call("L-00000", "UpdateFirmware", {})
    await fleet.stations[0].ask(fleet.stations[0].dialect.heartbeat)

    assert server.answers == [[4, "ours", "NotImplemented", "no UpdateFirmware here", {}]]


async def test_what_is_triggered_is_sent(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    server.seen.clear()

    await server.call("L-00001", "TriggerMessage", {"requestedMessage": "StatusNotification"})
    await (await server.stations["L-00001"].ping())
    await fleet.stations[1].ask(fleet.stations[1].dialect.heartbeat)

    assert server.answers == [[3, "ours", {"status": "Accepted"}]]
    assert server.seen == {"StatusNotification": 1, "Heartbeat": 1}


async def test_a_refused_start_is_told_with_the_stations_name(
    server: LoadServer, fleet: Fleet
) -> None:
    await arrive(fleet)
    server.faulty = {"StartTransaction"}

    with pytest.raises(CallError, match="L-00000"):
        await fleet.stations[0].plug_in()


async def test_a_probe_sees_every_answer(server: LoadServer, fleet: Fleet) -> None:
    await arrive(fleet)
    server.seen.clear()

    probing = Probing(Probe(fleet.stations[0], os.getpid()))
    await asyncio.sleep(0)
    figures = await probing.end()

    assert figures.pings == server.seen["Heartbeat"] == 1
    assert figures.ping_max_ms > 0.0


async def test_orders_are_carried_out_in_a_process_of_its_own(server: LoadServer) -> None:
    population = Population(address=server.address, stations=4, versions=("1.6",))

    def run() -> tuple[int, int]:
        with generating(population) as generator:
            generator.ask(Arrive())
            charging = generator.ask(Charge(4))
            return charging, generator.ask(Closed(Message.SAMPLE, 0.05)).answered

    charging, answered = await asyncio.to_thread(run)

    assert charging == 4
    assert answered == server.seen["MeterValues"] > 0


async def test_an_order_that_fails_is_told(server: LoadServer) -> None:
    population = Population(address=server.address, stations=1, versions=("1.6",))
    server.silent = {"BootNotification"}

    def run() -> None:
        with generating(population) as generator:
            generator.ask(Arrive(patience_s=0.1))

    with pytest.raises(GeneratorError, match="Arrive: TimeoutError"):
        await asyncio.to_thread(run)


def test_the_generator_shares_no_code_with_the_server() -> None:
    program = (
        "import sys, benchmarks.load.orders, benchmarks.load.control\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(names & {'csms', 'ocpp', 'websockets', 'simulators', 'smart_charging'}))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert told.stdout == "[]\n"
