"""What a site learns from meters, and what it forgets when a vehicle goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csms.domain.altered import altered
from csms.domain.charging_profile import ProfilePurpose
from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId
from csms.domain.limits import Standing, Verdict
from csms.domain.metering import Reading
from csms.domain.profile_form import ProfileForm
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.transaction import Transaction
from csms.domain.vehicle import VehicleHabits
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.trial import Finding
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, limit, plug_in, transaction

E1 = EvseId("G-01", 1)
DEFAULT_ABOVE = ProfileForm(ProfilePurpose.TX_DEFAULT)


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


def test_others_make_room_at_once_for_a_station_that_is_not_trusted_any_more(
    live: LiveSite,
) -> None:
    for minutes in (0, 1):
        read(live, 17.1, 0.0, 0.0, at=after(minutes))
    live.pressing.clear()
    live.attended()
    read(live, 17.1, 0.0, 0.0, at=after(2))
    assert live.pressing.is_set()
    assert live.urgent.is_set()
    live.pressing.clear()
    read(live, 17.1, 0.0, 0.0, at=after(3))
    assert not live.pressing.is_set()  # it counts at its rating already


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


def test_reading_while_a_limit_is_on_its_way_neither_counts_nor_starts_the_count_anew(
    live: LiveSite,
) -> None:
    higher = limit((0, 24.0))
    for minutes in (0, 1):
        read(live, 20.0, 0.0, 0.0, at=after(minutes))
    evse(live).allowance = evse(live).allowance.sent(higher)
    read(live, 20.0, 0.0, 0.0, at=after(2))
    assert not evse(live).allowance.is_disobeyed
    evse(live).allow(evse(live).allowance.settled(higher, Verdict.REFUSED), after(2))
    read(live, 20.0, 0.0, 0.0, at=after(3))
    assert evse(live).allowance.is_disobeyed


def test_who_draws_too_much_is_not_trusted_though_it_has_just_taken_another_form(
    live: LiveSite,
) -> None:
    for minutes in (0, 1):
        read(live, 20.0, 0.0, 0.0, at=after(minutes))
    evse(live).watch(DEFAULT_ABOVE, after(1))
    live.attended()
    read(live, 20.0, 0.0, 0.0, at=after(2))
    assert evse(live).allowance.is_disobeyed
    assert live.urgent.is_set()
    assert evse(live).findings == []  # the form has had one reading only
    for minutes in (3, 4):
        read(live, 20.0, 0.0, 0.0, at=after(minutes))
    assert evse(live).findings == [Finding(DEFAULT_ABOVE, is_followed=False)]


def test_who_keeps_to_another_form_after_all_is_trusted_again(live: LiveSite) -> None:
    for minutes in (0, 1):
        read(live, 20.0, 0.0, 0.0, at=after(minutes))
    evse(live).watch(DEFAULT_ABOVE, after(1))
    for minutes, amps in enumerate((20.0, 16.0, 16.0, 16.0), start=2):
        read(live, amps, 0.0, 0.0, at=after(minutes))
    assert evse(live).findings == [Finding(DEFAULT_ABOVE, is_followed=True)]
    assert not evse(live).allowance.is_disobeyed


def test_readings_kept_while_offline_teach_nothing_of_now(live: LiveSite) -> None:
    for minutes in range(3):
        read(live, 32.0, 32.0, 32.0, at=after(minutes), now=after(60))
    assert not evse(live).allowance.is_disobeyed
    assert evse(live).habits == VehicleHabits()


def test_boot_lets_a_station_be_trusted_again_once_it_holds_its_fallback(live: LiveSite) -> None:
    evse(live).place = replace(evse(live).place, keeps_fallback=None)
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


def test_reading_from_before_a_lower_limit_was_accepted_counts_as_that_limit(
    live: LiveSite,
) -> None:
    planned_at, read_at = after(1), after(1) + timedelta(seconds=8)
    lower = limit((0, 8.0), starts_at=planned_at)
    read(live, 16.0, 16.0, 0.0, at=read_at)
    evse(live).allowance = evse(live).allowance.sent(lower)
    assert evse(live).drawn_a(read_at, live.settled) == (16.0, 16.0, 0.0)
    accepted_at = planned_at + timedelta(seconds=26)
    evse(live).allow(evse(live).allowance.settled(lower, Verdict.ACCEPTED), accepted_at)
    assert evse(live).drawn_a(accepted_at, live.settled) == (8.0, 8.0, 0.0)


def test_reading_counts_again_once_the_vehicle_had_time_to_follow(live: LiveSite) -> None:
    hold(evse(live), 8.0, starts_at=after(1))
    read(live, 16.0, 0.0, 0.0, at=after(1) + timedelta(seconds=5))
    assert evse(live).drawn_a(after(2), live.settled) == (8.0, 0.0, 0.0)
    read(live, 9.0, 0.0, 0.0, at=after(1) + timedelta(seconds=6))
    assert evse(live).drawn_a(after(2), live.settled) == (9.0, 0.0, 0.0)


def test_reading_from_before_a_step_of_a_limit_counts_as_what_the_step_allows(
    live: LiveSite,
) -> None:
    falling = limit((0, 16.0), (300, 10.0))
    evse(live).allow(replace(evse(live).allowance, accepted=falling), NOON)
    read(live, 16.0, 0.0, 0.0, at=after(5) + timedelta(seconds=5))
    assert evse(live).drawn_a(after(5) - timedelta(seconds=1), live.settled) == (16.0, 0.0, 0.0)
    assert evse(live).drawn_a(after(6), live.settled) == (10.0, 0.0, 0.0)


def test_reading_from_before_a_limit_lapsed_counts_as_the_fallback(live: LiveSite) -> None:
    read(live, 16.0, 0.0, 0.0, at=after(14))
    evse(live).allow(evse(live).allowance.lapsed(after(16)), after(16))
    assert evse(live).falls.last_at == after(15)
    assert evse(live).drawn_a(after(16), live.settled) == (6.0, 0.0, 0.0)


def test_reading_from_before_a_lower_limit_does_not_count_again_when_that_is_raised(
    live: LiveSite,
) -> None:
    read(live, 16.0, 12.0, 0.0)
    hold(evse(live), 8.0, after(1))
    hold(evse(live), 10.0, after(2))
    hold(evse(live), 16.0, after(3))
    assert evse(live).drawn_a(after(3), live.settled) == (8.0, 8.0, 0.0)
    read(live, 16.0, 12.0, 0.0, at=after(3.5))
    assert evse(live).drawn_a(after(4), live.settled) == (16.0, 12.0, 0.0)


def test_reading_from_before_a_step_down_and_up_again_counts_as_the_lower_one(
    live: LiveSite,
) -> None:
    stepped = limit((0, 16.0), (300, 8.0), (600, 16.0))
    evse(live).allow(replace(evse(live).allowance, accepted=stepped), NOON)
    read(live, 16.0, 0.0, 0.0, at=after(4))
    assert evse(live).drawn_a(after(11), live.settled) == (8.0, 0.0, 0.0)


def test_who_is_not_trusted_draws_what_its_meter_shows_whatever_it_was_told(
    live: LiveSite,
) -> None:
    read(live, 16.0, 0.0, 0.0)
    evse(live).distrust("Draws more than it was allowed")
    hold(evse(live), 8.0, after(1))
    assert evse(live).drawn_a(after(2), live.settled) == (16.0, 0.0, 0.0)


def test_low_limits_are_remembered_however_many_there_were_since_the_last_reading(
    live: LiveSite,
) -> None:
    read(live, 16.0, 0.0, 0.0)
    for minutes in range(1, 200):
        hold(evse(live), 7.0 if minutes == 1 else 8.0, after(minutes))
        hold(evse(live), 16.0, after(minutes + 0.5))
    assert evse(live).drawn_a(after(201), live.settled) == (7.0, 0.0, 0.0)


def test_vehicle_that_never_had_to_lower_its_current_draws_what_its_meter_shows(
    live: LiveSite,
) -> None:
    read(live, 17.0, 0.0, 0.0)
    assert evse(live).drawn_a(NOON, live.settled) == (17.0, 0.0, 0.0)
    assert evse_of(live, "G-02").drawn_a(NOON, live.settled) is None


def test_next_vehicle_is_not_taken_for_one_that_was_lowered(live: LiveSite) -> None:
    hold(evse(live), 8.0, starts_at=after(1))
    assert evse(live).falls.last_at == after(1)
    live.transaction_changed(transaction("G-01", ended_at=after(2)), after(2))
    live.transaction_changed(transaction("G-01", number=2, started_at=after(3)), after(3))
    assert evse(live).falls.last_at is None


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


def test_reports_on_what_the_site_does_not_have_change_nothing(live: LiveSite) -> None:
    live.dirty.clear()
    live.changed.clear()
    nowhere = altered(transaction("G-01", number=9), evse=EvseId("G-01", 7))
    live.transaction_changed(altered(nowhere, ended_at=NOON), NOON)
    live.transaction_changed(altered(nowhere, evse=None), NOON)
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


def stray(**more: Any) -> Transaction:
    """A transaction at an EVSE that the site file does not know."""
    return altered(transaction("G-01", number=9), evse=EvseId("G-01", 7), **more)


def test_vehicle_at_an_evse_that_the_file_does_not_know_counts_at_the_stations_rating(
    live: LiveSite, caplog: pytest.LogCaptureFixture
) -> None:
    assert not live.urgent.is_set()
    live.transaction_changed(stray(), NOON)
    found = live.evses[EvseId("G-01", 7)]
    assert (found.place.feeder_id, found.place.lines) == ("level-1", (1, 2, 3))
    assert found.allowance.now_a(NOON) == 32.0
    assert not live.has(EvseId("G-01", 7))
    assert live.urgent.is_set()  # who can be lowered has to be, at once
    live.transaction_changed(stray(energy_wh=500.0), after(1))
    assert caplog.messages == ["G-01/7 charges, which the site file does not know; counted at 32 A"]


def test_its_meter_is_read_as_any_other(live: LiveSite) -> None:
    live.transaction_changed(stray(), NOON)
    live.read(EvseId("G-01", 7), Reading(at=NOON, current_a=(20.0, 0.0, 0.0)), NOON)
    assert live.evses[EvseId("G-01", 7)].drawn_a(NOON, live.settled) == (20.0, 0.0, 0.0)


def test_it_is_forgotten_when_its_transaction_ends(live: LiveSite) -> None:
    live.transaction_changed(stray(), NOON)
    live.transaction_changed(stray(ended_at=after(5)), after(5))
    assert EvseId("G-01", 7) not in live.evses
    assert live.has(E1)


def test_it_is_forgotten_when_its_connector_is_free(live: LiveSite) -> None:
    live.transaction_changed(stray(), NOON)
    free = StatusChanged(
        station_id="G-01", evse_number=7, connector_number=1, status=ConnectorStatus.AVAILABLE
    )
    live.status_changed(free, after(3))
    assert EvseId("G-01", 7) not in live.evses
    live.status_changed(altered(free, evse_number=1), after(3))
    assert live.has(E1)


def test_transaction_whose_evse_is_not_told_is_nowhere(live: LiveSite) -> None:
    live.transaction_changed(altered(stray(), evse=None), NOON)
    assert set(live.evses) == {E1, EvseId("G-02", 1)}


def an_hour_slow(live: LiveSite) -> None:
    """Let three messages show that the clock of G-01 is an hour slow."""
    for seconds in (0, 30, 60):
        live.clock_seen("G-01", after(seconds / 60 - 60), after(seconds / 60))


def test_readings_of_a_station_whose_clock_is_slow_are_of_when_they_came(live: LiveSite) -> None:
    an_hour_slow(live)
    for minutes in (2, 3, 4):
        read(live, 32.0, 32.0, 32.0, at=after(minutes - 60), now=after(minutes))
    reading = evse(live).reading
    assert reading is not None
    assert reading.at == after(4)
    assert evse(live).allowance.is_disobeyed


def test_readings_of_a_station_whose_clock_is_fast_are_of_when_they_came(live: LiveSite) -> None:
    for minutes in (2, 3, 4):
        live.clock_seen("G-01", after(minutes + 60), after(minutes))
        read(live, 32.0, 32.0, 32.0, at=after(minutes + 60), now=after(minutes))
    reading = evse(live).reading
    assert reading is not None
    assert reading.at == after(4)
    assert evse(live).allowance.is_disobeyed


def test_wrong_clock_is_logged_once(live: LiveSite, caplog: pytest.LogCaptureFixture) -> None:
    for minutes in (0, 1, 2):
        live.clock_seen("G-01", after(minutes + 60), after(minutes))
    assert caplog.messages == ["its clock is 60 min fast"]


def test_limit_that_was_given_by_another_time_is_uncertain_until_it_is_given_anew(
    live: LiveSite,
) -> None:
    held = evse(live).allowance.accepted
    assert held is not None
    live.dirty.clear()
    live.clock_seen("G-01", NOON, NOON)
    assert evse(live).allowance.uncertain == ()
    assert not live.dirty.is_set()
    live.clock_seen("G-01", after(61), after(1))
    assert evse(live).allowance.uncertain == (held,)
    assert live.dirty.is_set()


def test_after_a_boot_nothing_is_known_of_the_clock(live: LiveSite) -> None:
    an_hour_slow(live)
    assert live.stations["G-01"].clock.error == timedelta(hours=-1)
    live.station_booted("G-01")
    assert live.stations["G-01"].clock.error == timedelta(0)


@pytest.mark.parametrize("hours", [-1, 1])
def test_transaction_began_when_it_did_whatever_its_stations_clock_shows(
    live: LiveSite, hours: int
) -> None:
    for minutes in (-2, -1, 0):
        live.clock_seen("G-02", after(minutes + 60 * hours), after(minutes))
    live.transaction_changed(transaction("G-02", started_at=after(60 * hours)), NOON)
    begun = evse_of(live, "G-02").transaction
    assert begun is not None
    assert begun.started_at == NOON


def test_transaction_of_the_year_9999_began_now(live: LiveSite) -> None:
    live.transaction_changed(
        transaction("G-02", started_at=datetime(9999, 12, 31, 23, tzinfo=UTC)), NOON
    )
    begun = evse_of(live, "G-02").transaction
    assert begun is not None
    assert begun.started_at == NOON


def test_guest_that_comes_leaves_the_description_of_the_site_as_it_is(live: LiveSite) -> None:
    site = live.site
    live.add_place(place("visitor", "level-1", 0.0))
    assert (live.site is site, live.guest_count, live.is_guest("visitor")) == (True, 1, True)
    assert live.has(EvseId("visitor", 1))
    live.remove_station("visitor")
    assert (live.site is site, live.guest_count) == (True, 0)
    assert not live.has(EvseId("visitor", 1))


def test_vehicle_that_takes_what_it_was_left_is_given_back_the_rest_at_once(live: LiveSite) -> None:
    plug_in(live, "G-01")
    hold(evse(live), 16.0)
    for minutes in range(1, 5):
        read(live, 8.0, 8.0, 8.0, at=after(minutes))
    assert evse(live).habits.ceiling_a == 10.0  # the others may have what it leaves
    hold(evse(live), 10.0, after(5))
    live.attended()
    live.pressing.clear()
    read(live, 8.0, 8.0, 8.0, at=after(6))
    assert not live.awaited.is_set()
    read(live, 9.8, 9.8, 9.8, at=after(7))
    assert evse(live).habits.ceiling_a is None
    assert live.awaited.is_set()
    assert not live.pressing.is_set()  # only a plan can take back what others have of it
