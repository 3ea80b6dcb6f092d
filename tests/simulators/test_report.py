from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.grid import LineVerdict
from simulators.report import FleetReport, SessionOutcome

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def outcome(delivered_wh: float, **changes: Any) -> SessionOutcome:
    fields: dict[str, Any] = {
        "session_id": "1",
        "user": "ANNA",
        "station_id": "A-1",
        "evse_number": 1,
        "arrives_at": NOON,
        "departs_at": NOON,
        "wanted_wh": 12_000,
        "possible_wh": 10_000,
        "has_left": True,
        **changes,
    }
    return SessionOutcome(delivered_wh=delivered_wh, **fields)


def verdict(ratio: float, over_as: float, own_as: float) -> LineVerdict:
    return LineVerdict(
        feeder_id="main",
        line=1,
        peak_a=50.0,
        peak_ratio=ratio,
        over_as=over_as,
        over_s=1.0,
        own_over_as=own_as,
    )


def test_sums_and_counts_are_those_of_the_sessions_and_lines() -> None:
    report = FleetReport(
        at=NOON,
        sessions=(
            outcome(10_000),
            outcome(9_900),
            outcome(8_000),
            outcome(7_999),
            outcome(0, possible_wh=0),
            outcome(1_000, has_left=False),
        ),
        lines=(verdict(0.98, 0.0, 0.0), verdict(1.02, 30.0, 10.0)),
        messages_sent=5,
        moved=1,
        dropped=0,
    )
    assert report.wanted_wh == 72_000
    assert report.possible_wh == 50_000
    assert report.delivered_wh == 36_899
    assert len(report.left) == 5
    assert report.count_served(80) == 4
    assert report.count_served(99) == 3
    assert report.peak_ratio == 1.02
    assert report.over_as == 30.0
    assert report.own_over_as == 10.0


@pytest.mark.parametrize(
    ("delivered_wh", "possible_wh", "pct"),
    [(5_000, 10_000, 50.0), (10_001, 10_000, 100.0), (0, 0, 100.0)],
)
def test_session_is_served_by_what_it_got_of_what_it_could_have_had(
    delivered_wh: float, possible_wh: float, pct: float
) -> None:
    assert outcome(delivered_wh, possible_wh=possible_wh).served_pct == pct
