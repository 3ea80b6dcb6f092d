"""Switches of the guard's rules: each takes away its rule, and nothing else, and gives it back."""

from datetime import timedelta

from benchmarks.guard_rules.rules import rule
from csms.domain.limits import Allowance, Standing, TimedLimit, Verdict
from csms.domain.resource import Quantity
from csms.service.feeder_meter import FeederMeter
from csms.service.live_resource import LiveResource
from tests.domain.resources import HEAT_PUMP
from tests.simulators.stations.builders import NOON

LOAD = (4.0, 5.0, 6.0)
LIMIT = TimedLimit(starts_at=NOON, ends_at=NOON + timedelta(minutes=20), steps=((0, 16.0),))


def test_without_the_stale_rule_the_last_reading_counts_for_ever() -> None:
    meter, later = FeederMeter(), NOON + timedelta(hours=3)
    for second in (-90, -60, -30, 0):
        meter.read(NOON + timedelta(seconds=second), LOAD)
    assert meter.highest(later, 120.0, 600.0) is None
    with rule("stale").switched_off():
        assert meter.highest(later, 120.0, 600.0) == LOAD
        assert meter.margin_a(later, 2.0) == (2.0, 2.0, 2.0)
    assert meter.highest(later, 120.0, 600.0) is None
    assert meter.margin_a(NOON + timedelta(seconds=95), 2.0) == (6.0, 6.0, 6.0)


def test_without_the_unanswered_rule_only_what_was_accepted_counts() -> None:
    held = Allowance(rating_a=32.0, fallback_a=6.0, standing=Standing.HELD)
    sent = held.sent(LIMIT)
    assert sent.settled(LIMIT, Verdict.UNCERTAIN).now_a(NOON) == 16.0
    with rule("unanswered").switched_off():
        assert sent.now_a(NOON) == 16.0
        assert sent.settled(LIMIT, Verdict.UNCERTAIN).now_a(NOON) == 6.0
        assert sent.settled(LIMIT, Verdict.ACCEPTED).now_a(NOON) == 16.0


def test_without_the_fallback_rule_nothing_is_left_where_no_limit_is() -> None:
    held = Allowance(rating_a=32.0, fallback_a=6.0, standing=Standing.HELD)
    edges = [NOON, NOON + timedelta(minutes=20), NOON + timedelta(minutes=30)]
    with rule("fallback").switched_off():
        assert held.sent(LIMIT).course_a(edges) == [16.0, 0.0]
        assert Allowance(rating_a=32.0, fallback_a=6.0).now_a(NOON) == 32.0
    assert held.sent(LIMIT).course_a(edges) == [16.0, 6.0]


def test_without_its_rule_a_resource_that_is_not_heard_counts_at_what_it_was_told() -> None:
    late = NOON + timedelta(hours=1)
    one = LiveResource(HEAT_PUMP, known_from=NOON)
    one.read(Quantity.POWER_W, 0.0, NOON)
    assert one.most_w(late, late, late, 180.0) == HEAT_PUMP.rated_w
    with rule("resource-silent").switched_off():
        assert one.most_w(late, late, late, 180.0) == 0.0
