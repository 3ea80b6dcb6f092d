"""What a site learns from meters, and what it forgets when a vehicle goes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.metering import Reading
from csms.domain.site import Earthing
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.vehicle import VehicleHabits
from csms.service.live_site import LiveEvse, LiveSite
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in, transaction

E1 = EvseId("G-01", 1)


@pytest.fixture
def live() -> LiveSite:
    site = LiveSite(small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0)))
    connect(site, "G-01")
    hold(plug_in(site, "G-01"), 16.0)
    return site


def read(live: LiveSite, *amps: float, at: datetime = NOON, now: datetime | None = None) -> None:
    first, second, third = amps
    live.read(E1, Reading(at=at, current_a=(first, second, third)), now or at)


def status(live: LiveSite, state: ChargingState) -> None:
    event = StatusChanged(
        station_id="G-01",
        evse_number=1,
        connector_number=1,
        status=ConnectorStatus.OCCUPIED,
        charging_state=state,
    )
    live.status_changed(event, NOON)


def evse(live: LiveSite) -> LiveEvse:
    return evse_of(live, "G-01")


def test_station_that_draws_more_than_allowed_three_times_is_not_trusted(live: LiveSite) -> None:
    for minutes in (0, 1):
        read(live, 17.1, 0.0, 0.0, at=after(minutes))
    assert not evse(live).allowance.is_disobeyed
    live.dirty.clear()
    read(live, 17.1, 0.0, 0.0, at=after(2))
    assert evse(live).allowance.is_disobeyed
    assert evse(live).allowance.now_a(after(2)) == 32.0
    assert live.dirty.is_set()


def test_vehicle_that_is_measured_often_has_its_time_to_follow(live: LiveSite) -> None:
    for second in range(6):
        read(live, 32.0, 0.0, 0.0, at=NOON + timedelta(seconds=second))
    assert not evse(live).allowance.is_disobeyed
    read(live, 32.0, 0.0, 0.0, at=NOON + timedelta(seconds=6))
    assert evse(live).allowance.is_disobeyed


def test_rounding_of_a_meter_is_no_disobedience(live: LiveSite) -> None:
    for minutes in range(6):
        read(live, 17.0, 0.0, 0.0, at=after(minutes))
    assert not evse(live).allowance.is_disobeyed


def test_obedience_between_starts_the_count_anew(live: LiveSite) -> None:
    for minutes, amps in enumerate((20.0, 20.0, 16.0, 20.0, 20.0)):
        read(live, amps, 0.0, 0.0, at=after(minutes))
    assert not evse(live).allowance.is_disobeyed


def test_readings_kept_while_offline_teach_nothing_of_now(live: LiveSite) -> None:
    for minutes in range(3):
        read(live, 32.0, 32.0, 32.0, at=after(minutes), now=after(60))
    assert not evse(live).allowance.is_disobeyed
    assert evse(live).habits == VehicleHabits()


def test_boot_lets_a_station_be_trusted_again_once_it_holds_its_fallback(live: LiveSite) -> None:
    evse(live).allowance = replace(evse(live).allowance, is_disobeyed=True)
    live.station_booted("G-01")
    assert not evse(live).allowance.is_disobeyed
    assert evse(live).allowance.standing is Standing.UNKNOWN
    assert evse(live).allowance.now_a(NOON) == 32.0


def test_what_was_learned_of_a_vehicle_goes_with_it(live: LiveSite) -> None:
    for minutes in range(2):
        read(live, 16.0, 0.0, 0.0, at=after(minutes))
    assert evse(live).habits.line_count == 1
    live.transaction_changed(transaction("G-01", ended_at=after(2)), after(2))
    assert (evse(live).transaction, evse(live).reading) == (None, None)
    assert evse(live).allowance.now_a(after(2)) == 6.0  # its limit ended with it
    live.transaction_changed(transaction("G-01", number=2, started_at=after(3)), after(3))
    assert evse(live).habits == VehicleHabits()
    assert (evse(live).since, evse(live).is_paused) == (after(3), True)


def test_end_of_an_older_transaction_does_not_end_the_present_one(live: LiveSite) -> None:
    live.transaction_changed(transaction("G-01", number=2, started_at=after(1)), after(1))
    live.transaction_changed(transaction("G-01", number=1, ended_at=after(2)), after(2))
    present = evse(live).transaction
    assert present is not None
    assert present.number == 2


def test_news_that_a_plan_depends_on_wake_the_controller_and_others_do_not(
    live: LiveSite,
) -> None:
    read(live, 16.0, 16.0, 16.0)
    live.dirty.clear()
    live.changed.clear()
    read(live, 16.0, 16.0, 16.0, at=after(1))  # the second vote for three lines
    assert (live.dirty.is_set(), live.changed.is_set()) == (True, True)
    live.dirty.clear()
    live.changed.clear()
    read(live, 15.9, 16.0, 16.0, at=after(2))
    assert (live.dirty.is_set(), live.changed.is_set()) == (False, True)


def test_current_is_reckoned_from_power_where_only_that_is_told(live: LiveSite) -> None:
    live.read(E1, Reading(at=NOON, power_w=6_900.0), NOON)
    reading = evse(live).reading
    assert reading is not None
    assert reading.current_a == pytest.approx((10.0, 10.0, 10.0))


def test_state_of_charge_that_comes_alone_is_added(live: LiveSite) -> None:
    read(live, 16.0, 0.0, 0.0)
    live.read(E1, Reading(at=after(1), soc_pct=61.0), after(1))
    reading = evse(live).reading
    assert reading is not None
    assert (reading.soc_pct, reading.current_a) == (61.0, (16.0, 0.0, 0.0))


def test_currents_are_shown_on_the_sites_lines(live: LiveSite) -> None:
    read(live, 16.0, 10.0, 6.0)
    evse(live).place = replace(evse(live).place, lines=(2, 3, 1))
    assert live.line_amps(evse(live)) == (6.0, 16.0, 10.0)
    assert live.line_amps(evse_of(live, "G-02")) is None


def test_current_between_two_lines_of_an_it_grid_flows_in_both(live: LiveSite) -> None:
    live.site = replace(live.site, earthing=Earthing.IT)
    evse(live).place = replace(evse(live).place, lines=(3, 1))
    read(live, 16.0, 0.0, 0.0)
    assert live.line_amps(evse(live)) == (16.0, 0.0, 16.0)


def test_vehicle_that_stops_by_itself_while_it_may_charge_is_content(live: LiveSite) -> None:
    status(live, ChargingState.CHARGING)
    status(live, ChargingState.SUSPENDED_EV)
    assert evse(live).habits.is_content


def test_vehicle_that_is_paused_and_called_suspended_is_not_content(live: LiveSite) -> None:
    evse(live).allowance = evse(live).allowance.transaction_ended()
    hold(evse(live), 0.0)
    evse(live).allowance = replace(evse(live).allowance, fallback_a=0.0)
    status(live, ChargingState.CHARGING)
    status(live, ChargingState.SUSPENDED_EV)
    assert not evse(live).habits.is_content
    assert evse(live).charging_state is ChargingState.SUSPENDED_EV


def test_energy_of_a_day_ends_at_local_midnight(live: LiveSite) -> None:
    live.count_energy(1_000.0, NOON)
    live.count_energy(500.0, after(10 * 60))
    assert live.energy_today_wh(after(10 * 60 + 59)) == 1_500.0
    assert live.energy_today_wh(after(11 * 60)) == 0.0  # midnight in Oslo
    live.count_energy(7.0, after(11 * 60))
    assert live.energy_today_wh(after(12 * 60)) == 7.0


def test_reports_on_what_the_site_does_not_have_change_nothing(live: LiveSite) -> None:
    live.dirty.clear()
    live.changed.clear()
    nowhere = replace(transaction("G-01", number=9), evse=EvseId("G-01", 7))
    live.transaction_changed(nowhere, NOON)
    live.transaction_changed(replace(nowhere, evse=None), NOON)
    live.read(EvseId("G-01", 7), Reading(at=NOON, power_w=1.0), NOON)
    assert (live.dirty.is_set(), live.changed.is_set()) == (False, False)


def test_vehicle_that_left_while_its_transaction_runs_is_not_there(live: LiveSite) -> None:
    assert evse(live).is_occupied
    evse(live).status = ConnectorStatus.AVAILABLE
    assert not evse(live).is_occupied


def test_vehicle_that_stays_after_its_transaction_is_idle_until_the_connector_is_free(
    live: LiveSite,
) -> None:
    status(live, ChargingState.CHARGING)
    live.transaction_changed(transaction("G-01", ended_at=after(2)), after(2))
    assert evse(live).charging_state is ChargingState.IDLE
    free = StatusChanged(
        station_id="G-01", evse_number=1, connector_number=1, status=ConnectorStatus.AVAILABLE
    )
    live.status_changed(free, after(3))
    assert evse(live).charging_state is None
