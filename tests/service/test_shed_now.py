"""How much of what vehicles draw could be shed just now."""

from csms.domain.transaction import StatedNeed
from csms.service.shed_now import ShedNow, shed_now
from tests.service.rig import NOON, after
from tests.service.sites import draw, evse_of, hold, live_level, plug_in


def test_what_lies_above_the_fallbacks_can_be_shed() -> None:
    live = live_level((1, 2, 3), (1, 2, 3), fallback_a=6.0)
    for name in "AB":
        hold(evse_of(live, name), 16.0)
    draw(evse_of(live, "A"), 16.0, 16.0, 16.0)
    draw(evse_of(live, "B"), 4.0, 4.0, 4.0)
    assert shed_now(live, NOON) == ShedNow(drawn_w=13_800, now_w=6_900, hour_w=6_900)


def test_vehicle_that_leaves_soon_cannot_wait() -> None:
    live = live_level((1, 2, 3))
    need = StatedNeed(energy_wh=10_000.0, departs_at=after(90))
    plug_in(live, "A", need=need)
    hold(evse_of(live, "A"), 16.0)
    draw(evse_of(live, "A"), 16.0, 16.0, 16.0)
    found = shed_now(live, NOON)
    assert (found.now_w, found.hour_w) == (11_040, 11_040)  # 10 kWh in half an hour, of 22 kW
    plug_in(live, "A", need=StatedNeed(energy_wh=20_000.0, departs_at=after(90)))
    assert shed_now(live, NOON).hour_w == 0


def test_charger_that_cannot_be_steered_sheds_nothing() -> None:
    live = live_level((1, 2, 3))
    hold(evse_of(live, "A"), 16.0)
    draw(evse_of(live, "A"), 16.0, 16.0, 16.0)
    live.stations["A"].is_ready = False
    assert shed_now(live, NOON) == ShedNow(drawn_w=11_040, now_w=0, hour_w=0)
