"""What a meter shows in OCPP 1.6, and what is kept of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.conformance.csms import Csms
from tests.conformance.station import Fields, time_of


def meter_value(*samples: Fields, at: datetime | None = None) -> Fields:
    """Samples of one instant; now, if none is given."""
    return {"timestamp": time_of(at), "sampledValue": list(samples)}


def sample(value: object, measurand: str | None = None, **fields: str) -> Fields:
    """One value, as a text; without a measurand it is the register in Wh (§4.7)."""
    named = {} if measurand is None else {"measurand": measurand}
    return {"value": str(value), **named, **fields}


@dataclass(frozen=True)
class KeptSample:
    """One sample as it is kept, in base units."""

    evse: int
    transaction: int | None
    measurand: str
    value: float | None
    phase: str | None = None
    context: str = "Sample.Periodic"
    location: str = "Outlet"
    signed: str | None = None


def samples_of(csms: Csms, station_id: str) -> list[KeptSample]:
    """All samples of a station, the oldest first."""
    query = (
        "SELECT evse_number, transaction_number, samples FROM meter_reading "
        "WHERE station_id = ? ORDER BY at, evse_number"
    )
    rows = csms.kept.rows(query, station_id)
    return [
        _kept(evse, transaction, parts)
        for evse, transaction, samples in rows
        for parts in json.loads(samples)
    ]


def _kept(evse: int, transaction: int | None, parts: list[Any]) -> KeptSample:
    return KeptSample(evse, transaction, *parts)
