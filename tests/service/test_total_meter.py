"""What nobody steers, out of totals: how line currents part, and which totals count."""

import cmath
import math
from datetime import datetime, timedelta
from random import Random

import pytest

from csms.domain.site import Earthing, PhaseAmps
from csms.service.total_meter import Steered, Total, TotalMeter, added, at_least, at_most
from tests.service.rig import NOON

ROUND_S = 60.0
LIVES_S = 180.0


def even(amps: float) -> PhaseAmps:
    """The same on every line."""
    return (amps, amps, amps)


def known(least_a: float, most_a: float | None = None) -> Steered:
    """What the chargers drew."""
    return Steered(least_a=even(least_a), most_a=even(least_a if most_a is None else most_a))


class Story:
    """A meter of totals in a TN grid, and what is known of the chargers second by second."""

    def __init__(self) -> None:
        self.totals = TotalMeter(Earthing.TN, ROUND_S)
        self.steered: dict[datetime, Steered] = {}
        self.untold: set[datetime] = set()
        self.worst_a = 100.0

    def take(
        self, second: float, total_a: float, steered: Steered, *, is_told: bool = True
    ) -> None:
        """A total, and what will be known of the chargers at its instant."""
        at = NOON + timedelta(seconds=second)
        self.steered[at] = steered
        if not is_told:
            self.untold.add(at)
        self.totals.take(Total(at=at, received_at=at, current_a=even(total_a)))
        self.settle(second)

    def settle(self, second: float) -> None:
        """Make readings of what is known by then."""
        now = NOON + timedelta(seconds=second)
        self.totals.settle(now, self, lambda _: even(self.worst_a))

    def have_told(self, total: Total) -> bool:
        """Whether all chargers have."""
        return total.at not in self.untold

    def drew(self, total: Total) -> Steered:
        """What they drew."""
        return self.steered[total.at]

    def latest(self, second: float) -> float | None:
        """The newest reading of what nobody steers."""
        found = self.totals.meter.latest(NOON + timedelta(seconds=second), LIVES_S)
        return None if found is None else found[0]


def test_in_a_grid_with_neutral_currents_add_as_numbers() -> None:
    assert at_most((50.0, 20.0, 5.0), (30.0, 20.0, 6.0), Earthing.TN) == (20.0, 0.0, 0.0)
    assert added((3.0, 0.0, 1.0), (4.0, 2.0, 0.0), Earthing.TN) == (7.0, 2.0, 1.0)


def test_without_neutral_what_nobody_steers_may_stand_at_sixty_degrees() -> None:
    # 30 A and 30 A at 60 degrees are 51.96 A
    most = at_most((51.9615242, 30.0, 10.0), (30.0, 0.0, 10.0), Earthing.IT)
    assert most == pytest.approx((30.0, 30.0, 0.0))
    assert at_most((9.0, 0.0, 0.0), (10.0, 0.0, 0.0), Earthing.IT) == (0.0, 0.0, 0.0)
    assert added((30.0, 0.0, 5.0), (30.0, 2.0, 0.0), Earthing.IT) == pytest.approx(
        (51.9615242, 2.0, 5.0)
    )


def test_bounds_without_neutral_hold_for_any_loads_between_lines() -> None:
    rng = Random(1)  # noqa: S311 - a simulation
    turns = (cmath.rect(1.0, math.pi / 6), cmath.rect(1.0, -math.pi / 6), 1.0 + 0j)
    for _ in range(5000):
        chargers = [rng.uniform(0, 32) * rng.choice(turns) for _ in range(rng.randrange(6))]
        others = [rng.uniform(0, 32) * rng.choice(turns) for _ in range(rng.randrange(6))]
        shares = [rng.random() for _ in chargers]
        true_a, steered_a = abs(sum(others)), abs(sum(chargers))
        lower_a = abs(sum(s * c for s, c in zip(shares, chargers, strict=True)))
        total = even(abs(sum(others) + sum(chargers)))
        assert at_most(total, even(steered_a), Earthing.IT)[0] >= true_a - 1e-9
        assert at_most(total, even(lower_a), Earthing.IT)[0] >= true_a - 1e-9
        assert at_least(total, even(steered_a))[0] <= true_a + 1e-9
        pair = added(even(steered_a), even(true_a), Earthing.IT)[0]
        assert pair <= total[0] + 1e-9


def test_total_is_a_reading_once_all_chargers_have_told_again() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0), is_told=False)
    assert story.latest(0) is None
    story.untold.clear()
    story.settle(60)
    assert story.latest(60) == 20.0
    assert story.totals.meter.read_at == NOON


def test_charger_that_does_not_tell_again_has_drawn_nothing() -> None:
    story = Story()
    story.take(0, 50.0, known(0.0, 0.4), is_told=False)
    story.settle(119)
    assert story.latest(119) is None
    story.settle(120)
    assert story.latest(120) == 50.0


def test_totals_are_told_in_their_order() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0), is_told=False)
    story.take(10, 48.0, known(30.0))
    assert story.latest(10) is None


def test_total_while_a_vehicle_starts_is_left_out_for_two_rounds() -> None:
    story = Story()
    for second in range(0, 60, 10):
        story.take(second, 50.0, known(30.0))
    for second in range(60, 170, 10):
        story.take(second, 66.0, known(30.0, 46.0))
        assert story.latest(second) == 20.0
    story.take(170, 66.0, known(46.0))
    assert story.latest(170) == 20.0
    for second in range(180, 300, 10):
        story.take(second, 66.0, known(30.0, 46.0))
        assert story.latest(second) == 20.0
    story.take(300, 66.0, known(30.0, 46.0))  # better is not to be had
    assert story.latest(300) == 36.0


def test_first_totals_are_left_out_as_well_while_chargers_are_not_known() -> None:
    story = Story()
    for second in range(0, 130, 10):
        story.take(second, 50.0, known(0.0, 30.0))
        assert story.latest(second) is None
    story.take(130, 50.0, known(0.0, 30.0))
    assert story.latest(130) == 50.0


def test_above_the_worst_case_only_what_is_sure_counts() -> None:
    story = Story()
    story.worst_a = 25.0
    story.take(0, 50.0, known(10.0, 11.0))
    assert story.latest(0) == 40.0  # the site file is wrong: 39 A at the least
    story = Story()
    story.worst_a = 25.0
    for second in (0, 130):
        story.take(second, 50.0, known(10.0, 30.0))
    assert story.latest(130) == 25.0


def test_load_may_rise_by_a_step_in_four_rounds() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0))
    meter = story.totals.meter
    found = [meter.margin_a(NOON + timedelta(seconds=s), 6.0)[0] for s in (1, 239, 240, 480)]
    assert found == [6.0, 6.0, 12.0, 18.0]


def test_reading_is_stale_when_no_total_comes_or_none_can_be_told_apart() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0))
    assert story.latest(180) == 20.0
    assert story.latest(181) is None
    for second in range(10, 430, 10):
        at = NOON + timedelta(seconds=second)
        story.totals.take(Total(at=at, received_at=at, current_a=even(50.0)))
    assert story.latest(420) == 20.0
    assert story.latest(421) is None


def test_what_the_load_has_risen_to_counts_until_there_is_a_reading_of_that_instant() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0))
    meter = story.totals.meter
    meter.rise(NOON + timedelta(seconds=10), even(33.0))
    assert story.latest(10) == 33.0
    assert meter.highest(NOON + timedelta(seconds=10), LIVES_S, 300.0) == even(33.0)
    story.take(5, 50.0, known(30.0))
    assert story.latest(10) == 33.0
    story.take(10, 65.0, known(30.0))
    story.take(20, 50.0, known(30.0))
    assert story.latest(20) == 20.0
    assert meter.highest(NOON + timedelta(seconds=20), LIVES_S, 300.0) == even(35.0)
    assert meter.margin_a(NOON + timedelta(seconds=20), 6.0)[0] == 15.0  # it has risen by as much


def test_rise_that_chargers_may_explain_is_no_larger_step_than_promised() -> None:
    story = Story()
    story.take(0, 50.0, known(30.0))
    for second in (130, 260):
        story.take(second, 66.0, known(30.0, 46.0))
    assert story.totals.meter.margin_a(NOON + timedelta(seconds=260), 6.0)[0] == 6.0
