from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulators.placement import Placement, charge_freely, place
from simulators.sessions.session import Session, VehicleModel
from simulators.site import Site
from tests.simulators.sites import small_site

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
AC = VehicleModel(line_count=3, max_a=16.0, battery_wh=80_000)
DC = VehicleModel(line_count=0, max_a=0.0, battery_wh=300_000, max_dc_w=100_000)


def stay(user: str, begins_h: float, hours: float = 2.0, **changes: Any) -> Session:
    arrives_at = NOON + timedelta(hours=begins_h)
    fields: dict[str, Any] = {
        "session_id": f"{user}@{begins_h}",
        "user": user,
        "arrives_at": arrives_at,
        "departs_at": arrives_at + timedelta(hours=hours),
        "energy_wh": 5_000,
        "vehicle": AC,
        "start_soc_pct": 20.0,
        **changes,
    }
    return Session(**fields)


def placed(site: Site, *sessions: Session) -> Placement:
    in_order = sorted(sessions, key=lambda session: session.arrives_at)
    return place(in_order, site, NOON, NOON + timedelta(hours=24), Random(1))  # noqa: S311


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path)


def test_users_keep_the_space_that_is_theirs(site: Site) -> None:
    found = placed(site, *(stay(user, h) for user in ("a", "b", "c") for h in (1, 5, 9)))
    spaces = {(v.session.user, v.station_id, v.evse_number) for v in found.visits}
    assert len(found.visits) == 9
    assert len(spaces) == 3
    assert len({space[1:] for space in spaces}) == 3
    assert (found.moved, found.dropped) == (0, 0)


def test_spaces_of_a_data_set_map_to_evses_in_their_order(site: Site) -> None:
    found = placed(
        site,
        stay("x", 1, station_hint="CA-3"),
        stay("y", 1, station_hint="CA-1"),
        stay("z", 1, station_hint="CA-2"),
    )
    where = {v.session.station_hint: v.station_id for v in found.visits}
    assert where == {"CA-1": "A-1", "CA-2": "A-2", "CA-3": "A-3"}


def test_session_that_finds_its_space_taken_moves_to_a_free_one(site: Site) -> None:
    found = placed(site, stay("x", 1, station_hint="CA-1"), stay("y", 2, station_hint="CA-1"))
    assert [v.station_id for v in found.visits] == ["A-1", "A-2"]
    assert found.moved == 1


def test_session_for_which_there_is_no_space_is_dropped(site: Site) -> None:
    found = placed(site, *(stay(str(i), 1) for i in range(6)))
    assert len(found.visits) == 4  # the AC outlets
    assert found.dropped == 2


def test_dc_sessions_go_to_dc_outlets_and_no_others_do(site: Site) -> None:
    found = placed(
        site,
        stay("bus", 1, vehicle=DC, uses_dc=True),
        stay("second bus", 1, vehicle=DC, uses_dc=True),
        *(stay(str(i), 1) for i in range(5)),
    )
    at_dc = [v for v in found.visits if (v.station_id, v.evse_number) == ("B-1", 1)]
    assert [v.session.user for v in at_dc] == ["bus"]
    assert found.dropped == 2


def test_sessions_outside_the_time_are_left_out(site: Site) -> None:
    found = placed(site, stay("early", -5), stay("nearly", -1.95), stay("late", 24))
    assert found.visits == ()
    assert found.dropped == 0


def test_running_session_begins_three_minutes_in_with_what_is_left(site: Site) -> None:
    found = placed(site, stay("a", -0.25, energy_wh=5_000, stated_energy_wh=6_000.0))
    (visit,) = found.visits
    session = visit.session
    assert session.arrives_at == NOON + timedelta(minutes=3)
    # A quarter of an hour with up to 11.04 kW, less a slow start, is gone.
    taken_wh = 5_000 - session.energy_wh
    assert 1_500 < taken_wh < 2_760
    assert session.stated_energy_wh == 4_000.0  # what is missing of 6 kWh, as drivers round
    assert session.arrival_soc_pct == pytest.approx(20 + 100 * taken_wh / 80_000)


def test_driver_whose_vehicle_takes_more_than_was_stated_states_a_little_more(site: Site) -> None:
    (visit,) = placed(site, stay("a", -0.25, energy_wh=5_000, stated_energy_wh=1_000.0)).visits
    assert visit.session.stated_energy_wh == 1_000.0


def test_vehicle_that_is_full_already_keeps_its_space_and_is_no_visit(site: Site) -> None:
    full = stay("a", -10, 12, station_hint="CA-1", stated_energy_wh=6_000.0)
    (visit,) = placed(site, full, stay("b", 1, station_hint="CA-1")).visits
    assert (visit.session.user, visit.station_id) == ("b", "A-2")


def test_possible_energy_is_what_the_outlet_could_give(site: Site) -> None:
    (visit,) = placed(site, stay("a", 1, 0.5, energy_wh=50_000)).visits
    # At most 16 A on three lines, or on one, for half an hour, less a slow start.
    assert 1_700 < visit.possible_wh < 5_520
    outlet = charge_freely(stay("a", 0), site.places[0], NOON + timedelta(hours=2))
    assert outlet.register_wh == 5_000.0
