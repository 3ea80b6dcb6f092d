"""Charging profiles: as operators want them, as stations are sent them and tell of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.conformance.states import Charging
from tests.conformance.station import Fields, Station

LASTS_S: Final = 3600
FALLBACK_ID: Final = 1000
"""The fallback of an EVSE has this id and the EVSE's number added."""
_PURPOSE: Final = {
    "external": "ChargingStationExternalConstraints",
    "station_max": "ChargingStationMaxProfile",
    "tx": "TxProfile",
    "tx_default": "TxDefaultProfile",
}


def _this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Wanted:
    """A profile of one period, in A and for three phases, that is good for an hour.

    Attributes:
        purpose: In the API's words.
        limit_a: By phase.
        starts_at: From when on.
    """

    purpose: str
    limit_a: float
    profile_id: int = 7
    stack_level: int = 0
    starts_at: datetime = field(default_factory=_this_second)

    @property
    def stated(self) -> Fields:
        """As an operator states it."""
        return {
            **self.without_time,
            "starts_at": _written(self.starts_at),
            "duration_s": LASTS_S,
            "valid_from": _written(self.starts_at),
            "valid_until": _written(self._ends_at),
        }

    @property
    def without_time(self) -> Fields:
        """As an operator states one that begins with the transaction."""
        return {
            "profile_id": self.profile_id,
            "purpose": self.purpose,
            "stack_level": self.stack_level,
            "unit": "A",
            "phases": 3,
            "periods": [{"start_s": 0, "limit": self.limit_a}],
        }

    @property
    def sent(self) -> Fields:
        """As a station is sent it."""
        schedule = {"startSchedule": _written(self.starts_at), "duration": LASTS_S}
        return {
            **self._sent("Absolute", schedule),
            "validFrom": _written(self.starts_at),
            "validTo": _written(self._ends_at),
        }

    @property
    def sent_without_time(self) -> Fields:
        """As a station is sent one that begins with the transaction."""
        return self._sent("Relative", {})

    @property
    def _ends_at(self) -> datetime:
        return self.starts_at + timedelta(seconds=LASTS_S)

    def _sent(self, kind: str, time: Fields) -> Fields:
        period = {"startPeriod": 0, "limit": self.limit_a, "numberPhases": 3}
        schedule: dict[str, Any] = {
            "id": self.profile_id,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [period],
            **time,
        }
        return {
            "id": self.profile_id,
            "stackLevel": self.stack_level,
            "chargingProfilePurpose": _PURPOSE[self.purpose],
            "chargingProfileKind": kind,
            "chargingSchedule": [schedule],
        }


async def sent_profile(station: Station, profile_id: int, times: int = 1) -> Fields:
    """Wait until a station has been sent a profile of an id so often; return the last request."""
    return await station.asked_for(
        "SetChargingProfile", times, where=lambda one: one["chargingProfile"]["id"] == profile_id
    )


async def sent_limit(station: Station, charging: Charging, times: int = 1) -> Fields:
    """Wait until a transaction has been given a limit so often; return the last profile."""
    asked = await station.asked_for(
        "SetChargingProfile",
        times,
        where=lambda one: one["chargingProfile"].get("transactionId") == charging.transaction,
    )
    profile: Fields = asked["chargingProfile"]
    assert (asked["evseId"], profile["chargingProfilePurpose"]) == (charging.evse, "TxProfile")
    return profile


def _written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
