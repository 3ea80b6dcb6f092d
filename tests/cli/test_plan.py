"""`chargeflex plan`: JSON in, JSON or a table out."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.rig import chargeflex

HOUR_S: Final = 3600
EVENING: Final = "2026-01-14T20:00:00Z"


def vehicle(key: str, wh: float, departs_at: str = EVENING, **more: Any) -> dict[str, Any]:
    """An EVSE of 32 A on three lines of 230 V."""
    demand = {"energy_wh": wh, "departs_at": departs_at}
    return {"key": key, "feeder": "main", "w_per_a": 690, "max_a": 32, "demand": demand, **more}


# Four slots of an hour, the first under 16 A and the others under 20 A. "soon" leaves after the
# first hour and wants all of it; "late" wants the other three.
PROBLEM: Final[dict[str, Any]] = {
    "starts_at": "2026-01-14T12:00:00Z",
    "slot_s": HOUR_S,
    "slots": 4,
    "feeders": [{"key": "main", "limit_a": [[16, 20, 20, 20]] * 3}],
    "evses": [
        vehicle("soon", 16 * 690, "2026-01-14T13:00:00Z"),
        vehicle("late", 60 * 690),
    ],
}


def planned(problem: dict[str, Any]) -> Any:
    ran = chargeflex("plan", "--json", "-", stdin=json.dumps(problem))
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_plan_gives_every_vehicle_what_it_wants_under_the_limit() -> None:
    plan = planned(PROBLEM)
    assert (plan["starts_at"], plan["ends_at"]) == (
        "2026-01-14T12:00:00Z",
        "2026-01-14T16:00:00Z",
    )
    assert (plan["slots_s"], plan["committed"]) == ([HOUR_S] * 4, 1)
    assert (plan["method"], plan["detail"]) == ("linear program", "")
    soon, late = plan["evses"]
    assert (soon["key"], late["key"]) == ("soon", "late")
    assert (soon["limits_a"][0], late["limits_a"][0]) == (16.0, 0.0)
    assert late["limits_a"][1:] == pytest.approx([20.0, 20.0, 20.0], abs=0.01)
    assert (soon["expected_wh"], soon["short_wh"]) == (11_040.0, 0.0)
    assert late["expected_wh"] == pytest.approx(41_400.0, abs=1)
    assert late["short_wh"] == pytest.approx(0.0, abs=1)
    assert late["reason"] == {
        "cause": "others first",
        "feeder": "main",
        "line": 1,
        "until": "2026-01-14T13:00:00Z",
        "gain_per_a": late["reason"]["gain_per_a"],
    }


def test_vehicles_on_lines_of_their_own_do_not_share() -> None:
    problem = copy.deepcopy(PROBLEM)
    problem["slots"] = 1
    problem["evses"] = [
        vehicle(f"L{line}", 50_000, lines=[line], w_per_a=230) for line in (1, 2, 3)
    ]
    problem["feeders"] = [{"key": "main", "limit_a": [10, 20, 40], "uncontrolled_a": [0, 4, 0]}]
    assert [one["limits_a"] for one in planned(problem)["evses"]] == [[10.0], [16.0], [32.0]]


def test_what_the_solver_prints_is_no_part_of_the_plan() -> None:
    # Of this problem HiGHS has something to say, and says it on the standard output.
    problem = {
        "starts_at": "2026-01-14T12:00:00Z",
        "slots_s": [300] * 3 + [900] * 4 + [3600] * 2,
        "feeders": [{"key": "main", "limit_a": 100}],
        "policy": {"fairness": "energy"},
        "evses": [
            {
                "key": "full",
                "feeder": "main",
                "wiring": "pair",
                "lines": [1, 2],
                "w_per_a": 208,
                "max_a": 6,
                "min_a": 6,
                "step_a": 1,
                "taper": {"begins_wh": 300, "missing_wh": 1.7504},
                "demand": {"energy_wh": 1.7505, "departs_at": "2026-01-14T15:15:00Z"},
            }
        ],
    }
    ended = subprocess.run(
        [sys.executable, "-m", "csms", "plan", "--json", "-"],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ended.stdout)["evses"][0]["key"] == "full"


def test_what_cannot_be_had_is_told_as_short() -> None:
    problem = copy.deepcopy(PROBLEM)
    problem["feeders"][0]["limit_a"] = 20
    problem["evses"] = [vehicle("soon", 30 * 690, "2026-01-14T13:00:00Z")]
    [soon] = planned(problem)["evses"]
    assert soon["limits_a"][0] == 20.0
    assert (soon["expected_wh"], soon["short_wh"]) == (13_800.0, 6_900.0)
    assert soon["reason"]["cause"] == "feeder"


def test_problem_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM), encoding="utf-8")
    ran = chargeflex("plan", path, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == planned(PROBLEM)


def test_people_are_shown_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    ran = chargeflex("plan", "-", stdin=json.dumps(PROBLEM))
    assert (ran.code, ran.err) == (0, "")
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in ran.out.splitlines()
        if line.startswith("│")
    ]
    assert rows == [
        ["soon", "16.0", "11.04", "0.00", "feeder main L1"],
        ["late", "0.0", "41.40", "0.00", "others first main L1"],
    ]
    assert "Plan by linear program" in ran.out


def test_solver_that_is_given_no_time_is_replaced_by_the_heuristic() -> None:
    problem = copy.deepcopy(PROBLEM)
    problem["slots"] = 2000
    problem["slot_s"] = 60
    problem["feeders"][0]["limit_a"] = 20
    problem["evses"] = [vehicle(f"e{number}", 50_000) for number in range(30)]
    ran = chargeflex("plan", "--json", "--time-limit-s", "0", "-", stdin=json.dumps(problem))
    plan = json.loads(ran.out)
    assert plan["method"] == "heuristic"
    assert plan["detail"]


def broken(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(PROBLEM), **changes}


WRONG: Final[dict[str, tuple[str, str]]] = {
    "no JSON": ("{", "-: the document: Invalid JSON"),
    "nothing": ("", "-: the document: Invalid JSON"),
    "no object": ("[]", "-: the document: Input should be an object"),
    "no start": (
        json.dumps({k: v for k, v in PROBLEM.items() if k != "starts_at"}),
        "-: starts_at: Field required",
    ),
    "no time zone": (
        json.dumps(broken(starts_at="2026-01-14T12:00:00")),
        "-: starts_at: Input should have timezone info",
    ),
    "unknown key": (json.dumps(broken(slot=1)), "-: slot: Extra inputs are not permitted"),
    "unknown feeder": (
        json.dumps(broken(evses=[vehicle("a", 1, feeder="attic")])),
        "-: evses[a].feeder: no feeder is called 'attic'",
    ),
    "same name": (
        json.dumps(broken(evses=[vehicle("a", 1), vehicle("a", 2)])),
        "-: evses: expected each name once, got 'a' twice",
    ),
    "two lines of limits": (
        json.dumps(broken(feeders=[{"key": "main", "limit_a": [1, 2]}])),
        "-: feeders[main].limit_a: expected a number, three numbers, or 3 lists of 4",
    ),
    "pair of one line": (
        json.dumps(broken(evses=[vehicle("a", 1, lines=[1], wiring="pair")])),
        "-: evses[a].lines: expected two lines for the wiring pair",
    ),
    "below zero": (
        json.dumps(broken(evses=[vehicle("a", -1)])),
        "-: evses.0.demand.energy_wh: Input should be greater than or equal to 0",
    ),
    "no finite number": (
        json.dumps(broken(evses=[vehicle("a", float("inf"))])),
        "-: evses.0.demand.energy_wh: Input should be a finite number",
    ),
    "more than any site has": (
        json.dumps(broken(evses=[vehicle("a", 1e300)])),
        "-: evses[a].demand.energy_wh: expected no figure beyond 1e+09",
    ),
    "minimum above the maximum": (
        json.dumps(broken(evses=[vehicle("a", 1, min_a=40)])),
        "-: evses[a].min_a: expected no more than max_a, 32",
    ),
    "end of time": (
        json.dumps(broken(starts_at="9999-12-31T23:00:00Z")),
        "-: starts_at: expected slots that end before the year 10000",
    ),
    "committed beyond the end": (
        json.dumps(broken(committed=5)),
        "-: committed: expected 1 to 4, got 5",
    ),
}


@pytest.mark.parametrize(("text", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_wrong_problem_is_one_clear_line(text: str, complaint: str) -> None:
    ran = chargeflex("plan", "-", stdin=text)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(complaint)
    assert ran.err.count("\n") == 1


def test_problem_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ran = chargeflex("plan", tmp_path / "none.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{tmp_path}/none.json: cannot be read: ")
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe")
    ran = chargeflex("plan", tmp_path / "latin.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{tmp_path}/latin.json: cannot be read: ")


def test_names_that_look_like_markup_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    problem = broken(evses=[vehicle("[red]x[/blue]", 1_000)])
    ran = chargeflex("plan", "-", stdin=json.dumps(problem))
    assert (ran.code, ran.err) == (0, "")
    assert "[red]x[/blue]" in ran.out


def test_every_slot_can_tell_its_reason() -> None:
    ran = chargeflex("plan", "--json", "--reasons", "-", stdin=json.dumps(PROBLEM))
    soon, late = json.loads(ran.out)["evses"]
    assert [one["cause"] for one in soon["reasons"]] == ["feeder", "away", "away", "away"]
    assert late["reasons"][0]["cause"] == "others first"
    assert (soon["reasons"][0]["feeder"], soon["reasons"][0]["line"]) == ("main", 1)


def test_plan_is_drawn_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "plan.png"
    ran = chargeflex("plan", "-", "--chart", path, stdin=json.dumps(PROBLEM))
    assert (ran.code, ran.err) == (0, "")
    assert path.read_bytes().startswith(b"\x89PNG\r\n")


def test_chart_of_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "plan.exe"
    ran = chargeflex("plan", "-", "--chart", path, stdin=json.dumps(PROBLEM))
    assert ran.code == 2
    assert ran.err.startswith(f"{path}: the chart cannot be written: ")
