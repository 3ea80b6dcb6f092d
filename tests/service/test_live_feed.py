"""The live feed: what a reader puts together from it is what the site shows."""

import asyncio
import copy
import itertools
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import orjson
import pytest

from csms.domain.guard_event import GuardEventKind
from csms.domain.identity import SiteId
from csms.domain.need import NeedSource
from csms.language.languages import Language
from csms.language.said import Said
from csms.service.live_feed import FeedMessage, LiveFeed
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    GuardEventView,
    GuardView,
    Level,
    NeedView,
    ReasonCode,
    ReasonView,
    SiteView,
)
from csms.service.view_json import ViewTeller, difference, to_json
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, after

TICK_S: Final = 0.5


def feeder_view(**more: Any) -> FeederView:
    amps = (1.0, 2.0, 3.0)
    fields: dict[str, Any] = {
        "name": "Intake",
        "parent_id": None,
        "limit_a": (63.0, 63.0, 63.0),
        "load_a": amps,
        "uncontrolled_a": (0.0, 0.0, 0.0),
        "allowed_a": amps,
        "headroom_a": (62.0, 61.0, 60.0),
        "level": Level.OK,
        "uncontrolled_source": None,
    }
    return FeederView(**{**fields, **more})


def evse_view(**more: Any) -> EvseView:
    fields: dict[str, Any] = {
        "station_id": "G-01",
        "number": 1,
        "feeder_id": "intake",
        "lines": (1, 2, 3),
        "protocol": "1.6",
        "security_profile": 0,
        "waiting": 0,
        "state": EvseState.CHARGING,
        "power_w": 11_000.0,
        "current_a": (16.0, 16.0, 16.0),
        "limit_a": 16.0,
        "fallback_a": 0.0,
        "max_a": 32.0,
        "energy_wh": 5_000.0,
        "soc_pct": None,
        "id_token": "04…C4",
        "since": NOON,
        "need": NeedView(energy_wh=9_000.0, departs_at=after(60), source=NeedSource.STATED),
        "closed": None,
        "reason": ReasonView(code=ReasonCode.FULL_SPEED, text="As fast as the charger can"),
    }
    return EvseView(**{**fields, **more})


def site_view(**more: Any) -> SiteView:
    fields: dict[str, Any] = {
        "site_id": "fjordgata",
        "name": "Fjordgata",
        "timezone": "Europe/Oslo",
        "now": NOON,
        "clock_rate": 1.0,
        "level": Level.OK,
        "headline": "All have room",
        "power_w": 11_000.0,
        "energy_today_wh": 0.0,
        "counts": {EvseState.CHARGING: 1},
        "plan": None,
        "feeders": {"intake": feeder_view()},
        "evses": {"G-01/1": evse_view()},
    }
    return SiteView(**{**fields, **more})


@dataclass
class FakeSource:
    """Shows a view that a test may change."""

    shown: SiteView = field(default_factory=site_view)
    event: asyncio.Event = field(default_factory=asyncio.Event)
    views: int = 0
    failure: Exception | None = None

    def quick_view(self, site_id: SiteId) -> SiteView:
        self.views += 1
        if self.failure:
            raise self.failure
        return self.shown

    def changed(self, site_id: SiteId) -> asyncio.Event:
        return self.event

    def change(self, **fields: Any) -> None:
        self.shown = replace(self.shown, **fields)
        self.event.set()


def no_time() -> float:
    """Nothing costs anything."""
    return 0.0


def apply(view: dict[str, Any], delta: dict[str, Any]) -> None:
    """Do with a delta what the page does."""
    view.update(delta.get("site", {}))
    view["guard"].update(delta.get("guard", {}))
    for group in ("feeders", "evses"):
        for key, fields in delta.get(group, {}).items():
            view[group].setdefault(key, {}).update(fields)
        for key in delta.get("removed", {}).get(group, []):
            del view[group][key]


def body(message: FeedMessage | None) -> dict[str, Any]:
    assert message is not None
    values: dict[str, Any] = orjson.loads(message.body)
    return values


def test_view_in_json_has_instants_in_utc_and_lists() -> None:
    view = to_json(site_view())
    assert view["now"] == "2026-01-14T12:00:00Z"
    assert view["counts"] == {"charging": 1}
    assert view["feeders"]["intake"]["load_a"] == [1.0, 2.0, 3.0]
    assert view["evses"]["G-01/1"]["need"] == {
        "energy_wh": 9_000.0,
        "departs_at": "2026-01-14T13:00:00Z",
        "source": "stated",
        "energy_source": None,
        "departure_source": None,
        "energy_between_wh": None,
        "departs_between": None,
    }


def test_difference_between_equal_views_is_nothing() -> None:
    assert difference(to_json(site_view()), to_json(site_view())) == {}


def test_difference_tells_only_what_has_changed() -> None:
    before = to_json(site_view())
    changed = evse_view(limit_a=6.0, current_a=None)
    after_ = to_json(site_view(power_w=0.0, evses={"G-01/1": changed}))
    assert difference(before, after_) == {
        "site": {"power_w": 0.0},
        "evses": {"G-01/1": {"limit_a": 6.0, "current_a": None}},
    }


def test_difference_tells_of_the_guard_only_what_has_changed() -> None:
    event = GuardEventView(
        kind=GuardEventKind.CUT, at=NOON, title="Limits cut", text="Intake L2", cause="Too much"
    )
    shown = [
        to_json(site_view(guard=GuardView(banner=banner, events=(event,))))
        for banner in (None, "Intake L2 carries 66.2 A")
    ]
    assert difference(*shown) == {"guard": {"banner": "Intake L2 carries 66.2 A"}}
    assert difference(shown[1], shown[1]) == {}
    assert difference(to_json(site_view()), shown[0]) == {
        "guard": {
            "events": [
                {
                    "kind": "cut",
                    "at": "2026-01-14T12:00:00Z",
                    "title": "Limits cut",
                    "text": "Intake L2",
                    "cause": "Too much",
                }
            ]
        }
    }


def test_difference_tells_what_came_and_what_went() -> None:
    before = to_json(site_view())
    guest = evse_view(station_id="visitor")
    after_ = to_json(site_view(evses={"visitor/1": guest}))
    delta = difference(before, after_)
    assert delta["removed"] == {"evses": ["G-01/1"]}
    assert delta["evses"]["visitor/1"] == after_["evses"]["visitor/1"]


def test_deltas_put_together_give_the_view() -> None:
    views = [
        site_view(),
        site_view(now=after(1), evses={"G-01/1": evse_view(), "v/1": evse_view()}),
        site_view(
            now=after(2), level=Level.OVER, feeders={"intake": feeder_view(level=Level.OVER)}
        ),
        site_view(now=after(3), evses={}),
        site_view(now=after(3), evses={}, guard=GuardView(banner="Intake is over")),
    ]
    built: dict[str, Any] = copy.deepcopy(to_json(views[0]))
    for before, now in pairwise(views):
        apply(built, difference(to_json(before), to_json(now)))
    assert built == to_json(views[-1])


def test_views_are_told_as_their_json_whether_evses_are_the_same_objects_or_not() -> None:
    teller = ViewTeller(Language.NB)
    before: dict[str, Any] = {}
    kept = evse_view(reason=ReasonView(code=ReasonCode.NO_VEHICLE, text=Said("Available")))
    for evses in (
        {"G-01/1": kept},
        {"G-01/1": kept, "G-02/1": evse_view(station_id="G-02")},
        {"G-01/1": evse_view(limit_a=6.0), "G-02/1": kept},
        {"G-01/1": evse_view(limit_a=6.0), "G-02/1": replace(kept, since=None)},
        {"G-02/1": kept},
    ):
        view = site_view(evses=evses)
        delta, after_ = teller.show(view), to_json(view, Language.NB)
        if before:
            assert orjson.loads(teller.write(delta)) == difference(before, after_)
        before = orjson.loads(teller.write(teller.all()))
        assert before == after_
    assert before["evses"]["G-02/1"]["reason"]["text"] == "Ledig"
    assert teller.show(site_view(evses={"G-02/1": replace(kept)})) == {}


@in_virtual_time
async def test_reader_gets_the_view_first_and_then_what_changes() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        first = await messages.get()
        assert first is not None
        assert (first.kind, first.number) == ("snapshot", 1)
        assert body(first) == {"seq": 1, "view": to_json(site_view())}
        source.change(power_w=7.0)
        second = await messages.get()
        assert second is not None
        assert (second.kind, second.number) == ("delta", 2)
        assert body(second) == {"seq": 2, "site": {"power_w": 7.0}}
        running.cancel()


@in_virtual_time
async def test_changes_within_a_tick_are_one_message() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        await messages.get()
        for watts in range(100):
            source.change(power_w=float(watts))
            await asyncio.sleep(0)
        assert body(await messages.get()) == {"seq": 2, "site": {"power_w": 99.0}}
        assert messages.empty()
        running.cancel()


@in_virtual_time
async def test_change_that_shows_nothing_new_is_no_message() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        await messages.get()
        source.event.set()
        await asyncio.sleep(10 * TICK_S)
        assert messages.empty()
        running.cancel()


@in_virtual_time
async def test_no_view_is_made_while_nobody_reads() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(feed.run())
        source.change(power_w=1.0)
        await asyncio.sleep(10 * TICK_S)
        assert source.views == 0
        running.cancel()


@in_virtual_time
async def test_all_readers_get_the_same_numbers() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as early:
        running = tasks.create_task(feed.run())
        source.shown = site_view(power_w=1.0)
        async with feed.reading() as late:
            source.change(power_w=2.0)
            heard = [body(await early.get()) for _ in range(3)]
            assert [one["seq"] for one in heard] == [1, 2, 3]
            snapshot, delta = body(await late.get()), body(await late.get())
            assert (snapshot["seq"], snapshot["view"]["power_w"]) == (2, 1.0)
            assert delta == heard[2] == {"seq": 3, "site": {"power_w": 2.0}}
        running.cancel()


@in_virtual_time
async def test_reader_that_falls_behind_is_told_to_begin_anew() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        for watts in range(64):  # with the snapshot one more than are kept
            source.change(power_w=float(watts))
            await asyncio.sleep(2 * TICK_S)
        assert await messages.get() is None
        running.cancel()


@in_virtual_time
async def test_view_that_cannot_be_made_is_shown_by_the_next_tick(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        await messages.get()
        source.failure = ValueError("no such line")
        source.event.set()
        await asyncio.sleep(2 * TICK_S)
        assert caplog.messages == ["could not build the live view"]
        source.failure = None
        source.change(power_w=1.0)
        assert body(await messages.get()) == {"seq": 2, "site": {"power_w": 1.0}}
        running.cancel()


@in_virtual_time
async def test_reader_that_has_gone_is_forgotten() -> None:
    source = FakeSource()
    feed = LiveFeed(source, "fjordgata", TICK_S, no_time)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(feed.run())
        async with feed.reading():
            pass
        views = source.views
        source.change(power_w=1.0)
        await asyncio.sleep(10 * TICK_S)
        # the feed may look once more while it learns that nobody reads
        assert source.views <= views + 1
        running.cancel()


@pytest.mark.parametrize(("cost_s", "every_s"), [(0.002, 0.5), (0.03, 1.5), (0.3, 2.0)])
@in_virtual_time
async def test_views_that_cost_much_are_made_less_often(cost_s: float, every_s: float) -> None:
    source = FakeSource()
    spent_s = itertools.count(step=cost_s)
    feed = LiveFeed(source, "fjordgata", TICK_S, lambda: next(spent_s))
    async with asyncio.TaskGroup() as tasks, feed.reading() as messages:
        running = tasks.create_task(feed.run())
        await messages.get()
        heard_at = []
        for watts in range(3):
            source.change(power_w=float(watts))
            await messages.get()
            heard_at.append(asyncio.get_running_loop().time())
        assert [later - at for at, later in pairwise(heard_at)] == pytest.approx([every_s] * 2)
        running.cancel()
