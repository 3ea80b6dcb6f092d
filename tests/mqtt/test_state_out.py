"""How a site stands, as the broker retains it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiomqtt
import orjson
import pytest

from csms.mqtt import state_out
from csms.mqtt.settings import MqttVersion
from csms.service.charging_control import PlanMade
from csms.service.control_room import ControlRoom
from csms.service.site_view import SiteView
from smart_charging.plan import Cause, ChargingPlan, EvsePlan, Method, Reason
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import OWN, PATIENCE_S, Bridged, bridged, device_at
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in
from tests.smart_charging.problems import feeder, problem

SITE: Final = "chargeflex/v1/sites/fjordgata"
INTAKE: Final = f"{SITE}/feeders/intake/state"
EVSE: Final = f"{SITE}/stations/G-01/evses/1/state"


class Dashboard:
    """Somebody who wants to see everything."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.shown: dict[str, Any] = {}
        self.retained: dict[str, bool] = {}

    async def until(self, is_shown: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until something is shown."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_shown(self.shown):
                message = await anext(self._client.messages)
                topic = message.topic.value
                if not topic.startswith(SITE) or topic == OWN:
                    continue
                self.shown[topic] = orjson.loads(message.payload) if message.payload else None
                self.retained[topic] = message.retain
        return self.shown


@asynccontextmanager
async def dashboard_at(broker: Mosquitto) -> AsyncIterator[Dashboard]:
    async with device_at(broker) as device:
        await device.client.subscribe(f"{SITE}/#", qos=1)
        yield Dashboard(device.client)


def has(topic: str, **fields: Any) -> Callable[[dict[str, Any]], bool]:
    def is_shown(shown: dict[str, Any]) -> bool:
        document = shown.get(topic) or {}
        return topic in shown and all(document.get(name) == one for name, one in fields.items())

    return is_shown


def charge(one: Bridged) -> None:
    live = one.office.live
    connect(live, "G-01", "G-02")
    hold(plug_in(live, "G-01"), 16.0)


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_whoever_comes_later_finds_how_all_stands(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with bridged(database_file, broker, version=version) as one:
        charge(one)
        await one.read(OWN, {"current_a": [5, 6, 7]})
        async with dashboard_at(broker) as first:
            await first.until(has(EVSE, limit_a=16.0))
            await first.until(has(INTAKE, uncontrolled_a=[5.0, 6.0, 7.0]))
        async with dashboard_at(broker) as later:
            shown = await later.until(lambda shown: len(shown) == 9)
            assert all(later.retained.values())
    assert shown[EVSE]["state"] == "charging"
    assert shown[INTAKE]["uncontrolled_source"] == "measured"
    assert shown[f"{SITE}/stations/G-02/state"]["is_connected"] is True
    assert shown[f"{SITE}/state"]["counts"] == {"available": 1, "charging": 1}
    assert shown[f"{SITE}/guard"]["level"] == "ok"
    assert {topic.removeprefix(f"{SITE}/") for topic in shown} == {
        "state",
        "guard",
        *(f"feeders/{name}/state" for name in ("intake", "level-1", "level-2")),
        *(f"stations/{name}/state" for name in ("G-01", "G-02")),
        *(f"stations/{name}/evses/1/state" for name in ("G-01", "G-02")),
    }


async def test_change_is_sent_when_it_happens(database_file: Path, broker: Mosquitto) -> None:
    async with bridged(database_file, broker) as one, dashboard_at(broker) as dashboard:
        await dashboard.until(has(EVSE, state="never_seen"))
        charge(one)
        await dashboard.until(has(EVSE, state="charging", limit_a=16.0))
        hold(evse_of(one.office.live, "G-01"), 6.0)
        one.office.live.note()
        await dashboard.until(has(EVSE, limit_a=6.0))


async def test_plan_is_sent_with_what_each_evse_has_ahead(
    database_file: Path, broker: Mosquitto
) -> None:
    evse = EvsePlan(
        key="G-01/1",
        limits_a=(16.0, 6.0),
        expected_wh=9_000.0,
        short_wh=0.0,
        reason=Reason(cause=Cause.OWN_MAXIMUM),
    )
    plan = ChargingPlan(
        starts_at=NOON, slots_s=(300, 900), evses=(evse,), committed=1, method=Method.HEURISTIC
    )
    asked = problem((feeder("intake", 63.0, slots=2),), slots_s=(300, 900))
    async with bridged(database_file, broker) as one, dashboard_at(broker) as dashboard:
        await dashboard.until(has(EVSE, state="never_seen"))
        controller = one.room._controllers["fjordgata"]
        controller.newest = PlanMade(number=1, made_at=NOON, solve_s=0.1, problem=asked, plan=plan)
        controller.next_at = after(5)
        one.office.live.note()
        await dashboard.until(has(f"{SITE}/plan", expected_wh=9_000, is_heuristic=True))
        steps = [
            {"from": "2026-01-14T12:00:00Z", "limit_a": 16.0},
            {"from": "2026-01-14T12:05:00Z", "limit_a": 6.0},
        ]
        topic = EVSE.replace("/state", "/plan")
        await dashboard.until(has(topic, steps=steps, until="2026-01-14T12:20:00Z"))


async def test_broker_that_has_forgotten_everything_is_told_again(
    database_file: Path, broker: Mosquitto
) -> None:
    async with bridged(database_file, broker) as one:
        charge(one)
        async with dashboard_at(broker) as first:
            await first.until(has(EVSE, limit_a=16.0))
            broker.kill()
        broker.start()
        async with dashboard_at(broker) as later:
            await later.until(has(EVSE, limit_a=16.0))


async def test_site_that_cannot_be_shown_keeps_no_meter_from_being_read(
    database_file: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_room: ControlRoom, site_id: str) -> SiteView:
        raise ValueError(site_id)

    monkeypatch.setattr(state_out, "_AGAIN_AFTER_S", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(ControlRoom, "view", fail)
        async with bridged(database_file, broker) as one:
            assert await one.read(OWN, {"current_a": [5, 6, 7]}) == (5.0, 6.0, 7.0)
            assert one.bridge.tally.connections == 1
            broken.undo()
            async with dashboard_at(broker) as dashboard:
                await dashboard.until(has(INTAKE, uncontrolled_a=[5.0, 6.0, 7.0]))


async def test_nothing_is_sent_where_that_is_not_wanted(
    database_file: Path, broker: Mosquitto
) -> None:
    async with bridged(database_file, broker, tells_state=False) as one:
        assert await one.read(OWN, {"current_a": [5, 6, 7]}) == (5.0, 6.0, 7.0)
        assert one.bridge.tally.sent == 1  # that it is online
