from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.sessions.session import Session, VehicleModel

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def session(**changes: Any) -> Session:
    fields: dict[str, Any] = {
        "session_id": "1",
        "user": "ANNA",
        "arrives_at": NOON,
        "departs_at": NOON,
        "energy_wh": 15_000,
        "vehicle": VehicleModel(battery_wh=60_000),
        **changes,
    }
    return Session(**fields)


@pytest.mark.parametrize(
    ("start_pct", "energy_wh", "arrival_pct", "wanted_wh"),
    [
        (None, 15_000, 75.0, 15_000),  # leaves full
        (None, 90_000, 0.0, 60_000),
        (20.0, 15_000, 20.0, 15_000),
        (90.0, 15_000, 90.0, 6_000),  # the battery has no more room
    ],
)
def test_vehicle_wants_what_its_battery_still_holds(
    start_pct: float | None, energy_wh: float, arrival_pct: float, wanted_wh: float
) -> None:
    found = session(start_soc_pct=start_pct, energy_wh=energy_wh)
    assert found.arrival_soc_pct == pytest.approx(arrival_pct)
    assert found.wanted_wh == pytest.approx(wanted_wh)
