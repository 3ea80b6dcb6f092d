"""What is sent of how a site stands, and when."""

from datetime import timedelta
from typing import Any, Final

import orjson

from csms.domain.resource import Quantity, Setpoint
from csms.mqtt.said import Said
from csms.mqtt.state_mirror import StateMirror
from csms.mqtt.topics import Topics
from csms.service.live_feed import FeedMessage
from csms.service.live_resource import LiveResource
from csms.service.plan_course import PlanCourse
from csms.service.resource_view import state_of
from tests.domain.resources import BATTERY
from tests.service.rig import NOON, after

SITE: Final = "chargeflex/v1/sites/fjordgata"
EVSE: Final = {
    "station_id": "G-01",
    "number": 1,
    "protocol": "1.6",
    "security_profile": 1,
    "waiting": 0,
    "state": "charging",
    "power_w": 7000,
    "limit_a": 16.0,
}
VIEW: Final = {
    "site_id": "fjordgata",
    "name": "Fjordgata",
    "now": "2026-01-14T12:00:00Z",
    "clock_rate": 1.0,
    "headline": "1 of 2 charging",
    "power_w": 7000,
    "plan": None,
    "guard": {"banner": None, "level": "ok", "events": []},
    "feeders": {"intake": {"name": "Intake", "limit_a": [63, 63, 63], "load_a": [5, 5, 5]}},
    "evses": {"G-01/1": EVSE, "G/2/1": {**EVSE, "station_id": "G/2", "state": "offline"}},
}


def mirror_of(view: dict[str, Any] | None = None) -> StateMirror:
    mirror = StateMirror(Topics("chargeflex"), "fjordgata", 10.0)
    mirror.take(snapshot(view or VIEW))
    return mirror


def snapshot(view: dict[str, Any]) -> FeedMessage:
    return FeedMessage("snapshot", 1, orjson.dumps({"seq": 1, "view": view}))


def delta(**changed: Any) -> FeedMessage:
    return FeedMessage("delta", 2, orjson.dumps({"seq": 2, **changed}))


def sent(mirror: StateMirror, s: float = 0.0) -> dict[str, Any]:
    """What is sent so long after noon: by topic below the site's, without the instant."""
    said = mirror.due(NOON + timedelta(seconds=s))
    assert all(one.is_retained and one.correlation is None for one in said)
    return {one.topic.removeprefix(f"{SITE}/"): content(one) for one in said}


def content(said: Said) -> Any:
    if not said.payload:
        return None
    document = orjson.loads(said.payload)
    assert document.pop("at").startswith("2026-01-14T12:0")
    return document


def test_everything_is_sent_at_first_each_thing_under_its_topic() -> None:
    mirror = mirror_of()
    assert mirror.wait_s(NOON) == 0.0
    station = {
        "station_id": "G-01",
        "is_connected": True,
        "protocol": "1.6",
        "security_profile": 1,
        "waiting": 0,
        "evses": [1],
    }
    assert sent(mirror) == {
        "state": {
            "site_id": "fjordgata",
            "name": "Fjordgata",
            "headline": "1 of 2 charging",
            "power_w": 7000,
        },
        "guard": {"banner": None, "level": "ok", "events": []},
        "feeders/intake/state": VIEW["feeders"]["intake"],  # type: ignore[index]
        "stations/G-01/state": station,
        "stations/G-01/evses/1/state": EVSE,
        "stations/G%2F2/state": {**station, "station_id": "G/2", "is_connected": False},
        "stations/G%2F2/evses/1/state": {**EVSE, "station_id": "G/2", "state": "offline"},
    }
    assert sent(mirror, 100) == {}
    assert mirror.wait_s(NOON) is None


def test_message_tells_when_it_was_so() -> None:
    [said] = [one for one in mirror_of().due(NOON) if one.topic == f"{SITE}/guard"]
    assert said.payload.startswith(b'{"at":"2026-01-14T12:00:00Z",')


def test_what_is_decided_is_sent_at_once_and_whole() -> None:
    mirror = mirror_of()
    sent(mirror)
    mirror.take(delta(evses={"G-01/1": {"limit_a": 6.0}}))
    assert sent(mirror, 1) == {"stations/G-01/evses/1/state": {**EVSE, "limit_a": 6.0}}
    mirror.take(delta(site={"now": "2026-01-14T12:00:02Z", "plan": {"detail": "optimal"}}))
    assert sent(mirror, 2) == {"plan": {"detail": "optimal"}}


def test_what_is_only_measured_waits_and_only_the_newest_is_sent() -> None:
    mirror = mirror_of()
    sent(mirror)
    mirror.take(delta(evses={"G-01/1": {"power_w": 7100}}))
    mirror.take(delta(evses={"G-01/1": {"power_w": 7200}}, site={"headline": "a"}))
    assert sent(mirror, 9.9) == {}
    assert mirror.wait_s(NOON + timedelta(seconds=4)) == 6.0
    evse = {**EVSE, "power_w": 7200}
    assert sent(mirror, 10)["stations/G-01/evses/1/state"] == evse
    mirror.take(delta(evses={"G-01/1": {"power_w": 7300}}))
    assert sent(mirror, 19.9) == {}
    mirror.take(delta(evses={"G-01/1": {"limit_a": 6.0}}))
    evse = {**EVSE, "power_w": 7300, "limit_a": 6.0}
    assert sent(mirror, 19.9) == {"stations/G-01/evses/1/state": evse}


def test_what_is_the_same_again_is_not_sent() -> None:
    mirror = mirror_of()
    sent(mirror)
    mirror.take(delta(evses={"G-01/1": {"limit_a": 6.0}}))
    mirror.take(delta(evses={"G-01/1": {"limit_a": 16.0}}))
    mirror.take(snapshot({**VIEW, "now": "2026-01-14T12:01:00Z"}))
    assert sent(mirror, 100) == {}


def course(*steps: tuple[float, float]) -> PlanCourse:
    """A plan for half an hour: minutes after noon, and amperes from then on."""
    at = tuple((after(minute), amps) for minute, amps in steps)
    return PlanCourse(made_at=NOON, until_at=after(30), steps=at)


def test_plan_is_sent_for_each_evse_that_it_is_for() -> None:
    mirror = mirror_of()
    sent(mirror)
    assert mirror.take(delta(evses={"G-01/1": {"limit_a": 6.0}})) is False
    sent(mirror)
    assert mirror.take(delta(site={"plan": {"detail": "optimal"}})) is True
    mirror.plan({"G-01/1": course((0, 16.0), (10, 6.0)), "G/2/1": course((0, 0.0))})
    told = sent(mirror, 1)
    assert told["stations/G-01/evses/1/plan"] == {
        "made_at": "2026-01-14T12:00:00Z",
        "until": "2026-01-14T12:30:00Z",
        "steps": [
            {"from": "2026-01-14T12:00:00Z", "limit_a": 16.0},
            {"from": "2026-01-14T12:10:00Z", "limit_a": 6.0},
        ],
    }
    assert set(told) == {"plan", "stations/G-01/evses/1/plan", "stations/G%2F2/evses/1/plan"}
    mirror.plan({"G-01/1": course((0, 16.0), (10, 6.0))})
    assert sent(mirror, 2) == {"stations/G%2F2/evses/1/plan": None}


def test_guard_is_sent_with_what_has_not_changed_of_it() -> None:
    mirror = mirror_of()
    mirror.take(delta(guard={"level": "over"}))
    sent(mirror)
    mirror.take(delta(guard={"banner": "Intake is over its limit"}))
    said = {"banner": "Intake is over its limit", "level": "over", "events": []}
    assert sent(mirror, 1) == {"guard": said}


def test_what_is_gone_is_no_longer_retained() -> None:
    mirror = mirror_of()
    sent(mirror)
    mirror.take(delta(removed={"evses": ["G/2/1"]}))
    gone = {"stations/G%2F2/state": None, "stations/G%2F2/evses/1/state": None}
    assert sent(mirror, 1) == gone
    assert sent(mirror, 2) == {}


def test_what_is_missing_in_a_later_snapshot_is_gone() -> None:
    mirror = mirror_of()
    sent(mirror)
    mirror.take(snapshot({**VIEW, "evses": {"G-01/1": EVSE}, "feeders": {}}))
    assert sent(mirror, 1) == {
        "feeders/intake/state": None,
        "stations/G%2F2/state": None,
        "stations/G%2F2/evses/1/state": None,
    }


def test_what_came_and_went_before_it_was_sent_is_never_sent() -> None:
    mirror = mirror_of()
    mirror.take(delta(removed={"evses": ["G/2/1"]}))
    assert not [topic for topic in sent(mirror) if "G%2F2" in topic]


def test_resources_are_told_and_told_again_for_readings_in_their_time() -> None:
    live = LiveResource(BATTERY, known_from=NOON - timedelta(hours=1))
    live.read(Quantity.POWER_W, 200.0, NOON)
    mirror = mirror_of()
    mirror.resources([state_of(live, NOON, 180.0)])
    told = sent(mirror)["resources/battery/state"]
    assert (told["readings"], told["counts_w"]) == ({"power_w": 200.0}, 200.0)
    assert told["setpoint"] is None
    second = NOON + timedelta(seconds=1)
    live.read(Quantity.POWER_W, 210.0, second)
    mirror.resources([state_of(live, second, 180.0)])
    assert sent(mirror, 1.0) == {}
    live.tell(Setpoint(3_000.0, second, after(10)))
    mirror.resources([state_of(live, second, 180.0)])
    told = sent(mirror, 2.0)["resources/battery/state"]
    assert (told["readings"], told["setpoint"]["watts"]) == ({"power_w": 210.0}, 3_000.0)
