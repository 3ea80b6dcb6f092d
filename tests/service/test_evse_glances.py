"""What was seen of an EVSE is kept for as long as nothing of it has changed, and no longer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeAlias

import pytest

from csms.domain.altered import altered
from csms.domain.connector_limit import ConnectorLimit
from csms.domain.identity import EvseId
from csms.domain.security import SecurityProfile
from csms.domain.station import ConnectorStatus
from csms.domain.timetable import Departure, Timetable
from csms.domain.transaction import StatedNeed
from csms.service.evse_glances import Glance, Glances
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.site_view import EvseState, EvseView, NeedView
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, draw, evse_of, hold, plug_in, transaction

IsShown: TypeAlias = Callable[[EvseView], bool]

KEPT: Final = timedelta(seconds=5)
G_01: Final = EvseId("G-01", 1)


@pytest.fixture
def live() -> LiveSite:
    """Two chargers; at the first one a vehicle draws 15 A of 16 A until a quarter past noon."""
    site = LiveSite(small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 0.0)))
    connect(site, "G-01", "G-02")
    hold(plug_in(site, "G-01"), 16.0)
    draw(evse_of(site, "G-01"), 15.0, 15.0, 15.0, power_w=10_360.0)
    return site


@pytest.fixture
def glances() -> Glances:
    """Nothing was seen yet."""
    return Glances(lambda _station_id: SecurityProfile.TLS_PASSWORD, KEPT)


def seen(glances: Glances, live: LiveSite, at: datetime = NOON) -> Glance:
    """What is seen of the first charger."""
    return glances.look(live, None, at)[G_01]


def test_what_has_not_changed_is_not_made_anew(live: LiveSite, glances: Glances) -> None:
    first = seen(glances, live)
    assert seen(glances, live, NOON + timedelta(seconds=4)) is first


def test_after_a_while_it_is_looked_at_again(live: LiveSite, glances: Glances) -> None:
    first = seen(glances, live)
    again = seen(glances, live, NOON + KEPT)
    assert again is not first
    assert again.view == first.view


def status(evse: LiveEvse) -> IsShown:
    evse.status = ConnectorStatus.FAULTED
    return lambda view: view.state is EvseState.FAULTED


def reading(evse: LiveEvse) -> IsShown:
    draw(evse, 14.0, 14.0, 14.0, power_w=9_660.0)
    return lambda view: (view.power_w, view.current_a) == (9_660, (14.0, 14.0, 14.0))


def allowance(evse: LiveEvse) -> IsShown:
    hold(evse, 8.0)
    return lambda view: view.limit_a == 8.0


def refusal(evse: LiveEvse) -> IsShown:
    evse.refusal = "too many profiles"
    return lambda view: view.reason.text.endswith("did not take the last limit: too many profiles")


def mistrust(evse: LiveEvse) -> IsShown:
    evse.distrust("Draws more than it was allowed")
    return lambda view: view.limit_a == 32.0


def boost(evse: LiveEvse) -> IsShown:
    evse.boosted = 1
    return lambda view: view.is_boosted


@pytest.mark.parametrize("change", [status, reading, allowance, refusal, mistrust, boost])
def test_what_changes_is_seen_at_once(
    live: LiveSite, glances: Glances, change: Callable[[LiveEvse], IsShown]
) -> None:
    seen(glances, live)
    is_shown = change(evse_of(live, "G-01"))
    assert is_shown(seen(glances, live).view)


def test_station_that_leaves_is_seen_at_once(live: LiveSite, glances: Glances) -> None:
    seen(glances, live)
    live.station_disconnected("G-01")
    assert seen(glances, live).view.state is EvseState.OFFLINE


def test_command_that_waits_is_seen_at_once(live: LiveSite, glances: Glances) -> None:
    seen(glances, live)
    live.stations["G-01"].waiting = 1
    assert seen(glances, live).view.waiting == 1


def test_limit_that_lapses_is_seen_at_its_instant(live: LiveSite, glances: Glances) -> None:
    ends_at = NOON + timedelta(seconds=900)
    before = seen(glances, live, ends_at - timedelta(seconds=1))
    assert (before.view.limit_a, before.allowed_a) == (16.0, 16.0)
    after = seen(glances, live, ends_at)
    assert (after.view.limit_a, after.allowed_a) == (6.0, 6.0)


def test_limit_of_the_operator_ends_at_its_instant(live: LiveSite, glances: Glances) -> None:
    until_at = NOON + timedelta(seconds=3)
    evse_of(live, "G-01").operator_limit = ConnectorLimit(
        evse=G_01, amps=8.0, from_at=NOON, until_at=until_at
    )
    limit = seen(glances, live).view.operator_limit
    assert limit is not None
    assert limit.amps == 8.0
    assert seen(glances, live, until_at).view.operator_limit is None


def test_other_site_file_is_seen_at_once(live: LiveSite, glances: Glances) -> None:
    first = seen(glances, live)
    live.follow_file(replace(live.site, name="Another"))
    assert seen(glances, live) is not first


def test_timetable_is_seen_at_once(live: LiveSite, glances: Glances) -> None:
    seen(glances, live)
    live.timetable = Timetable([Departure(who=G_01, day=NOON.date(), leaves_at=time(18))])
    need = seen(glances, live).view.need
    assert need is not None
    assert need.departs_at == datetime(2026, 1, 14, 17, tzinfo=UTC)  # 18:00 in Oslo


def needed(glances: Glances, live: LiveSite, minutes: float) -> NeedView:
    """What the first charger's vehicle is seen to need so many minutes after noon."""
    need = seen(glances, live, after(minutes)).view.need
    assert need is not None
    return need


def test_need_that_is_told_is_not_reckoned_again_with_every_reading(
    live: LiveSite, glances: Glances
) -> None:
    first = needed(glances, live, 0)
    reading(evse_of(live, "G-01"))
    live.transaction_changed(transaction("G-01", energy_wh=900.0), after(1))
    assert needed(glances, live, 1) == first
    told = StatedNeed(energy_wh=9_000.0, departs_at=after(100))
    live.transaction_changed(transaction("G-01", energy_wh=900.0, need=told), after(2))
    need = needed(glances, live, 2)
    assert (need.energy_wh, need.departs_at) == (9_000.0, after(100))
    assert needed(glances, live, 60) is need
    assert needed(glances, live, 71).departs_at == after(101)  # it is taken to stay half an hour
    assert needed(glances, live, 72).departs_at == after(102)


def test_need_that_is_expected_changes_with_what_the_vehicle_has_got(
    live: LiveSite, glances: Glances
) -> None:
    evse = evse_of(live, "G-01")
    stays = [(after(-600 - n), after(-500 - n)) for n in range(4)]
    evse.past = tuple(
        transaction("G-01", n, started_at=came, ended_at=left, energy_wh=5_000.0)
        for n, (came, left) in enumerate(stays, start=2)
    )
    assert needed(glances, live, 0).energy_wh == 5_000.0
    assert evse.transaction is not None
    evse.transaction = altered(evse.transaction, energy_wh=7_000.0)
    assert needed(glances, live, 0.01).energy_wh == 8_000.0  # it still takes some
    assert needed(glances, live, 200).departs_at == after(230)


def test_next_vehicle_has_a_need_of_its_own(live: LiveSite, glances: Glances) -> None:
    before = needed(glances, live, 0)
    live.transaction_changed(transaction("G-01", ended_at=after(1)), after(1))
    assert seen(glances, live, after(1)).view.need is None
    plug_in(live, "G-01", number=2, started_at=after(-3))
    need = needed(glances, live, 2)
    assert before.departs_at - need.departs_at == timedelta(minutes=3)


def test_charger_that_is_gone_is_not_seen_any_more(live: LiveSite, glances: Glances) -> None:
    glances.look(live, None, NOON)
    live.remove_station("G-02")
    assert list(glances.look(live, None, NOON)) == [G_01]


def test_sight_of_a_charger_brings_what_feeders_carry(live: LiveSite, glances: Glances) -> None:
    one = seen(glances, live)
    assert [amps for _, amps in one.drawn] == [15.0, 15.0, 15.0]
    assert seen(Glances(lambda _: SecurityProfile.NONE), live).view.security_profile == 0
