import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from simulators.sessions.fit import fit, main
from simulators.sessions.population import Population
from simulators.sessions.session import Session, VehicleModel

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
POPULATIONS = Path(__file__).parents[3] / "config/populations"


def weekday_sessions(user: str, hour: int, energy_wh: float) -> list[Session]:
    """Ten working days, each from an hour in Oslo for ten hours."""
    days = [day for day in range(14) if day % 7 < 5]
    return [
        Session(
            session_id=f"{user}-{day}",
            user=user,
            arrives_at=MONDAY + timedelta(days=day, hours=hour - 1, minutes=30),
            departs_at=MONDAY + timedelta(days=day, hours=hour + 9, minutes=30),
            energy_wh=energy_wh,
            vehicle=VehicleModel(line_count=1, max_a=15.2, battery_wh=40_000),
        )
        for day in days
    ]


def test_table_says_what_the_sessions_did() -> None:
    sessions = weekday_sessions("a", 17, 5_000) + weekday_sessions("b", 17, 15_000)
    table = fit("two", "none", sessions, OSLO)
    (group,) = table["groups"]
    assert group["arrivals"]["weekday"][17] == 1.0
    assert sum(group["arrivals"]["weekday"]) == 1.0
    assert sum(group["arrivals"]["weekend"]) == 0.0
    assert group["stays"] == [{"hours": [15, 18], "quantiles_h": [10.0] * 11}]
    assert group["user_factor"][0] == pytest.approx(0.5, abs=0.02)
    assert group["user_factor"][-1] == pytest.approx(1.5, abs=0.02)
    assert group["day_factor"] == [1.0] * 11
    assert group["vehicles"] == [
        {"share": 1.0, "lines": 1, "max_a": 16.0, "battery_kwh": 40.0, "energy_kwh": 10.0}
    ]
    Population.model_validate(table)


@pytest.mark.skipif("CHARGEFLEX_DATA" not in os.environ, reason="CHARGEFLEX_DATA is not set")
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("norway-residential", "norway_residential_sessions.csv.gz"),
        ("jpl-workplace", "jpl_2019-05-01_2019-08-31.csv.gz"),
    ],
)
def test_shipped_tables_are_what_the_command_prints(
    name: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, str(Path(os.environ["CHARGEFLEX_DATA"]) / file)]) == 0
    shipped = (POPULATIONS / f"{name}.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(capsys.readouterr().out) == yaml.safe_load(shipped)
