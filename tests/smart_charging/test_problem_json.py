"""Problems and plans as JSON."""

from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from smart_charging.errors import ProblemError
from smart_charging.json_reading import read_problem
from smart_charging.json_writing import write_problem
from smart_charging.plan_json import PlanJson, plan_schema, write_plan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import ProblemJson, problem_schema
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
        ({"evses": [{**EVSE, "demand": {}}]}, ("evses", 0, "demand", "departs_at")),
    ],
)
def test_value_that_cannot_be_is_refused_by_its_place(
    change: dict[str, Any], where: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as raised:
        read(**change)
    assert raised.value.errors()[0]["loc"] == where


DEPARTS = {"departs_at": "2026-01-14T20:00:00+01:00"}
SOC = {"capacity_wh": 60_000, "now_pct": 30, "wanted_pct": 75}


@pytest.mark.parametrize(
    ("soc", "energy_wh"),
    [
        (SOC, 30_000.0),  # 27 kWh into the battery
        ({**SOC, "efficiency": 1.0}, 27_000.0),
        ({**SOC, "wanted_pct": 20}, 0.0),
    ],
)
def test_state_of_charge_may_be_wanted_instead_of_energy(
    soc: dict[str, float], energy_wh: float
) -> None:
    [one] = with_evse(demand={"to_soc": soc, **DEPARTS}).evses
    assert one.demand.energy_wh == pytest.approx(energy_wh)


@pytest.mark.parametrize("wanted", [{}, {"energy_wh": 1.0, "to_soc": SOC}])
def test_vehicle_wants_energy_or_a_state_of_charge(wanted: dict[str, Any]) -> None:
    with pytest.raises(
        ProblemError, match=r"evses\[a\].demand: expected either energy_wh or to_soc"
    ):
        with_evse(demand={**wanted, **DEPARTS})


def test_no_line_at_all_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"evses\[a\].tap: expected at least one line"):
        with_evse(lines=[])


def test_plan_is_written_with_its_reasons() -> None:
    written = write_plan(read(), make_plan(read()))
    [planned], worth = written.pop("evses"), written.pop("objective")
    assert written == {
        "starts_at": "2026-01-14T12:00:00Z",
        "ends_at": "2026-01-14T13:00:00Z",
        "slots_s": [900] * 4,
        "committed": 1,
        "method": "linear program",
        "detail": "",
        "stores": [],
    }
    assert worth["gap"] == pytest.approx(0.0, abs=1e-6)
    assert planned["key"] == "a"
    assert planned["limits_a"][0] == 16.0
    assert planned["profile"][0] == [0, 16.0]
    assert planned["expected_wh"] == pytest.approx(5520.0)  # 8 A on three lines for an hour
    assert (planned["short_wh"], planned["risk"]) == (0.0, 0.0)
    assert planned["reason"] == {
        "cause": "own maximum",
        "feeder": None,
        "line": None,
        "until": None,
        "gain_per_a": 0.0,
    }


FULL: dict[str, Any] = {
    "starts_at": "2026-01-14T12:00:00Z",
    "slots_s": [300, 300, 900, 3600],
    "committed": 2,
    "policy": {"fairness": "max_min", "aim": "cheap", "risk": 0.05},
    "tariff": {
        "per_kwh": [1.0, -0.2, 0.5, 2.0],
        "base_w": [2000.0] * 4,
        "fed_per_kwh": [0.5, -0.3, 0.1, 0.5],
        "capacity": {
            "kind": "step fee",
            "steps": [[5000.0, 200.0], [10000.0, 400.0]],
            "day_peaks_w": [4000.0],
            "peak_today_w": 3000.0,
            "count": 3,
        },
    },
    "feeders": [
        {
            "key": "grid",
            "parent": None,
            "limit_a": [[100.0] * 4] * 3,
            "uncontrolled_a": [[0.0] * 4] * 3,
            "forecast": None,
            "transformer": {"ratio": 4.0, "is_delta_wye": True},
        },
        {
            "key": "panel",
            "parent": "grid",
            "limit_a": [[63.0] * 4] * 3,
            "uncontrolled_a": [[1.0] * 4] * 3,
            "forecast": {"levels": [0.5, 0.9], "amps": [[[2.0] * 4] * 3, [[5.0] * 4] * 3]},
            "transformer": None,
        },
    ],
    "modules": [{"key": "m", "max_w": 20000.0}],
    "evses": [
        {
            "key": "a",
            "feeder": "panel",
            "lines": [1, 2],
            "wiring": "pair",
            "w_per_a": 230.0,
            "max_a": 32.0,
            "min_a": 6.0,
            "floor_a": 0.0,
            "step_a": 1.0,
            "levels_a": [8.0, 16.0],
            "held_a": 8.0,
            "on_s": 60.0,
            "off_s": 0.0,
            "steady_s": 30.0,
            "is_idle": False,
            "can_pause": False,
            "max_periods": 3,
            "module": "m",
            "taper": {"begins_wh": 5000.0, "missing_wh": 9000.0},
            "discharge": {"max_a": 10.0, "available_wh": 1000.0, "efficiency": 0.9},
            "demand": {
                "energy_wh": 8000.0,
                "to_soc": None,
                "departs_at": "2026-01-14T14:00:00Z",
                "arrives_at": "2026-01-14T12:01:00Z",
                "extra_wh": 100.0,
                "served_wh": 50.0,
                "weight": 2.0,
                "urgency": 1,
                "outcomes": [
                    {
                        "probability": 1.0,
                        "departs_at": "2026-01-14T13:00:00Z",
                        "energy_wh": 7000.0,
                    }
                ],
            },
        }
    ],
    "stores": [
        {
            "key": "battery",
            "feeder": "grid",
            "lines": [1, 2, 3],
            "wiring": "wye",
            "w_per_a": 690.0,
            "charge_a": 16.0,
            "discharge_a": 16.0,
            "stored_wh": 5000.0,
            "least_wh": [1000.0] * 4,
            "most_wh": [10000.0] * 4,
            "drain_w": [0.0] * 4,
            "efficiency": 0.95,
            "gain": [0.8, 0.8, 0.9, 1.0],
            "loss_per_h": 0.01,
            "wear_per_kwh": 0.2,
            "switching": {
                "min_a": 4.0,
                "on_s": 60.0,
                "off_s": 0.0,
                "min_on_s": 600.0,
                "min_off_s": 300.0,
            },
            "standby": None,
        },
        {
            "key": "generator",
            "feeder": "grid",
            "lines": [1, 2, 3],
            "wiring": "wye",
            "w_per_a": 690.0,
            "charge_a": 0.0,
            "discharge_a": 16.0,
            "stored_wh": 90000.0,
            "least_wh": [0.0] * 4,
            "most_wh": [90000.0] * 4,
            "drain_w": [0.0] * 4,
            "efficiency": 1.0,
            "gain": None,
            "loss_per_h": 0.0,
            "wear_per_kwh": 5.5,
            "switching": None,
            "standby": {
                "min_a": 4.0,
                "starts_s": 30.0,
                "on_s": 120.0,
                "min_on_s": 600.0,
                "relief_a": [0.0, 3.0, 0.0, 0.0],
            },
        },
    ],
    "targets": [
        {
            "feeder": "panel",
            "wanted_w": [9000.0, None, None, 4000.0],
            "base_w": [500.0] * 4,
            "is_least": True,
        }
    ],
    "feed_limits": [
        {
            "feeder": "panel",
            "most_w": [9000.0, None, 0.0, 4000.0],
            "base_w": [-500.0] * 4,
            "line": 2,
        }
    ],
    "reservations": [
        {"key": "r", "feeder": "panel", "lines": [3], "wiring": "unknown", "amps": [6.0] * 4}
    ],
}


def test_everything_that_a_problem_can_say_survives_being_written_and_read() -> None:
    assert write_problem(read_problem(ProblemJson.model_validate(FULL))) == FULL


def test_problem_and_plan_fit_their_published_schemas() -> None:
    validator = jsonschema_rs.validator_for(problem_schema())
    assert validator.is_valid(FULL)
    assert not validator.is_valid({**FULL, "feeders": "none"})
    asked = read_problem(ProblemJson.model_validate(FULL))
    written = write_plan(asked, make_plan(asked), all_reasons=True)
    jsonschema_rs.validate(plan_schema(), written)
    assert PlanJson.model_validate(written).model_dump(mode="json") == written
    assert len(written["evses"][0]["reasons"]) == 4
