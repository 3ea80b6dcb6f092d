"""Why an EVSE has its limit: every cause, its place, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from smart_charging.case import lay_out_case
from smart_charging.feeder import Feeder
from smart_charging.plan import Cause, Reason
from smart_charging.problem import ChargingProblem
from smart_charging.reasons import Outcome, explain
from smart_charging.resources import Evse
from smart_charging.taps import pair_tap
from tests.smart_charging.problems import L2, after, evse, feeder, problem
from tests.smart_charging.solved import occupancy_of

NOTHING_WANTED = Reason(cause=Cause.NOTHING_WANTED)
OWN_MAXIMUM = Reason(cause=Cause.OWN_MAXIMUM)
PLENTY_A = 99.0


def explained(
    asked: ChargingProblem, rows: Sequence[tuple[float, ...]], most_a: list[float]
) -> tuple[Reason, ...]:
    """The reasons when everybody draws the first limit of a row."""
    case, limits_a = lay_out_case(asked), np.array(rows)
    occupancy = occupancy_of(asked)
    occupancy.add(np.arange(len(rows)), limits_a[:, 0])
    outcome = Outcome(
        limits_a=limits_a,
        usable_a=np.array(most_a),
        wh_per_a=case.units.wh_per_a,
        gain_per_a=np.zeros(case.network.limit_a.shape),
        first=occupancy,
    )
    table = explain(asked, case.network, outcome)
    return tuple(table.at(i, 0) for i in range(len(rows)))


def reason(
    main: Feeder, row: tuple[float, ...], most_a: float = 32.0, one: Evse | None = None
) -> Reason:
    """The reason of a single EVSE."""
    [only] = explained(problem(main, one or evse("a")), [row], [most_a])
    return only


def main_binds(cause: Cause, line: int = 1, until: datetime | None = None) -> Reason:
    return Reason(cause=cause, feeder="main", line=line, until=until)


@pytest.mark.parametrize(
    ("row", "most_a", "more"),
    [
        pytest.param((0.0,) * 4, 0.0, {}, id="full"),
        pytest.param((7.0,) * 4, 7.0, {"floor_a": 7.0}, id="no more than its floor"),
        pytest.param((10.0,) * 4, 10.0, {}, id="all that it can use"),
        pytest.param((10.0,) * 4, 10.9, {}, id="all but less than an ampere"),
        pytest.param((32.0,) * 4, 0.0, {}, id="nothing, even at the maximum"),
    ],
)
def test_vehicle_has_what_it_wants(
    row: tuple[float, ...], most_a: float, more: dict[str, Any]
) -> None:
    assert reason(feeder("main", PLENTY_A), row, most_a, evse("a", **more)) == NOTHING_WANTED


@pytest.mark.parametrize(("limit_a", "is_most"), [(16.0, True), (15.5, True), (15.4, False)])
def test_own_maximum_binds_within_half_an_ampere(limit_a: float, *, is_most: bool) -> None:
    one = evse("a", max_a=16.0)
    given = reason(feeder("main", PLENTY_A), (limit_a,) * 4, 32.0, one)
    assert (given == OWN_MAXIMUM) == is_most


def test_own_maximum_is_the_reason_even_if_the_feeder_is_full_too() -> None:
    assert reason(feeder("main", 16.0), (16.0,) * 4, 32.0, evse("a", max_a=16.0)) == OWN_MAXIMUM


@pytest.mark.parametrize(
    ("uncontrolled_a", "line"), [([2.0, 0, 0], 1), ([0, 2.0, 0], 2), ([0, 0, 2.0], 3)]
)
def test_full_line_of_a_feeder_binds(uncontrolled_a: list[float], line: int) -> None:
    main = feeder("main", 12.0, uncontrolled_a=uncontrolled_a)
    assert reason(main, (10.0,) * 4) == main_binds(Cause.FEEDER, line)


@pytest.mark.parametrize(
    ("limit_a", "cause"), [(10.0, Cause.FEEDER), (9.1, Cause.FEEDER), (8.9, Cause.LATER)]
)
def test_feeder_binds_where_less_than_an_ampere_is_left(limit_a: float, cause: Cause) -> None:
    assert reason(feeder("main", 10.0), (limit_a,) * 4).cause is cause


@pytest.mark.parametrize(
    ("limit_a", "cause"), [(0.0, Cause.OTHERS_FIRST), (5.9, Cause.OTHERS_FIRST), (6.1, Cause.LATER)]
)
def test_paused_vehicle_waits_for_others_where_its_minimum_does_not_fit(
    limit_a: float, cause: Cause
) -> None:
    assert reason(feeder("main", limit_a), (0.0,) * 4).cause is cause


def test_minimum_that_does_not_fit_is_the_evses_own() -> None:
    one = evse("a", min_a=10.0)
    given = reason(feeder("main", 9.0), (0.0,) * 4, 32.0, one)
    assert given == main_binds(Cause.OTHERS_FIRST)
    assert reason(feeder("main", 10.1), (0.0,) * 4, 32.0, one).cause is Cause.LATER


def test_full_feeder_of_several_on_the_way_is_named() -> None:
    feeders = (
        feeder("main", 63.0),
        feeder("left", 16.0, parent="main"),
        feeder("right", 8.0, parent="main"),
    )
    asked = problem(feeders, evse("a", feeder="left"), evse("b", feeder="right"))
    a, b = explained(asked, [(16.0,) * 4, (8.0,) * 4], [32.0, 32.0])
    assert (a.feeder, b.feeder) == ("left", "right")


def test_others_are_told_apart_by_the_lines_that_they_use() -> None:
    asked = problem(feeder("main", 16.0), evse("a", L2), evse("b", pair_tap(3, 1)))
    a, b = explained(asked, [(16.0,) * 4, (10.0,) * 4], [32.0, 32.0])
    assert a == main_binds(Cause.FEEDER, 2)
    assert b.cause is Cause.LATER


def test_paused_vehicle_and_the_one_before_it_name_the_same_line() -> None:
    asked = problem(feeder("main", 12.0), evse("a", L2), evse("b"))
    a, b = explained(asked, [(12.0,) * 4, (0.0,) * 4], [32.0, 32.0])
    assert a == main_binds(Cause.FEEDER, 2)
    assert b == main_binds(Cause.OTHERS_FIRST, 2)


@pytest.mark.parametrize(
    ("row", "until"),
    [
        ((8.0, 9.0, 9.0, 9.0), after(0.25)),
        ((8.0, 8.9, 9.1, 12.0), after(0.5)),
        ((8.0, 0.0, 0.0, 16.0), after(0.75)),
        ((8.0, 8.0, 8.9, 0.0), None),
    ],
)
def test_limit_holds_until_the_plan_gives_an_ampere_more(
    row: tuple[float, ...], until: datetime | None
) -> None:
    assert reason(feeder("main", 8.0), row) == main_binds(Cause.FEEDER, 1, until)
    given = reason(feeder("main", PLENTY_A), row)
    assert given == Reason(cause=Cause.LATER, until=until)


def test_pause_holds_until_the_plan_lets_the_vehicle_charge() -> None:
    given = reason(feeder("main", 4.0), (0.0, 0.0, 6.0, 16.0))
    assert given == main_binds(Cause.OTHERS_FIRST, 1, after(0.5))


def test_every_evse_has_its_own_reason_in_the_order_of_the_problem() -> None:
    asked = problem(
        feeder("main", 40.0), evse("full"), evse("fast", max_a=16.0), evse("held"), evse("paused")
    )
    rows = [(0.0,) * 4, (16.0,) * 4, (24.0,) * 4, (0.0,) * 4]
    assert explained(asked, rows, [0.0, 16.0, 32.0, 32.0]) == (
        NOTHING_WANTED,
        OWN_MAXIMUM,
        main_binds(Cause.FEEDER),
        main_binds(Cause.OTHERS_FIRST),
    )
