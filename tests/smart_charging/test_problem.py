"""A problem that contradicts itself is refused, naming the place and what was expected there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from smart_charging.errors import ProblemError
from smart_charging.problem import ChargingProblem
from smart_charging.taps import Tap
from tests.smart_charging.problems import (
    NOON,
    QUARTER_S,
    THREE,
    after,
    evse,
    feeder,
    problem,
    reservation,
)

SOUND = problem(
    (feeder("main", 40.0), feeder("leaf", 20.0, "main")),
    evse("a"),
    reservations=(reservation("leaf", THREE, 6.0),),
)
NAIVE = datetime(2026, 1, 14, 12, 0)  # noqa: DTZ001 - the fault itself


def said_of(**change: Any) -> str:
    with pytest.raises(ProblemError) as raised:
        replace(SOUND, **change)
    return str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slots_s": ()}, "slots_s: expected at least one slot, each longer than 0 s"),
        ({"slots_s": (900, 0, 900, 900)}, "slots_s: expected at least one slot, each longer"),
        ({"committed": 0}, "committed: expected 1 to 4, got 0"),
        ({"committed": 5}, "committed: expected 1 to 4, got 5"),
        ({"starts_at": NAIVE}, "starts_at: expected an instant with a time zone"),
    ],
)
def test_frame_of_the_problem_is_checked(change: dict[str, Any], said: str) -> None:
    assert said_of(**change).startswith(said)


@pytest.mark.parametrize(
    ("feeders", "said"),
    [
        ((feeder("main", 40.0), feeder("main", 40.0)), "feeders[main]: expected each feeder once"),
        (
            (feeder("leaf", 40.0, "main"), feeder("main", 40.0)),
            "feeders[leaf].parent: expected a feeder that comes before this one",
        ),
        (
            (feeder("main", 40.0, slots=3),),
            "feeders[main].limit_a: expected the shape (3, 4), got (3, 3)",
        ),
        ((feeder("main", -1.0),), "feeders[main].limit_a: expected finite amperes, none below 0"),
        (
            (feeder("main", 40.0, uncontrolled_a=[1.0, float("nan"), 1.0]),),
            "feeders[main].uncontrolled_a: expected finite amperes, none below 0",
        ),
        ((feeder("other", 40.0),), "evses[a].feeder: no feeder is called 'main'"),
    ],
)
def test_tree_is_checked(feeders: tuple[Any, ...], said: str) -> None:
    assert said_of(feeders=feeders) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"w_per_a": 0.0}, "evses[a].w_per_a: expected a finite number above 0"),
        ({"step_a": float("inf")}, "evses[a].step_a: expected a finite number above 0"),
        ({"max_a": -1.0}, "evses[a].max_a: expected a finite number, not below 0"),
        ({"min_a": float("nan")}, "evses[a].min_a: expected a finite number, not below 0"),
        ({"floor_a": -0.1}, "evses[a].floor_a: expected a finite number, not below 0"),
        ({"off_s": float("inf")}, "evses[a].off_s: expected a finite number, not below 0"),
        ({"wh": -1.0}, "evses[a].demand.energy_wh: expected a finite number, not below 0"),
        ({"weight": -1.0}, "evses[a].demand.weight: expected a finite number, not below 0"),
        ({"departs_at": NAIVE}, "evses[a].demand.departs_at: expected an instant with a time zone"),
        ({"arrives_at": NAIVE}, "evses[a].demand.arrives_at: expected an instant with a time zone"),
    ],
)
def test_evse_is_checked(more: dict[str, Any], said: str) -> None:
    assert said_of(evses=(evse("a", **more),)) == said


def test_evse_hangs_on_a_line() -> None:
    nowhere = replace(evse("a"), tap=Tap((0j, 0j, 0j)))
    assert said_of(evses=(nowhere,)) == "evses[a].tap: expected at least one line"


def test_names_are_given_once() -> None:
    said = said_of(evses=(evse("b"), evse("a"), evse("b")))
    assert said == "evses: expected each name once, got 'b' twice"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (reservation("nowhere", THREE, 6.0), "reservations[silent].feeder: no feeder is called"),
        (reservation("leaf", THREE, 6.0, slots=1), "reservations[silent].amps: expected the shape"),
        (reservation("leaf", THREE, -6.0), "reservations[silent].amps: expected finite amperes"),
    ],
)
def test_reservation_is_checked(one: Any, said: str) -> None:
    assert said_of(reservations=(one,)).startswith(said)


def test_edges_are_the_slots_begins_and_the_end() -> None:
    asked = ChargingProblem(
        starts_at=NOON,
        slots_s=(300, 600, QUARTER_S),
        feeders=(feeder("main", 40.0, slots=3),),
        evses=(),
    )
    assert asked.edges == (
        NOON,
        datetime(2026, 1, 14, 12, 5, tzinfo=UTC),
        datetime(2026, 1, 14, 12, 15, tzinfo=UTC),
        after(0.5),
    )
    assert np.all(asked.feeders[0].limit_a == 40.0)
