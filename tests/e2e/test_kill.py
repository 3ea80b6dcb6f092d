"""A server that is killed at any moment has lost nothing that it acknowledged."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from csms.domain.metering import Measurand
from csms.storage.readings import read_samples
from tests.e2e.rig import PATIENCE_S, POLL_S, Server, run, server_in, until
from tests.service.handlers.stories import TellerV16, TellerV201, Told
from tests.service.rig import NOON

_REGISTER: Final = Measurand.ENERGY_IMPORT_REGISTER
_ACKNOWLEDGED_BEFORE_EACH_KILL: Final = (25, 60)


@dataclass
class Station:
    """Tells of one transaction after the other; what is not answered is told again.

    Attributes:
        acknowledged: (what, start of its transaction, its own time), once each.
    """

    station_id: str
    url: str
    subprotocol: str
    acknowledged: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _ids: "count[int]" = field(default_factory=count)

    async def run(self) -> None:
        """Charge one vehicle after the other until cancelled."""
        for number in count():
            starts_at = NOON + timedelta(minutes=10 * number)
            is_v16 = self.subprotocol == "ocpp1.6"
            teller = TellerV16() if is_v16 else TellerV201(f"{self.station_id}-{number}")
            answer = await self._deliver(teller.starts(starts_at, register_wh=0))
            teller.learns(answer)
            self.acknowledged.append(("start", starts_at, starts_at))
            for minute in (3, 6):
                at = starts_at + timedelta(minutes=minute)
                await self._deliver(teller.measures(at, register_wh=1_000 * minute))
                self.acknowledged.append(("meter", starts_at, at))
            at = starts_at + timedelta(minutes=9)
            await self._deliver(teller.stops(at, register_wh=9_000))
            self.acknowledged.append(("stop", starts_at, at))

    async def _deliver(self, told: Told) -> dict[str, Any]:
        while True:
            try:
                return await self._call(*told)
            except (OSError, WebSocketException):
                self._socket = None
                await asyncio.sleep(POLL_S)  # the server is on its way up

    async def _call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        if self._socket is None:
            name = [Subprotocol(self.subprotocol)]
            self._socket = await connect(
                f"{self.url}/{self.station_id}", subprotocols=name, proxy=None
            )
        message_id = str(next(self._ids))
        await self._socket.send(json.dumps([2, message_id, action, payload]))
        while True:
            frame = json.loads(await self._socket.recv())
            if frame[0] == 2:  # this station can do nothing else
                refusal = [4, frame[1], "NotSupported", "", {}]
                await self._socket.send(json.dumps(refusal))
            elif frame[1] == message_id:
                assert frame[0] == 3, frame
                answer: dict[str, Any] = frame[2]
                return answer


async def charge_and_kill(server: Server, stations: list[Station]) -> None:
    """Let stations charge, and kill the server again and again in the middle of it."""
    await server.start()
    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(station.run()) for station in stations]
        for amount in _ACKNOWLEDGED_BEFORE_EACH_KILL:

            async def is_enough(least: int = amount) -> bool:
                return all(len(station.acknowledged) >= least for station in stations)

            await until(is_enough, f"{amount} messages are acknowledged")
            server.kill()
            await server.start()
        most = max(len(station.acknowledged) for station in stations)

        async def goes_on() -> bool:
            return all(len(station.acknowledged) > most + 4 for station in stations)

        await until(goes_on, "everything goes on")
        for life in lives:
            life.cancel()


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_nothing_acknowledged_is_lost_and_nothing_counted_twice(tmp_path: Path) -> None:
    with server_in(tmp_path) as server:
        stations = [
            Station("Y-1", server.ocpp_url, "ocpp1.6"),
            Station("Y-2", server.ocpp_url, "ocpp2.0.1"),
        ]
        await charge_and_kill(server, stations)
        assert server.stop() == 0
        for station in stations:
            check(server, station)


def check(server: Server, station: Station) -> None:
    """Everything that a station got an answer to is kept, and kept once."""
    told = server.rows(
        "SELECT started_at, ended_at IS NOT NULL, energy_wh FROM charging_transaction "
        "WHERE station_id = ? ORDER BY started_at",
        station.station_id,
    )
    starts = [_instant(row[0]) for row in told]
    assert len(set(starts)) == len(starts)
    metered = [
        (at, sample.value)
        for at, samples in server.rows(
            "SELECT at, samples FROM meter_reading WHERE station_id = ?", station.station_id
        )
        for sample in read_samples(_instant(at), samples)
        if sample.context == "Sample.Periodic" and sample.measurand is _REGISTER
    ]
    assert len({at for at, _ in metered}) == len(metered)
    kept = {
        "start": set(starts),
        "stop": {_instant(row[0]) for row in told if row[1] and row[2] == 9_000.0},
        "meter": {_instant(at) for at, _ in metered},
    }
    assert len(station.acknowledged) > _ACKNOWLEDGED_BEFORE_EACH_KILL[-1]
    missing = [
        (what, at)
        for what, starts_at, at in station.acknowledged
        if (at if what == "meter" else starts_at) not in kept[what]
    ]
    assert missing == []
    # the last one may still run, and what was not acknowledged may have been kept as well
    assert len(starts) <= sum(what == "start" for what, _, _ in station.acknowledged) + 1


def _instant(text: str) -> datetime:
    """An instant as the tables hold it."""
    return datetime.fromisoformat(text[:19]).replace(tzinfo=NOON.tzinfo)


POPULATION: Final = """
name: for a few hours
groups:
  - name: user
    share: 1.0
    arrivals: {{weekday: {hours}, weekend: {hours}}}
    stays: [{{hours: [0, 24], quantiles_h: [5, 6]}}]
    vehicles: [{{share: 1.0, lines: 3, max_a: 32, battery_kwh: 200, energy_kwh: 150}}]
"""


def scenario_in(folder: Path) -> Path:
    """Two vehicles that came an hour ago; they charge from the third minute on."""
    now = datetime.now(UTC)
    text = POPULATION.format(hours=[float(hour == (now.hour - 1) % 24) for hour in range(24)])
    (folder / "population.yaml").write_text(text, encoding="utf-8")
    path = folder / "scenario.yaml"
    starts = now.replace(tzinfo=None, microsecond=0).isoformat()
    path.write_text(
        f"name: yard\nsite: site.yaml\nstarts: {starts}\nhours: 12\nusers: 2\n"
        "sessions: {population: population.yaml}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.timeout(4 * PATIENCE_S)
async def test_simulated_stations_charge_on_after_the_server_was_killed(tmp_path: Path) -> None:
    with server_in(tmp_path) as server:
        await server.start()
        fleet = run(
            "simulate",
            *("--url", server.ocpp_url),
            *("--scenario", scenario_in(tmp_path)),
            *("--rate", 60),
            log=tmp_path / "simulate.log",
        )
        try:
            before = await charging(server, above_wh=0.0)
            server.kill()
            await server.start()
            behind = max(energy_wh for _, energy_wh in before.values())
            later = await charging(server, above_wh=behind)
            assert later.keys() == before.keys() == {"Y-1", "Y-2"}
            for station_id, (number, _) in before.items():
                assert later[station_id][0] == number  # the same transaction
            transactions = await server.get("/api/v1/transactions")
            assert [one["ended_at"] for one in transactions] == [None, None]
            stations = await server.get("/api/v1/stations")
            assert sorted(one["protocol"] for one in stations) == ["1.6", "2.0.1"]
        finally:
            fleet.kill()
            fleet.wait(PATIENCE_S)
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


async def charging(server: Server, above_wh: float) -> dict[str, tuple[int, float]]:
    """Wait until both stations are connected and charge; tell number and energy of each."""
    found: dict[str, tuple[int, float]] = {}

    async def is_so() -> bool:
        view = await server.get("/api/v1/sites/yard/view")
        states = [evse["state"] for evse in view["evses"].values()]
        rows = await server.get("/api/v1/transactions")
        found.clear()
        found.update({row["station_id"]: (row["number"], row["energy_wh"]) for row in rows})
        energies = [energy_wh for _, energy_wh in found.values()]
        is_enough = len(energies) == 2 and min(energies) > above_wh
        return states == ["charging", "charging"] and is_enough

    await until(is_so, f"both charge, with more than {above_wh:g} Wh")
    return found
