import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.grid_company import Cut
from simulators.placement import charge_freely
from simulators.scenario import ScenarioError, read_scenario
from simulators.stations.manners import Manners, Silence
from tests.simulators.sites import write_site

SCENARIOS = Path(__file__).parents[2] / "config/scenarios"
POPULATION = SCENARIOS.parent / "populations/norway-residential.yaml"
ACN = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,"
    "estimated_departure,claimed\n"
    "2026-01-14 13:30:00+01:00,2026-01-14 18:00:00+01:00,20,10,P-2,one,"
    "2026-01-14 17:00:00+01:00,True\n"
    "2026-01-14 13:00:00+01:00,2026-01-14 18:00:00+01:00,20,10,P-1,two,,False\n"
    "2026-01-14 13:00:00+01:00,,20,10,P-1,three,,False\n"
)


def write(folder: Path, **changes: str) -> Path:
    lines = {
        "name": "test",
        "site": write_site(folder).name,
        "starts": "2026-01-14T12:00:00",
        "sessions": f"{{population: {POPULATION}}}",
        "users": "4",
        **changes,
    }
    path = folder / "scenario.yaml"
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value)
    path.write_text(text, encoding="utf-8")
    return path


def test_start_is_local_time_of_the_site(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, hours="6"))
    assert scenario.starts_at == datetime(2026, 1, 14, 11, tzinfo=UTC)
    assert scenario.ends_at == datetime(2026, 1, 14, 17, tzinfo=UTC)
    assert scenario.source == "population norway-residential"
    assert scenario.station_ids == ["A-1", "A-2", "A-3", "B-1"]


def test_length_may_be_another_than_the_files(tmp_path: Path) -> None:
    path = write(tmp_path, hours="6")
    longer = read_scenario(path, length=timedelta(days=3))
    assert longer.ends_at == datetime(2026, 1, 17, 11, tzinfo=UTC)
    assert len(longer.visits) > len(read_scenario(path).visits)


def test_data_file_gives_the_sessions_of_the_day(tmp_path: Path) -> None:
    (tmp_path / "acn.csv").write_text(ACN, encoding="utf-8")
    sessions = f"{{acn: acn.csv, otherwise: {POPULATION}}}"
    scenario = read_scenario(write(tmp_path, sessions=sessions), tmp_path)
    assert [(v.session.session_id, v.station_id) for v in scenario.visits] == [
        ("two", "A-1"),
        ("one", "A-2"),
    ]
    assert scenario.source == "acn.csv (1 rows skipped: no departure)"
    assert scenario.visits[1].session.stated_energy_wh == 20_000


def test_population_stands_in_for_a_data_file_that_is_not_there(tmp_path: Path) -> None:
    sessions = f"{{acn: absent.csv, otherwise: {POPULATION}}}"
    scenario = read_scenario(write(tmp_path, sessions=sessions, hours="48"), tmp_path)
    assert scenario.source == (
        f"population norway-residential, as there is no {tmp_path / 'absent.csv'}"
    )
    assert scenario.visits


def test_data_folder_is_taken_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acn.csv").write_text(ACN, encoding="utf-8")
    monkeypatch.setenv("CHARGEFLEX_DATA", str(tmp_path))
    sessions = f"{{acn: acn.csv, otherwise: {POPULATION}}}"
    assert len(read_scenario(write(tmp_path, sessions=sessions)).visits) == 2


@pytest.mark.parametrize(("share", "least", "most"), [("0", 0, 0), ("1", 1, 1), ("0.5", 0.2, 0.8)])
def test_a_share_of_the_drivers_states_roughly_what_they_will_do(
    share: str, least: float, most: float, tmp_path: Path
) -> None:
    scenario = read_scenario(write(tmp_path, stated_share=share, users="40", hours="200"))
    sessions = [visit.session for visit in scenario.visits]
    stated = [session for session in sessions if session.stated_departs_at is not None]
    assert least <= len(stated) / len(sessions) <= most
    for session in stated:
        assert session.stated_departs_at is not None
        early = session.departs_at - session.stated_departs_at
        assert timedelta(0) <= early < timedelta(minutes=15)
        assert session.stated_departs_at.minute % 15 == 0
        assert session.stated_energy_wh is not None
        assert 0 <= session.stated_energy_wh - session.energy_wh < 1000


@pytest.mark.parametrize(
    ("share", "v201"),
    [("0", set()), ("0.5", {"A-2", "B-1"}), ("1", {"A-1", "A-2", "A-3", "B-1"})],
)
def test_versions_are_mixed_evenly(share: str, v201: set[str], tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, v201_share=share)).v201 == v201


def test_manners_are_given_times_of_the_scenarios_day(tmp_path: Path) -> None:
    silent = '[{from: "23:40", to: "00:10"}]'
    text = (
        '{A-1: {only_watts: true, wrong_clock_s: -3600, reboots: ["02:30"], silent: '
        + silent
        + "}}"
    )
    scenario = read_scenario(write(tmp_path, manners=text))
    assert scenario.manners == {
        "A-1": Manners(
            only_watts=True,
            wrong_clock_s=-3600.0,
            reboots_at=(datetime(2026, 1, 15, 1, 30, tzinfo=UTC),),
            silences=(Silence(starts_at=datetime(2026, 1, 14, 22, 40, tzinfo=UTC), lasts_s=1800),),
        )
    }


def test_cuts_are_given_times_of_the_scenarios_day(tmp_path: Path) -> None:
    text = '[{feeder: main, from: "23:40", to: "00:10", amps: 20}]'
    assert read_scenario(write(tmp_path, cuts=text)).cuts == (
        Cut(
            feeder_id="main",
            amps=20.0,
            starts_at=datetime(2026, 1, 14, 22, 40, tzinfo=UTC),
            ends_at=datetime(2026, 1, 14, 23, 10, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"users": "many"}, r"scenario\.yaml: users: "),
        ({"mood": "good"}, r"scenario\.yaml: mood: Extra inputs"),
        ({"starts": ""}, r"scenario\.yaml: starts: Field required"),
        ({"site": "absent.yaml"}, r"absent\.yaml"),
        ({"sessions": "{}"}, r"sessions: .*expected one of population, acn, norway"),
        ({"sessions": "{acn: a.csv}"}, r"sessions: .*expected otherwise"),
        ({"sessions": "{population: absent.yaml}"}, r"absent\.yaml"),
        ({"manners": "{Z-9: {}}"}, r"manners\.Z-9: site yard has no such station"),
        ({"manners": "{A-1: {rude: true}}"}, r"manners\.A-1\.rude: Extra inputs"),
        (
            {"cuts": '[{feeder: roof, from: "01:00", to: "02:00", amps: 9}]'},
            r"cuts\.0\.feeder: site yard has no feeder 'roof'",
        ),
        ({"hours": "["}, r"scenario\.yaml"),
    ],
)
def test_faults_name_file_key_and_cause(
    changes: dict[str, str], complaint: str, tmp_path: Path
) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(ScenarioError, match=complaint) as fault:
        read_scenario(path)
    assert str(path) in str(fault.value)


def test_file_of_another_format_is_named(tmp_path: Path) -> None:
    (tmp_path / "acn.csv").write_text("a,b\n", encoding="utf-8")
    sessions = f"{{acn: acn.csv, otherwise: {POPULATION}}}"
    with pytest.raises(ScenarioError, match=r"acn\.csv: expected the columns arrival"):
        read_scenario(write(tmp_path, sessions=sessions), tmp_path)


@pytest.mark.parametrize(
    ("name", "starts_at", "stations"),
    [
        ("garage", datetime(2026, 1, 14, 14, tzinfo=UTC), 48),
        ("workplace", datetime(2019, 6, 5, 11, tzinfo=UTC), 52),
        ("depot", datetime(2026, 1, 14, 12, tzinfo=UTC), 33),
    ],
)
def test_scenarios_that_come_with_the_project_need_no_data(
    name: str, starts_at: datetime, stations: int, tmp_path: Path
) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.yaml", tmp_path)
    assert scenario.starts_at == starts_at
    assert scenario.length_s == 86_400
    assert len(scenario.station_ids) == stations
    assert len(scenario.visits) >= 30
    assert scenario.dropped == 0
    half = stations // 2
    assert len(scenario.v201) == half


@pytest.mark.parametrize("length", [None, timedelta(days=7)], ids=["headless", "with its page"])
def test_station_of_the_garage_goes_silent_while_a_vehicle_needs_it(
    length: timedelta | None,
) -> None:
    scenario = read_scenario(SCENARIOS / "garage.yaml", length=length)
    [(station_id, manners)] = scenario.manners.items()
    silence = Silence(starts_at=datetime(2026, 1, 14, 17, 30, tzinfo=UTC), lasts_s=2400)
    assert manners.silences == (silence,)
    [place] = [one for one in scenario.site.places if one.station_id == station_id]
    [visit] = [
        one
        for one in scenario.visits
        if one.station_id == station_id
        and one.session.arrives_at < silence.starts_at
        and one.session.departs_at > silence.starts_at + timedelta(seconds=silence.lasts_s)
    ]
    at_most_wh = charge_freely(visit.session, place, silence.starts_at).register_wh
    assert at_most_wh < visit.possible_wh - 3_000  # it cannot be full by then


@pytest.mark.skipif("CHARGEFLEX_DATA" not in os.environ, reason="CHARGEFLEX_DATA is not set")
def test_workplace_is_the_real_day_where_there_is_data() -> None:
    scenario = read_scenario(SCENARIOS / "workplace.yaml")
    assert scenario.source == "jpl_2019-05-01_2019-08-31.csv.gz"
    assert len(scenario.visits) == 70
    assert (scenario.moved, scenario.dropped) == (1, 0)
