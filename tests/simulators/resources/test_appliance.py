"""What runs once a day runs when it is told to, until it is done, and is filled anew."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulators.resources.appliance import Appliance

OSLO = ZoneInfo("Europe/Oslo")
EVENING = datetime(2026, 1, 14, 20, tzinfo=OSLO)


def washer() -> Appliance:
    return Appliance(power_w=2_000.0, energy_wh=1_000.0, filled_at=time(17), zone=OSLO)


def test_it_runs_at_its_power_or_not_at_all_until_it_is_done() -> None:
    one = washer()
    drawn = [one.step(watts, EVENING, 900.0) for watts in (None, 1_500.0, 2_000.0, 0.0, 2_300.0)]
    assert drawn == [0.0, 0.0, 2_000.0, 0.0, 2_000.0]
    assert one.tells() == {"served_wh": 1_000.0}
    assert one.step(2_000.0, EVENING, 900.0) == 0.0


def test_it_is_filled_anew_at_its_hour() -> None:
    one = washer()
    one.step(2_000.0, EVENING, 1_800.0)
    assert one.step(2_000.0, EVENING + timedelta(hours=20, minutes=59), 60.0) == 0.0
    assert one.step(2_000.0, EVENING + timedelta(hours=21), 60.0) == 2_000.0
