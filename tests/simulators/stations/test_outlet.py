from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from simulators.stations.charging_profiles import FOREVER, Rate, Unit
from simulators.stations.outlet import Outlet, OutletModel, OutletState, Reading, Transaction
from simulators.stations.profile_store import Limit
from simulators.supply import Supply
from tests.simulators.stations.builders import IT, NOON, TN, outlet_model, session


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def transaction() -> Transaction:
    return Transaction(key="t-1", token="ANNA", started_at=NOON, begin_wh=0.0)  # noqa: S106


def outlet_of(model: OutletModel, limits: dict[float, float] | None = None) -> Outlet:
    """An outlet whose limits change at some seconds after noon."""
    steps = sorted((limits or {0: model.max_a}).items())

    def limit_at(_outlet: Outlet, now: datetime) -> Limit:
        amps = [amps for second, amps in steps if later(second) <= now][-1]
        nexts = [later(second) for second, _ in steps if later(second) > now]
        return Limit(amps, min(nexts, default=FOREVER))

    return Outlet(model, limit_at, Random(1))  # noqa: S311


def charging(model: OutletModel, **vehicle: Any) -> Outlet:
    outlet = outlet_of(model)
    outlet.plug_in(session(vehicle=vehicle), NOON)
    outlet.begin(transaction())
    outlet.advance(later(60))
    return outlet


@pytest.mark.parametrize(
    ("supply", "wired", "usable", "amps", "power_w"),
    [
        (TN, 3, 3, (16.0, 16.0, 16.0), 11_040.0),
        (TN, 3, 2, (16.0, 16.0, 0.0), 7_360.0),
        (TN, 3, 1, (16.0, 0.0, 0.0), 3_680.0),
        (TN, 1, 3, (16.0, 0.0, 0.0), 3_680.0),
        (IT, 3, 3, (16.0, 16.0, 16.0), 6_373.9),
        (IT, 3, 1, (16.0, 16.0, 0.0), 3_680.0),
        (IT, 2, 3, (16.0, 16.0, 0.0), 3_680.0),
        (IT, 2, 1, (16.0, 16.0, 0.0), 3_680.0),
    ],
)
def test_vehicle_loads_the_first_lines_that_both_have(
    supply: Supply, wired: int, usable: int, amps: tuple[float, ...], power_w: float
) -> None:
    model = outlet_model(supply=supply, line_count=wired)
    outlet = charging(model, line_count=usable, max_a=16.0)
    assert outlet.currents == amps
    assert outlet.vehicle is not None
    assert outlet.vehicle.power_w == pytest.approx(power_w, abs=0.05)


def test_dc_outlet_draws_output_over_efficiency_from_all_lines() -> None:
    # 94 kW out of 100 kW in, from 3 x 230 V: 144.93 A in each line.
    model = outlet_model(max_a=1000.0, is_dc=True, efficiency=0.94)
    outlet = charging(model, max_dc_w=94_000.0)
    assert outlet.currents == pytest.approx((144.93, 144.93, 144.93), abs=0.01)
    assert outlet.vehicle is not None
    assert outlet.vehicle.power_w == pytest.approx(94_000.0)


@pytest.mark.parametrize(
    ("model", "rate", "amps"),
    [
        (outlet_model(), Rate(13.0, Unit.AMPERE), 13.0),
        (outlet_model(), Rate(6_900.0, Unit.WATT), 10.0),
        (outlet_model(), Rate(2_300.0, Unit.WATT, 1), 10.0),
        (outlet_model(line_count=1), Rate(6_900.0, Unit.WATT), 10.0),
        (outlet_model(supply=IT), Rate(3_983.7, Unit.WATT), 10.0),
        (outlet_model(supply=IT, line_count=2), Rate(2_300.0, Unit.WATT, 1), 10.0),
        (outlet_model(is_dc=True, efficiency=0.5), Rate(3_450.0, Unit.WATT), 10.0),
    ],
)
def test_limits_become_amperes_per_line_of_the_supply(
    model: OutletModel, rate: Rate, amps: float
) -> None:
    assert model.to_amps(rate) == pytest.approx(amps, abs=1e-4)


def test_limit_that_changes_between_two_looks_is_honoured_to_the_second() -> None:
    outlet = outlet_of(outlet_model(), {0: 16.0, 600: 0.0, 1200: 16.0})
    outlet.plug_in(session(), NOON)
    outlet.begin(transaction())
    outlet.advance(later(1199))
    # Up to 15 s of delay and 6 s of ramp at the start, up to 5 s of delay at the end.
    full_wh = 16 * 690 * 600 / 3600
    assert outlet.limit_a == 0.0
    assert full_wh - 50 < outlet.register_wh < full_wh + 16


def test_limit_below_the_lowest_current_is_offered_as_a_pause() -> None:
    outlet = outlet_of(outlet_model(), {0: 5.9})
    outlet.plug_in(session(), NOON)
    outlet.begin(transaction())
    assert outlet.limit_a == 0.0
    assert outlet.state is OutletState.SUSPENDED_EVSE


def test_outlet_passes_through_its_states() -> None:
    outlet = outlet_of(outlet_model(), {0: 16.0})
    states = [outlet.state]
    outlet.plug_in(session(energy_wh=500), NOON)
    states.append(outlet.state)
    outlet.begin(transaction())
    states.append(outlet.state)
    outlet.advance(later(60))
    states.append(outlet.state)
    outlet.advance(later(3600))
    states.append(outlet.state)
    outlet.end()
    states.append(outlet.state)
    outlet.unplug()
    states.append(outlet.state)
    assert states == [
        "Available",
        "Preparing",
        "SuspendedEV",
        "Charging",
        "SuspendedEV",
        "Finishing",
        "Available",
    ]


def test_register_goes_on_from_vehicle_to_vehicle() -> None:
    outlet = outlet_of(outlet_model())
    for count in (1, 2):
        outlet.plug_in(session(energy_wh=500), NOON)
        outlet.begin(transaction())
        outlet.advance(later(3600))
        outlet.end()
        outlet.unplug()
        assert outlet.register_wh == 500.0 * count


def test_outlet_without_power_gives_nothing_whatever_its_limits() -> None:
    outlet = charging(outlet_model())
    outlet.power_off()
    outlet.reconsider(later(61))
    outlet.advance(later(120))
    assert outlet.currents == (0.0, 0.0, 0.0)
    outlet.power_on(later(121))
    outlet.advance(later(180))
    assert outlet.currents == (32.0, 32.0, 32.0)


def test_meter_shows_what_was_asked_for() -> None:
    outlet = charging(outlet_model(supply=IT), line_count=1, max_a=16.0)
    assert outlet.readings(["Current.Import", "Power.Active.Import"]) == [
        Reading("Current.Import", 16.0, "A", "L1"),
        Reading("Current.Import", 16.0, "A", "L2"),
        Reading("Current.Import", 0.0, "A", "L3"),
        Reading("Power.Active.Import", 3680.0, "W"),
    ]
    assert outlet.readings(["Current.Offered", "SoC"]) == [Reading("Current.Offered", 32.0, "A")]


def test_dc_meter_shows_the_state_of_charge_and_no_line_currents() -> None:
    model = outlet_model(max_a=1000.0, is_dc=True, efficiency=0.94)
    outlet = charging(model, max_dc_w=60_000.0)
    shown = outlet.readings(["Current.Import", "Power.Active.Import", "SoC"])
    assert [reading.measurand for reading in shown] == ["Power.Active.Import", "SoC"]
    assert shown[0].value == 60_000.0
    assert 10.0 < shown[1].value < 11.0


def test_meter_shows_its_register_where_nothing_else_can_be_had() -> None:
    model = outlet_model(max_a=1000.0, is_dc=True)
    assert [r.measurand for r in outlet_of(model).readings(["Voltage"])] == [
        "Energy.Active.Import.Register"
    ]
