"""What is counted of a site: energy, peaks, shares of time, departures, plug-ins."""

from datetime import date, timedelta

import pytest

from csms.domain.altered import altered
from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId
from csms.domain.metering import Reading
from csms.domain.need import Need, NeedSource
from csms.domain.site_day import KeyFigures
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.timetable import Departure, Timetable
from csms.domain.transaction import StatedNeed
from csms.service.energy_rates import FlatRates
from csms.service.live_site import LiveSite
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, plug_in, transaction

DAY = date(2026, 1, 14)


@pytest.fixture
def live() -> LiveSite:
    """Two chargers of 32 A, connected and free."""
    live = LiveSite(small_site(place("A", "level-1", 6.0), place("B", "level-1", 6.0)))
    connect(live, "A", "B")
    return live


def read(live: LiveSite, name: str, power_w: float, minutes: float) -> None:
    """Let a meter show a power in three conductors."""
    amps = power_w / 690.0
    reading = Reading(at=after(minutes), current_a=(amps, amps, amps), power_w=power_w)
    live.read(EvseId(name, 1), reading, after(minutes))


def status(live: LiveSite, name: str, word: ConnectorStatus, minutes: float) -> None:
    """Let a station tell its connector's status."""
    event = StatusChanged(station_id=name, evse_number=1, connector_number=1, status=word)
    live.status_changed(event, after(minutes))


def wait(live: LiveSite, minutes: int, since: int = 0) -> None:
    """Let minutes pass, as they are looked at."""
    for minute in range(since, minutes + 1):
        live.tally.advance(after(minute))


def figures(live: LiveSite, minutes: float, days: int = 1) -> KeyFigures:
    return live.tally.figures(days, after(minutes))


def leave(live: LiveSite, name: str, energy_wh: float, minutes: float, **more: object) -> None:
    """Let the vehicle at a charger leave."""
    running = evse_of(live, name).transaction
    assert running is not None
    over = altered(running, energy_wh=energy_wh, ended_at=after(minutes), **more)
    live.transaction_changed(over, after(minutes))


def test_energy_is_counted_once_however_often_it_is_told(live: LiveSite) -> None:
    for energy_wh in (1_000.0, 1_000.0, 2_500.0, 2_500.0):
        live.tally.count(transaction("A", energy_wh=energy_wh), NOON)
    live.tally.count(transaction("B", number=2, energy_wh=500.0), NOON)
    assert live.tally.energy_today_wh(NOON) == 3_000.0


def test_energy_that_comes_after_the_end_is_counted_and_no_second_departure(live: LiveSite) -> None:
    ended = transaction("A", energy_wh=1_000.0, ended_at=after(5))
    live.tally.count(ended, after(5))
    live.tally.count(altered(ended, energy_wh=1_400.0), after(6))
    found = figures(live, 6)
    assert (found.energy_wh, found.departures) == (1_400.0, 1)


def test_day_ends_at_local_midnight(live: LiveSite) -> None:
    live.tally.count(transaction("A", energy_wh=1_000.0), NOON)
    live.tally.count(transaction("A", energy_wh=1_500.0), after(10 * 60 + 50))
    assert live.tally.energy_today_wh(after(10 * 60 + 59)) == 1_500.0
    assert live.tally.energy_today_wh(after(11 * 60)) == 0.0  # midnight in Oslo
    live.tally.count(transaction("A", energy_wh=1_507.0), after(11 * 60))
    assert live.tally.energy_today_wh(after(12 * 60)) == 7.0
    assert figures(live, 12 * 60, days=2).energy_wh == 1_507.0


def test_days_that_are_too_long_ago_do_not_count(live: LiveSite) -> None:
    live.tally.count(transaction("A", energy_wh=1_000.0), NOON)
    a_week_later = NOON + timedelta(days=7)
    assert live.tally.figures(7, a_week_later).energy_wh == 0.0
    assert live.tally.figures(8, a_week_later).energy_wh == 1_000.0
    assert live.tally.figures(30, a_week_later).energy_wh == 1_000.0


def test_peak_of_an_instant_is_the_sum_of_all_vehicles(live: LiveSite) -> None:
    plug_in(live, "A")
    plug_in(live, "B", number=2)
    read(live, "A", 11_000.0, 1)
    read(live, "B", 6_900.0, 2)
    read(live, "A", 4_000.0, 3)
    assert figures(live, 3).peak_w == 17_900.0


def test_peak_of_a_quarter_is_its_mean(live: LiveSite) -> None:
    plug_in(live, "A")
    read(live, "A", 6_000.0, 0)
    read(live, "A", 12_000.0, 10)
    wait(live, 15, since=10)
    assert figures(live, 15).peak_quarter_w == 8_000.0
    wait(live, 30, since=15)
    assert figures(live, 30).peak_quarter_w == 12_000.0


def test_power_of_a_station_that_leaves_counts_no_more(live: LiveSite) -> None:
    plug_in(live, "A")
    read(live, "A", 11_000.0, 0)
    live.station_disconnected("A")
    live.look_at_all("A", after(0))
    wait(live, 15)
    assert figures(live, 15).peak_quarter_w == 0.0


def test_power_is_reckoned_from_the_current_where_no_power_is_told(live: LiveSite) -> None:
    plug_in(live, "A")
    live.read(EvseId("A", 1), Reading(at=NOON, current_a=(10.0, 0.0, 0.0)), NOON)
    assert figures(live, 0).peak_w == 2_300.0


def test_shares_of_time_are_those_of_all_connectors(live: LiveSite) -> None:
    plug_in(live, "A")
    wait(live, 10)
    read(live, "A", 11_000.0, 10)
    wait(live, 15, since=10)
    live.station_disconnected("B")
    live.look_at_all("B", after(15))
    wait(live, 20, since=15)
    found = figures(live, 20)
    assert found.plugged_pct == pytest.approx(50.0)
    assert found.charging_pct == pytest.approx(25.0)
    assert found.availability_pct == pytest.approx(87.5)


def test_faulted_connector_is_not_available(live: LiveSite) -> None:
    status(live, "A", ConnectorStatus.FAULTED, 0)
    wait(live, 10)
    assert figures(live, 10).availability_pct == pytest.approx(50.0)


def test_time_in_which_nobody_looked_is_not_counted(live: LiveSite) -> None:
    plug_in(live, "A")
    read(live, "A", 11_000.0, 0)
    wait(live, 5)
    wait(live, 65, since=60)
    found = live.tally.today(after(65))
    assert (found.evse_s, found.charging_s) == (20 * 60.0, 10 * 60.0)


def test_station_that_never_came_is_not_counted() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0)))
    live.tally.waits_for_stations = False
    live.look_at_all("A", NOON)
    wait(live, 10)
    assert figures(live, 10).availability_pct is None


def test_after_the_start_stations_have_time_to_come_back() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0)))
    live.stations["A"].protocol = "1.6"
    live.look_at_all("A", NOON)
    wait(live, 2)
    assert figures(live, 2).availability_pct is None
    live.tally.waits_for_stations = False
    live.look_at_all("A", after(2))
    wait(live, 10, since=2)
    assert figures(live, 10).availability_pct == 0.0


def test_vehicle_that_leaves_with_less_than_was_told_is_unmet(live: LiveSite) -> None:
    plug_in(live, "A", need=StatedNeed(energy_wh=20_000.0))
    plug_in(live, "B", number=2, need=StatedNeed(energy_wh=10_000.0))
    leave(live, "A", 15_000.0, 10)
    leave(live, "B", 12_000.0, 11)
    found = figures(live, 11)
    assert (found.departures, found.told, found.unmet, found.unmet_wh) == (2, 2, 1, 5_000.0)
    assert found.met_pct == pytest.approx(83.333, abs=0.001)


def test_what_a_vehicle_did_not_want_is_not_unmet(live: LiveSite) -> None:
    plug_in(live, "A", need=StatedNeed(energy_wh=20_000.0))
    leave(live, "A", 15_000.0, 10, charging_state=ChargingState.SUSPENDED_EV)
    assert (figures(live, 10).told, figures(live, 10).unmet) == (1, 0)


def test_need_by_timetable_is_told(live: LiveSite) -> None:
    line = Departure(who=EvseId("A", 1), day=DAY, leaves_at=(after(120)).time(), energy_wh=9_000.0)
    live.timetable = Timetable((line,))
    plug_in(live, "A")
    leave(live, "A", 4_000.0, 10)
    assert (figures(live, 10).told, figures(live, 10).unmet_wh) == (1, 5_000.0)


def test_need_that_nobody_told_is_not_judged(live: LiveSite) -> None:
    plug_in(live, "A")
    leave(live, "A", 15_000.0, 10)
    assert (figures(live, 10).departures, figures(live, 10).told) == (1, 0)
    assert figures(live, 10).met_pct is None


def need(energy_wh: float, minutes: float, source: NeedSource) -> Need:
    return Need(
        energy_wh=energy_wh,
        beyond_wh=0.0,
        departs_at=after(minutes),
        energy_source=source,
        departure_source=source,
    )


def test_what_was_expected_is_compared_with_what_came(live: LiveSite) -> None:
    first, second = plug_in(live, "A"), plug_in(live, "B", number=2)
    assert first.transaction is not None
    assert second.transaction is not None
    live.tally.expect(first.transaction, need(10_000.0, 60, NeedSource.HISTORY))
    live.tally.expect(first.transaction, need(99_000.0, 99, NeedSource.HISTORY))
    live.tally.expect(second.transaction, need(10_000.0, 60, NeedSource.FORECAST))
    leave(live, "A", 12_000.0, 70)
    leave(live, "B", 4_000.0, 40)
    found = figures(live, 70)
    assert (found.energy_error_wh, found.energy_bias_wh) == (4_000.0, 2_000.0)
    assert (found.stay_error_s, found.stay_bias_s) == (15 * 60.0, 5 * 60.0)


def test_what_was_told_is_no_forecast(live: LiveSite) -> None:
    evse = plug_in(live, "A")
    assert evse.transaction is not None
    live.tally.expect(evse.transaction, need(10_000.0, 60, NeedSource.STATED))
    leave(live, "A", 12_000.0, 70)
    assert figures(live, 70).energy_error_wh is None
    assert figures(live, 70).stay_error_s is None


def test_vehicle_that_charges_after_it_came_is_a_success(live: LiveSite) -> None:
    status(live, "A", ConnectorStatus.OCCUPIED, 0)
    assert figures(live, 0).plug_in_success_pct is None
    plug_in(live, "A")
    read(live, "A", 11_000.0, 1)
    read(live, "A", 11_000.0, 2)
    assert (figures(live, 2).plug_ins, figures(live, 2).plug_in_success_pct) == (1, 100.0)


def test_vehicle_that_leaves_without_charging_has_chosen_to(live: LiveSite) -> None:
    status(live, "A", ConnectorStatus.OCCUPIED, 0)
    status(live, "A", ConnectorStatus.AVAILABLE, 1)
    assert (figures(live, 1).plug_ins, figures(live, 1).plug_in_success_pct) == (1, 100.0)


def test_fault_before_it_charges_is_a_failure(live: LiveSite) -> None:
    status(live, "A", ConnectorStatus.OCCUPIED, 0)
    status(live, "A", ConnectorStatus.FAULTED, 1)
    status(live, "A", ConnectorStatus.FAULTED, 2)
    status(live, "A", ConnectorStatus.OCCUPIED, 3)
    status(live, "A", ConnectorStatus.AVAILABLE, 4)
    assert (figures(live, 4).plug_ins, figures(live, 4).plug_in_success_pct) == (1, 0.0)


def test_refused_token_is_a_failure_unless_it_charges_all_the_same(live: LiveSite) -> None:
    keys = [EvseId("A", 1)]
    status(live, "A", ConnectorStatus.OCCUPIED, 0)
    live.tally.refused(keys)
    status(live, "A", ConnectorStatus.AVAILABLE, 1)
    assert figures(live, 1).plug_in_success_pct == 0.0
    status(live, "A", ConnectorStatus.OCCUPIED, 2)
    live.tally.refused(keys)
    plug_in(live, "A")
    read(live, "A", 11_000.0, 3)
    assert figures(live, 3).plug_in_success_pct == 50.0


def test_of_several_that_wait_nobody_knows_who_was_refused(live: LiveSite) -> None:
    for name in ("A", "B"):
        status(live, name, ConnectorStatus.OCCUPIED, 0)
    live.tally.refused([EvseId("A", 1), EvseId("B", 1)])
    for name in ("A", "B"):
        status(live, name, ConnectorStatus.AVAILABLE, 1)
    assert figures(live, 1).plug_in_success_pct == 100.0


def test_transaction_that_a_fault_ends_before_it_charges_is_a_failure(live: LiveSite) -> None:
    status(live, "A", ConnectorStatus.OCCUPIED, 0)
    plug_in(live, "A")
    leave(live, "A", 0.0, 1, stop_reason="GroundFault")
    status(live, "A", ConnectorStatus.AVAILABLE, 2)
    assert (figures(live, 2).plug_ins, figures(live, 2).plug_in_success_pct) == (1, 0.0)


def test_vehicle_that_was_there_when_the_count_began_is_not_judged() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0)))
    evse_of(live, "A").status = ConnectorStatus.OCCUPIED
    connect(live, "A")
    status(live, "A", ConnectorStatus.AVAILABLE, 1)
    assert figures(live, 1).plug_ins == 0


def test_cost_is_that_of_the_price_at_the_instant(live: LiveSite) -> None:
    live.tally.count(transaction("A", energy_wh=1_000.0), NOON)
    assert figures(live, 0).cost is None
    live.tally.rates = FlatRates(0.5)
    live.tally.count(transaction("A", energy_wh=3_000.0), after(1))
    live.tally.rates = FlatRates(1.5)
    live.tally.count(transaction("A", energy_wh=5_000.0), after(2))
    assert figures(live, 2).cost == pytest.approx(4.0)
    assert figures(live, 2).co2_g is None


def test_connector_that_is_gone_counts_no_more(live: LiveSite) -> None:
    plug_in(live, "A")
    read(live, "A", 11_000.0, 0)
    live.remove_station("A")
    wait(live, 15)
    found = figures(live, 15)
    assert (found.plugged_pct, found.peak_quarter_w) == (0.0, 0.0)
