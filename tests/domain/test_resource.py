"""What is told of a resource is believed only where it can be true."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.fallback import overcommitted_fallbacks
from csms.domain.resource import Quantity, Resource
from csms.domain.resource_reading import check_instant, check_reading
from tests.domain.resources import BATTERY, HEAT_PUMP, ROOF, deferrable, with_resources
from tests.domain.sites import flat, small_site

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
WASHER = replace(BATTERY, resource_id="washer", kind=deferrable())


@pytest.mark.parametrize(
    ("resource", "quantity", "value", "said"),
    [
        (BATTERY, "power_w", math.nan, "expected a finite number, got nan"),
        (BATTERY, "power_w", math.inf, "expected a finite number, got inf"),
        (BATTERY, "power_w", 5e6, "expected -10850 to 10850 W of battery, got 5e+06"),
        (BATTERY, "soc_pct", -1.0, "expected 0 to 100 % of battery, got -1"),
        (BATTERY, "soc_pct", 5_000.0, "expected 0 to 100 % of battery, got 5000"),
        (BATTERY, "temperature_c", 20.0, "expected one of power_w, soc_pct of battery"),
        (ROOF, "power_w", 2_000.0, "expected -15500 to 500 W of roof, got 2000"),
        (ROOF, "power_w", -8e6, "expected -15500 to 500 W of roof, got -8e+06"),
        (HEAT_PUMP, "power_w", -900.0, "expected -207 to 6710 W of heat-pump, got -900"),
        (HEAT_PUMP, "temperature_c", 294.0, "expected -60 to 150 °C of heat-pump, got 294"),
        (WASHER, "served_wh", -5.0, "expected 0 to 3105 Wh of washer, got -5"),
    ],
)
def test_what_cannot_be_true_is_refused(
    resource: Resource, quantity: str, value: float, said: str
) -> None:
    with pytest.raises(InvalidInputError, match="expected") as caught:
        check_reading(resource, Quantity(quantity), value)
    assert str(caught.value) == f"{quantity}: {said}"


@pytest.mark.parametrize(
    ("resource", "quantity", "value"),
    [
        (BATTERY, "power_w", -6_900.0),
        (ROOF, "power_w", -11_000.0),
        (ROOF, "power_w", 100.0),
        (HEAT_PUMP, "power_w", 4_300.0),
        (HEAT_PUMP, "temperature_c", -15.0),
    ],
)
def test_what_may_be_true_is_believed(resource: Resource, quantity: str, value: float) -> None:
    check_reading(resource, Quantity(quantity), value)


@pytest.mark.parametrize("minutes", [2, -61])
def test_reading_of_the_future_or_of_long_ago_is_refused(minutes: int) -> None:
    with pytest.raises(InvalidInputError, match="at: expected the last hour"):
        check_instant(NOON + timedelta(minutes=minutes), NOON)
    check_instant(NOON + timedelta(seconds=30), NOON)


def test_resources_that_nobody_steers_have_to_fit_beside_fallbacks() -> None:
    # 6.9 kW are 10 A; it may draw them if it does not keep to setpoints, and 0 if it does
    site = small_site(intake=flat(8.0))
    assert overcommitted_fallbacks(with_resources(site, BATTERY)) == []
    loose = replace(BATTERY, keeps_setpoints=False)
    excesses = overcommitted_fallbacks(with_resources(site, loose))
    assert [(one.feeder_id, one.line, one.over_a) for one in excesses] == [
        ("intake", 1, 2.0),
        ("intake", 2, 2.0),
        ("intake", 3, 2.0),
    ]
