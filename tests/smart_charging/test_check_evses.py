"""What cannot be is refused by its name: everything that an EVSE and its vehicle may have."""

from dataclasses import replace
from datetime import datetime

import pytest

from smart_charging.taps import Tap
from smart_charging.vehicle import Discharge, Outcome, Taper
from tests.smart_charging.problems import (
    after,
    evse,
)
from tests.smart_charging.test_check import FINITE, changed, said_of

NAN, INF = float("nan"), float("inf")
NAIVE = datetime(2026, 1, 14, 12, 0)  # noqa: DTZ001 - the fault itself


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
@pytest.mark.parametrize(
    "name", ["max_a", "min_a", "floor_a", "held_a", "on_s", "off_s", "steady_s"]
)
def test_numbers_of_an_evse_are_finite_and_not_below_nothing(name: str, value: float) -> None:
    wrong = changed(evse("a"), **{name: value})
    assert said_of(evses=(wrong,)) == f"evses[a].{name}: {FINITE}"


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
@pytest.mark.parametrize("name", ["extra_wh", "served_wh", "weight", "energy_wh"])
def test_numbers_of_a_demand_are_finite_and_not_below_nothing(name: str, value: float) -> None:
    one = evse("a")
    wrong = changed(one, demand=changed(one.demand, **{name: value}))
    assert said_of(evses=(evse("b"), wrong)) == f"evses[a].demand.{name}: {FINITE}"


@pytest.mark.parametrize("value", [NAN, INF, 0.0, -1.0])
@pytest.mark.parametrize("name", ["w_per_a", "step_a"])
def test_what_is_divided_by_is_above_nothing(name: str, value: float) -> None:
    said = said_of(evses=(changed(evse("a"), **{name: value}),))
    assert said == f"evses[a].{name}: expected a finite number above 0"


@pytest.mark.parametrize("value", [NAN, INF])
def test_urgency_is_a_number(value: float) -> None:
    assert said_of(evses=(evse("a", urgency=value),)).startswith("evses[a].demand.urgency: ")


@pytest.mark.parametrize(
    "levels_a", [(0.0, 6.0), (-1.0,), (10.0, 6.0), (6.0, 6.0), (6.0, NAN), (NAN,), (6.0, INF)]
)
def test_levels_rise_from_above_nothing(levels_a: tuple[float, ...]) -> None:
    said = said_of(evses=(evse("a", levels_a=levels_a),))
    assert said == "evses[a].levels_a: expected rising limits above 0"


def test_station_takes_a_period_at_least() -> None:
    said = said_of(evses=(evse("a", max_periods=0),))
    assert said == "evses[a].max_periods: expected 1 or more, got 0"


@pytest.mark.parametrize("phasor", [complex(NAN, 0), complex(0, INF), complex(INF, 0)])
def test_phasors_of_a_tap_are_finite(phasor: complex) -> None:
    wrong = Tap((phasor, 0j, 0j))
    said = said_of(evses=(replace(evse("a"), tap=wrong),))
    assert said == "evses[a].tap: expected finite phasors"


@pytest.mark.parametrize(
    ("begins_wh", "missing_wh"), [(0.0, 1.0), (-1.0, 1.0), (NAN, 1.0), (INF, 1.0), (9.0, -1.0)]
)
def test_taper_begins_somewhere(begins_wh: float, missing_wh: float) -> None:
    taper = Taper(begins_wh=begins_wh, missing_wh=missing_wh)
    said = said_of(evses=(evse("a", taper=taper),))
    assert said == "evses[a].taper: expected finite energies, begins_wh above 0"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"max_a": value} for value in (NAN, INF, -1.0)),
        *({"available_wh": value} for value in (NAN, INF, -1.0)),
        *({"efficiency": value} for value in (NAN, 0.0, -0.5, 1.1)),
    ],
)
def test_feeding_back_has_bounds_and_losses(wrong: dict[str, float]) -> None:
    discharge = Discharge(**{"max_a": 10.0, "available_wh": 1_000.0, **wrong})
    assert said_of(evses=(evse("a", discharge=discharge),)).startswith("evses[a].discharge: ")


def may(probability: float, wh: float = 1_000.0, departs_at: datetime | None = None) -> Outcome:
    return Outcome(probability=probability, departs_at=departs_at or after(1), energy_wh=wh)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((may(0.5), may(0.4)), "probabilities that add up to 1, got 0.9"),
        ((may(1.5), may(-0.5)), "probabilities that add up to 1, got 1"),
        ((may(NAN), may(1.0)), "probabilities that add up to 1, got nan"),
        ((may(1.0), may(NAN)), "probabilities that add up to 1, got nan"),
        ((may(1.0, wh=60_000.0),), "energies of 0 up to the demand's own"),
        ((may(1.0, wh=-1.0),), "energies of 0 up to the demand's own"),
        ((may(1.0, wh=NAN),), "energies of 0 up to the demand's own"),
        ((may(1.0, departs_at=after(11)),), "nobody to stay longer than the demand says"),
        ((may(1.0, departs_at=NAIVE),), "instants with a time zone"),
    ],
)
def test_what_may_be_is_within_the_demand(outcomes: tuple[Outcome, ...], expected: str) -> None:
    said = said_of(evses=(evse("a", outcomes=outcomes),))
    assert said == f"evses[a].demand.outcomes: expected {expected}"


def test_instants_are_aware() -> None:
    one = evse("a")
    for name in ("departs_at", "arrives_at"):
        wrong = changed(one, demand=changed(one.demand, **{name: NAIVE}))
        expected = f"evses[a].demand.{name}: expected an instant with a time zone"
        assert said_of(evses=(wrong,)) == expected
    assert said_of(starts_at=NAIVE) == "starts_at: expected an instant with a time zone"
