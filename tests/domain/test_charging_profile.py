from datetime import UTC, datetime

import pytest

from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.station import Capabilities, RateUnit

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "duration_s", "ends_at"),
    [
        (NOON, 900, datetime(2026, 1, 14, 12, 15, tzinfo=UTC)),
        (NOON, None, None),
        (None, 900, None),
        (None, None, None),
    ],
)
def test_profile_ends_only_where_start_and_duration_are_fixed(
    starts_at: datetime | None, duration_s: int | None, ends_at: datetime | None
) -> None:
    profile = ChargingProfile(
        profile_id=1,
        purpose=ProfilePurpose.TX,
        stack_level=0,
        unit=RateUnit.AMPERE,
        periods=(ProfilePeriod(0, 16.0),),
        starts_at=starts_at,
        duration_s=duration_s,
    )
    assert profile.ends_at == ends_at


@pytest.mark.parametrize(
    ("units", "unit"),
    [
        ({RateUnit.AMPERE}, RateUnit.AMPERE),
        ({RateUnit.WATT}, RateUnit.WATT),
        ({RateUnit.AMPERE, RateUnit.WATT}, RateUnit.AMPERE),
    ],
)
def test_limits_are_written_in_amperes_where_the_station_takes_them(
    units: set[RateUnit], unit: RateUnit
) -> None:
    assert Capabilities(rate_units=frozenset(units)).rate_unit is unit
