"""Problems and plans as JSON."""

from typing import Any

import pytest
from pydantic import ValidationError

from smart_charging.errors import ProblemError
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import ProblemJson, read_problem, write_plan
from smart_charging.taps import pair_tap, unknown_tap, wye_tap
from tests.smart_charging.problems import NOON, after

EVSE: dict[str, Any] = {
    "key": "a",
    "feeder": "main",
    "w_per_a": 690.0,
    "max_a": 16.0,
    "demand": {"energy_wh": 5520.0, "departs_at": "2026-01-14T20:00:00+01:00"},
}
EACH = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]]
DOCUMENT: dict[str, Any] = {
    "starts_at": "2026-01-14T12:00:00Z",
    "slots": 4,
    "feeders": [{"key": "main", "limit_a": 40.0}],
    "evses": [EVSE],
}


def read(**change: Any) -> ChargingProblem:
    return read_problem(ProblemJson.model_validate({**DOCUMENT, **change}))


def with_feeder(**more: Any) -> ChargingProblem:
    return read(feeders=[{"key": "main", "limit_a": 40.0, **more}])


def with_evse(**more: Any) -> ChargingProblem:
    return read(evses=[{**EVSE, **more}])


def test_what_is_left_out_has_its_usual_value() -> None:
    asked = read()
    assert (asked.starts_at, asked.slots_s, asked.committed) == (NOON, (900,) * 4, 1)
    [one] = asked.evses
    assert (one.min_a, one.floor_a, one.step_a, one.tap) == (6.0, 0.0, 0.1, wye_tap((1, 2, 3)))
    assert one.demand.departs_at == after(7)
    assert one.demand.weight == 1.0


@pytest.mark.parametrize(
    ("limit_a", "rows"),
    [
        (40.0, [[40.0] * 4] * 3),
        ([40.0, 30.0, 20.0], [[40.0] * 4, [30.0] * 4, [20.0] * 4]),
        (EACH, EACH),
    ],
)
def test_amperes_may_be_written_short(limit_a: Any, rows: list[list[float]]) -> None:
    assert with_feeder(limit_a=limit_a).feeders[0].limit_a.tolist() == rows
    assert with_feeder(uncontrolled_a=limit_a).feeders[0].uncontrolled_a.tolist() == rows


@pytest.mark.parametrize(
    ("wiring", "lines", "tap"),
    [
        ("wye", [2], wye_tap((2,))),
        ("pair", [3, 1], pair_tap(3, 1)),
        ("unknown", [1, 2], unknown_tap((1, 2))),
    ],
)
def test_wiring_is_told_by_a_word(wiring: str, lines: list[int], tap: object) -> None:
    assert with_evse(wiring=wiring, lines=lines).evses[0].tap == tap


@pytest.mark.parametrize(
    "limit_a", [[1.0, 2.0], [[1.0] * 4] * 2, [[1.0] * 3] * 3, [[1.0], [1.0, 2.0], []]]
)
def test_amperes_of_another_shape_are_refused_by_name(limit_a: Any) -> None:
    with pytest.raises(ProblemError) as raised:
        with_feeder(limit_a=limit_a)
    assert str(raised.value) == (
        "feeders[main].limit_a: expected a number, three numbers, or 3 lists of 4"
    )


@pytest.mark.parametrize("lines", [[1], [2, 2], [1, 2, 3]])
def test_pair_has_two_lines(lines: list[int]) -> None:
    with pytest.raises(ProblemError, match=r"evses\[a\].lines: expected two lines"):
        with_evse(wiring="pair", lines=lines)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"starts_at": "2026-01-14T12:00:00"}, ("starts_at",)),
        ({"slots": 0}, ("slots",)),
        ({"slots": 2001}, ("slots",)),
        (
            {"feeders": [{"key": "main", "limit_a": -1}]},
            ("feeders", 0, "limit_a", "constrained-float"),
        ),
        ({"evses": [{**EVSE, "lines": [4]}]}, ("evses", 0, "lines", 0)),
        ({"evses": [{**EVSE, "colour": "red"}]}, ("evses", 0, "colour")),
        ({"evses": [{**EVSE, "w_per_a": 0}]}, ("evses", 0, "w_per_a")),
        ({"evses": [{**EVSE, "demand": {}}]}, ("evses", 0, "demand", "energy_wh")),
    ],
)
def test_value_that_cannot_be_is_refused_by_its_place(
    change: dict[str, Any], where: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as raised:
        read(**change)
    assert raised.value.errors()[0]["loc"] == where


def test_no_line_at_all_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"evses\[a\].tap: expected at least one line"):
        with_evse(lines=[])


def test_plan_is_written_with_its_reasons() -> None:
    written = write_plan(make_plan(read()))
    [planned] = written.pop("evses")
    assert written == {
        "starts_at": "2026-01-14T12:00:00+00:00",
        "ends_at": "2026-01-14T13:00:00+00:00",
        "slots_s": [900] * 4,
        "committed": 1,
        "method": "linear program",
        "detail": "",
    }
    assert planned["key"] == "a"
    assert planned["limits_a"][0] == 16.0
    assert planned["expected_wh"] >= 5520.0
    assert planned["short_wh"] == 0.0
    assert planned["reason"] == {
        "cause": "own maximum",
        "feeder": None,
        "line": None,
        "until": None,
    }
