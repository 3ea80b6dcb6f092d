from datetime import UTC, datetime
from typing import Any

from csms.domain.charging_profile import (
    ChargingProfile,
    ProfilePeriod,
    ProfilePurpose,
    Recurrence,
)
from csms.domain.station import RateUnit
from csms.ocpp.payloads import write_profile_in_time

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def written(**fields: Any) -> dict[str, Any]:
    """What is written of a profile's times."""
    profile = ChargingProfile(
        profile_id=1,
        purpose=ProfilePurpose.TX_DEFAULT,
        stack_level=0,
        unit=RateUnit.AMPERE,
        periods=(ProfilePeriod(0, 6.0),),
        **fields,
    )
    payload = write_profile_in_time(profile, {}, "TxDefaultProfile")
    times = ("chargingProfileKind", "recurrencyKind", "validFrom", "validTo")
    return {name: payload[name] for name in times if name in payload}


def test_profile_that_starts_at_no_time_is_relative() -> None:
    assert written() == {"chargingProfileKind": "Relative"}


def test_profile_lasts_until_its_schedule_ends_unless_told_otherwise() -> None:
    lasting = {"starts_at": NOON, "duration_s": 3600}
    assert written(**lasting) == {
        "chargingProfileKind": "Absolute",
        "validTo": "2026-01-14T13:00:00Z",
    }
    assert written(**lasting, valid_from=NOON, valid_until=NEW_YEAR) == {
        "chargingProfileKind": "Absolute",
        "validFrom": "2026-01-14T12:00:00Z",
        "validTo": "2027-01-01T00:00:00Z",
    }


def test_profile_that_begins_anew_outlasts_its_first_round() -> None:
    weekly = {"starts_at": NOON, "duration_s": 3600, "recurrence": Recurrence.WEEKLY}
    assert written(**weekly) == {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly"}
    assert written(**weekly, valid_until=NEW_YEAR)["validTo"] == "2027-01-01T00:00:00Z"
