"""What cannot be is refused by its name: everything that a problem may hold beside its EVSEs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from smart_charging.errors import ProblemError
from smart_charging.feeder import LoadForecast
from smart_charging.policy import Policy
from smart_charging.resources import PowerModule, Switching
from smart_charging.taps import Tap, Transformer
from smart_charging.tariff import DemandCharge, StepFee
from tests.smart_charging.problems import (
    THREE,
    amps,
    evse,
    feeder,
    problem,
    reservation,
    store,
    tariff,
)

NAN, INF = float("nan"), float("inf")
SOUND = problem(
    (feeder("main", 40.0), feeder("leaf", 20.0, "main")),
    evse("a", module="m"),
    reservations=(reservation("leaf", THREE, 6.0),),
    modules=(PowerModule(key="m", max_w=9_000.0),),
    stores=(store("battery"),),
    tariff=tariff([1.0] * 4),
)
FINITE = "expected a finite number, not below 0"


def changed(one: Any, **change: Any) -> Any:
    """One of the sound things with a fault in it."""
    return replace(one, **change)


def said_of(**change: Any) -> str:
    """What is said of the sound problem with a fault in it."""
    with pytest.raises(ProblemError) as raised:
        replace(SOUND, **change)
    assert str(raised.value).startswith(f"{raised.value.field}: ")
    return str(raised.value)


def test_what_is_sound_passes() -> None:
    assert replace(SOUND).columns.max_a.tolist() == [32.0]


@pytest.mark.parametrize("slot_s", [0, -900, NAN])
def test_slots_are_longer_than_nothing(slot_s: float) -> None:
    expected = "slots_s: expected at least one slot, each longer than 0 s"
    assert said_of(slots_s=(900, slot_s, 900, 900)) == expected


@pytest.mark.parametrize("slot_s", [INF, 10**13])
def test_slots_end_within_the_calendar(slot_s: float) -> None:
    expected = "starts_at: expected slots that end before the year 10000"
    assert said_of(slots_s=(900, slot_s, 900, 900)) == expected
    late = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert said_of(starts_at=late) == expected


@pytest.mark.parametrize("risk", [-0.1, 1.0, 7.0, NAN])
def test_risk_is_a_share(risk: float) -> None:
    expected = f"policy.risk: expected 0 to below 1, got {risk}"
    assert said_of(policy=Policy(risk=risk)) == expected


@pytest.mark.parametrize("ratio", [0.0, -1.0, NAN, INF])
def test_ratio_of_a_transformer_is_above_nothing(ratio: float) -> None:
    feeders = (feeder("main", 40.0, transformer=Transformer(ratio)), SOUND.feeders[1])
    said = said_of(feeders=feeders)
    assert said == "feeders[main].transformer.ratio: expected a finite number above 0"


def forecast(levels: tuple[float, ...], *amps_at: Any) -> LoadForecast:
    return LoadForecast(levels=levels, amps=np.array([amps(value, 4) for value in amps_at]))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (forecast(()), "levels"),
        (forecast((0.9, 0.5), 1.0, 2.0), "levels"),
        (forecast((0.5, 0.5), 1.0, 2.0), "levels"),
        (forecast((0.0, 0.5), 1.0, 2.0), "levels"),
        (forecast((0.5, 1.5), 1.0, 2.0), "levels"),
        (forecast((0.5, NAN), 1.0, 2.0), "levels"),
        (forecast((0.5, 0.9), 1.0), "amps"),
        (forecast((0.5, 0.9), 2.0, 1.0), "amps"),
        (forecast((0.5, 0.9), 1.0, NAN), "amps"),
        (forecast((0.5, 0.9), 1.0, INF), "amps"),
        (forecast((0.5, 0.9), -1.0, 1.0), "amps"),
    ],
)
def test_forecast_rises(wrong: LoadForecast, field: str) -> None:
    feeders = (feeder("main", 40.0, forecast=wrong), SOUND.feeders[1])
    assert said_of(feeders=feeders).startswith(f"feeders[main].forecast.{field}: expected")


@pytest.mark.parametrize("max_w", [NAN, INF, -1.0])
def test_power_of_a_module_is_finite(max_w: float) -> None:
    said = said_of(modules=(PowerModule(key="m", max_w=max_w),))
    assert said == f"modules[m].max_w: {FINITE}"


def test_module_of_an_evse_is_there() -> None:
    assert said_of(modules=()) == "evses[a].module: no module is called 'm'"


def test_names_of_modules_and_stores_are_given_once() -> None:
    twice = SOUND.modules * 2
    assert said_of(modules=twice) == "modules: expected each name once, got 'm' twice"
    twice_stored = SOUND.stores * 2
    assert said_of(stores=twice_stored) == "stores: expected each name once, got 'battery' twice"
    reserved = SOUND.reservations * 2
    expected = "reservations: expected each name once, got 'silent' twice"
    assert said_of(reservations=reserved) == expected


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
@pytest.mark.parametrize(
    "name", ["charge_a", "discharge_a", "stored_wh", "loss_per_h", "wear_per_kwh"]
)
def test_numbers_of_a_store_are_finite(name: str, value: float) -> None:
    wrong = changed(store("s"), **{name: value})
    assert said_of(stores=(wrong,)) == f"stores[s].{name}: {FINITE}"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"w_per_a": value} for value in (NAN, INF, 0.0, -1.0)),
        *({"efficiency": value} for value in (NAN, 0.0, -1.0, 1.1)),
    ],
)
def test_store_has_power_and_an_efficiency(wrong: dict[str, float]) -> None:
    expected = "stores[s]: expected w_per_a above 0, efficiency above 0 and up to 1"
    assert said_of(stores=(changed(store("s"), **wrong),)) == expected


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
@pytest.mark.parametrize("name", ["least_wh", "most_wh", "gain"])
def test_bounds_of_a_store_are_finite(name: str, value: float) -> None:
    said = said_of(stores=(changed(store("s"), **{name: np.full(4, value)}),))
    assert said == f"stores[s].{name}: expected finite numbers, none below 0"


@pytest.mark.parametrize("name", ["least_wh", "most_wh", "drain_w", "gain"])
def test_bounds_of_a_store_are_given_for_each_slot(name: str) -> None:
    wrong = changed(store("s"), **{name: np.zeros(3)})
    assert said_of(stores=(wrong,)) == (f"stores[s].{name}: expected the shape (4,), got (3,)")


@pytest.mark.parametrize("value", [NAN, INF])
def test_what_is_drained_from_a_store_is_finite(value: float) -> None:
    said = said_of(stores=(changed(store("s"), drain_w=np.full(4, value)),))
    assert said == "stores[s].drain_w: expected finite numbers"


@pytest.mark.parametrize(
    ("switching", "said"),
    [
        ({"min_a": 16.1}, ".min_a: expected above 0 and up to charge_a, 16"),
        ({"min_a": 0.0}, ".min_a: expected above 0 and up to charge_a, 16"),
        ({"min_a": 6.0, "min_on_s": NAN}, f".min_on_s: {FINITE}"),
        ({"min_a": 6.0, "min_off_s": -1.0}, f".min_off_s: {FINITE}"),
        ({"min_a": 6.0, "on_s": 1.0, "off_s": 1.0}, ": expected either on_s or off_s, not both"),
    ],
)
def test_switching_does_not_contradict_itself(switching: dict[str, float], said: str) -> None:
    wrong = changed(store("s"), switching=Switching(**switching))
    assert said_of(stores=(wrong,)) == f"stores[s].switching{said}"


def test_store_that_gains_more_than_it_takes_gives_nothing_back() -> None:
    pump = store("s", discharge_a=0.0, gain=np.array([1.0, 1.0, 3.0, 1.0]))
    assert replace(SOUND, stores=(pump,)).stores == (pump,)
    said = said_of(stores=(replace(pump, discharge_a=1.0),))
    assert said == "stores[s].gain: expected up to 1 for a store that gives back"


def test_least_of_a_store_is_not_above_its_most() -> None:
    wrong = store("s", least_wh=[0.0, 0.0, 9.0, 0.0], most_wh=8.0)
    assert said_of(stores=(wrong,)) == "stores[s].least_wh: expected no more than most_wh"


def test_store_and_reservation_hang_on_a_feeder_and_a_line() -> None:
    assert said_of(stores=(store("s", feeder="x"),)) == (
        "stores[s].feeder: no feeder is called 'x'"
    )
    nowhere = Tap((0j, 0j, 0j))
    said = said_of(stores=(replace(store("s"), tap=nowhere),))
    assert said == "stores[s].tap: expected at least one line"
    said = said_of(reservations=(reservation("leaf", nowhere, 6.0),))
    assert said == "reservations[silent].tap: expected at least one line"


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
def test_reserved_current_is_finite(value: float) -> None:
    said = said_of(reservations=(reservation("leaf", THREE, value),))
    assert said == "reservations[silent].amps: expected finite amperes, none below 0"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (tariff([1.0] * 3), "per_kwh"),
        (tariff([1.0, 1.0, NAN, 1.0]), "per_kwh"),
        (tariff([1.0] * 4, INF), "base_w"),
        (tariff([1.0] * 4, capacity=DemandCharge(per_kw=-1.0)), "capacity.per_kw"),
        (tariff([1.0] * 4, capacity=StepFee(steps=())), "capacity.steps"),
    ],
)
def test_tariff_is_checked_with_the_problem(wrong: Any, field: str) -> None:
    assert said_of(tariff=wrong).startswith(f"tariff.{field}: expected")


def test_limit_of_another_shape_is_refused() -> None:
    flat = replace(feeder("main", 40.0), limit_a=np.zeros(12))
    expected = "feeders[main].limit_a: expected the shape (3, 4), got (12,)"
    assert said_of(feeders=(flat, SOUND.feeders[1])) == expected


def test_feeder_is_not_its_own_parent() -> None:
    expected = "feeders[main].parent: expected a feeder that comes before this one"
    assert said_of(feeders=(feeder("main", 40.0, "main"),)) == expected


@pytest.mark.parametrize("value", [NAN, INF, -1.0])
def test_uncontrolled_load_and_limits_are_finite(value: float) -> None:
    for name in ("limit_a", "uncontrolled_a"):
        wrong = changed(SOUND.feeders[0], **{name: amps(value, 4)})
        said = said_of(feeders=(wrong, SOUND.feeders[1]))
        assert said == f"feeders[main].{name}: expected finite amperes, none below 0"
