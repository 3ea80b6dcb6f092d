from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulators.sessions.population import (
    Population,
    PopulationError,
    generate,
    read_population,
)
from simulators.sessions.session import Session

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = date(2026, 1, 12)
POPULATIONS = Path(__file__).parents[3] / "config/populations"
NEVER = [0.0] * 24


def at_hour(hour: int) -> list[float]:
    return [1.0 if i == hour else 0.0 for i in range(24)]


def population(**changes: Any) -> Population:
    group: dict[str, Any] = {
        "name": "flat",
        "share": 1.0,
        "arrivals": {"weekday": at_hour(17), "weekend": NEVER},
        "stays": [{"hours": [0, 24], "quantiles_h": [10.0, 14.0]}],
        "vehicles": [{"share": 1.0, "lines": 1, "max_a": 32, "battery_kwh": 60, "energy_kwh": 10}],
        **changes,
    }
    return Population.model_validate({"name": "test", "groups": [group]})


def week(of: Population, users: int = 1, seed: int = 1) -> list[Session]:
    return generate(of, users, MONDAY, 7, seed, OSLO)


def test_users_come_in_their_hours_on_their_days() -> None:
    sessions = week(population())
    local = [session.arrives_at.astimezone(OSLO) for session in sessions]
    # Friday's session of the week before is over by Monday; nobody comes at the weekend.
    assert [moment.weekday() for moment in local] == [0, 1, 2, 3, 4]
    assert {moment.hour for moment in local} == {17}


def test_stays_lie_between_the_quantiles() -> None:
    stays = [
        (session.departs_at - session.arrives_at).total_seconds() / 3600
        for session in week(population(), users=100)
    ]
    assert min(stays) >= 10.0
    assert max(stays) <= 14.0
    assert fmean(stays) == pytest.approx(12.0, abs=0.2)


def test_user_who_is_there_does_not_come_again() -> None:
    long = population(stays=[{"hours": [0, 24], "quantiles_h": [30.0, 30.0]}])
    sessions = week(long)
    for earlier, later in pairwise(sessions):
        assert later.arrives_at >= earlier.departs_at


def test_sessions_that_run_at_the_beginning_are_included() -> None:
    guest = population(arrivals={"weekday": NEVER, "weekend": at_hour(20)})
    first = week(guest)[0]
    assert first.arrives_at.astimezone(OSLO).date() == date(2026, 1, 11)


def test_energy_of_a_user_is_alike_and_users_differ() -> None:
    sessions = week(population(user_factor=[0.5, 1.5], day_factor=[0.95, 1.05]), users=50)
    by_user: dict[str, list[float]] = {}
    for session in sessions:
        by_user.setdefault(session.user, []).append(session.energy_wh)
    assert max(max(own) / min(own) for own in by_user.values()) < 1.11
    means = [fmean(own) for own in by_user.values()]
    assert max(means) / min(means) > 2.0
    assert fmean(means) == pytest.approx(10_000, rel=0.1)


def test_nobody_counts_on_more_than_the_stay_can_give() -> None:
    short = population(stays=[{"hours": [0, 24], "quantiles_h": [0.5, 0.5]}])
    # 7.36 kW for half an hour, of which drivers count on 85 %.
    assert {session.energy_wh for session in week(short)} == {3128}


def test_timetable_is_kept_and_needs_are_stated() -> None:
    bus = population(
        stays=[],
        leaves={"hours": [5.0, 6.0]},
        states_needs=True,
        vehicles=[
            {"share": 1.0, "lines": 0, "max_dc_kw": 150, "battery_kwh": 300, "energy_kwh": 200}
        ],
    )
    sessions = week(bus)
    departures = {session.departs_at.astimezone(OSLO).strftime("%H:%M") for session in sessions}
    assert len(departures) == 1
    assert "05:00" <= departures.pop() <= "06:00"
    friday = sessions[-1]
    assert friday.departs_at - friday.arrives_at > timedelta(days=2)
    for session in sessions:
        assert session.uses_dc
        assert session.stated_departs_at == session.departs_at
        assert session.stated_energy_wh == session.energy_wh


def test_one_seed_gives_one_week() -> None:
    assert week(population(), 5, seed=3) == week(population(), 5, seed=3)
    assert week(population(), 5, seed=3) != week(population(), 5, seed=4)


def test_shares_decide_how_many_users_a_group_has() -> None:
    table = population().model_dump()
    table["groups"] = [
        {**table["groups"][0], "name": "a", "share": 0.7},
        {**table["groups"][0], "name": "b", "share": 0.3},
    ]
    users = {session.user for session in week(Population.model_validate(table), users=10)}
    assert sorted(name[0] for name in users) == ["a"] * 7 + ["b"] * 3


def test_day_on_which_the_clock_changes_has_its_arrivals() -> None:
    spring = generate(
        population(arrivals={"weekday": NEVER, "weekend": at_hour(10)}),
        1,
        date(2026, 3, 29),
        1,
        1,
        OSLO,
    )
    assert [s.arrives_at.astimezone(OSLO).hour for s in spring if s.arrives_at.day == 29] == [10]
    assert spring[-1].arrives_at.astimezone(UTC).hour == 8


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("users: 3", r"users: Extra inputs"),
        ("groups: []", r"groups: "),
        ("[", r"population\.yaml"),
    ],
)
def test_faults_name_file_and_key(change: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "population.yaml"
    text = (POPULATIONS / "depot.yaml").read_text(encoding="utf-8")
    if change.startswith("groups"):
        text = "name: none"
    path.write_text(f"{text}\n{change}\n", encoding="utf-8")
    with pytest.raises(PopulationError, match=complaint) as fault:
        read_population(path)
    assert str(path) in str(fault.value)


def test_group_must_say_when_its_users_leave(tmp_path: Path) -> None:
    path = tmp_path / "population.yaml"
    text = (POPULATIONS / "depot.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("leaves: {hours: [5.0, 7.0]}", ""), encoding="utf-8")
    with pytest.raises(PopulationError, match="either stays or leaves"):
        read_population(path)


def test_norwegian_residents_do_as_their_data_say() -> None:
    residents = read_population(POPULATIONS / "norway-residential.yaml")
    sessions = generate(residents, 100, MONDAY, 28, 1, OSLO)
    # The data: 0.50 sessions a day and 6.1 kWh, 12.6 h on average, half of all from 15 to 21 h.
    assert len(sessions) / 2800 == pytest.approx(0.50, rel=0.15)
    assert sum(s.energy_wh for s in sessions) / 2800 == pytest.approx(6_100, rel=0.15)
    hours = [session.arrives_at.astimezone(OSLO).hour for session in sessions]
    assert 0.45 < sum(15 <= hour < 21 for hour in hours) / len(hours) < 0.65


def test_jpl_drivers_come_in_the_morning_and_stay_a_working_day() -> None:
    los_angeles = ZoneInfo("America/Los_Angeles")
    drivers = read_population(POPULATIONS / "jpl-workplace.yaml")
    sessions = generate(drivers, 52, MONDAY, 5, 1, los_angeles)
    mornings = [s for s in sessions if 5 <= s.arrives_at.astimezone(los_angeles).hour < 9]
    stays = [(s.departs_at - s.arrives_at).total_seconds() / 3600 for s in mornings]
    assert len(mornings) / len(sessions) > 0.5
    assert median(stays) == pytest.approx(9.4, abs=0.6)


def test_depot_vehicles_come_back_and_leave_as_planned() -> None:
    depot = read_population(POPULATIONS / "depot.yaml")
    night = [
        session
        for session in generate(depot, 33, MONDAY, 1, 1, OSLO)
        if session.arrives_at > datetime(2026, 1, 12, 11, tzinfo=UTC)
    ]
    vans = [session for session in night if not session.uses_dc]
    buses = [session for session in night if session.uses_dc]
    assert len(vans) == 24
    assert len(buses) == 9
    assert {15, 16, 17} >= {session.arrives_at.astimezone(OSLO).hour for session in vans}
    assert {s.departs_at.astimezone(OSLO).hour for s in vans} <= {5, 6, 7}
    waves = {session.arrives_at.astimezone(OSLO).hour > 19 for session in buses}
    assert waves == {False, True}
