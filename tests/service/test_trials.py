"""One station of a make is tried before limits of the make are believed."""

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from csms.domain.dialect import Dialect, FormRecord, StationMake
from csms.domain.identity import EvseId
from csms.domain.limits import Standing, Verdict
from csms.domain.metering import Reading
from csms.domain.profile_form import PLAIN_TX
from csms.domain.vehicle import VehicleHabits
from csms.service.grid_guard import adds_to_overload, keep_books
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import build_problem, can_be_steered
from csms.service.reason_text import explain_evse
from csms.service.trial import Finding, Trial
from csms.service.trials import needs_proof, on_trial, trial_limit, trial_limits
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, plug_in, with_meter
from tests.service.stubborn import MAKE

OTHER: Final = StationMake(protocol="1.6", vendor="Borea", model="Pole", firmware="2.0")
SURE: Final = Dialect(records={PLAIN_TX: FormRecord(is_accepted=True, is_sure=True)})


def yard(**makes: StationMake) -> LiveSite:
    """Chargers of 32 A on one level of 40 A, at each of which a vehicle charges."""
    live = LiveSite(small_site(*(place(name, "level-1", 0.0) for name in makes)))
    connect(live, *makes)
    for number, (name, make) in enumerate(makes.items(), start=1):
        live.stations[name].make = make
        plug_in(live, name, number=number)
    return live


def give(live: LiveSite, evse: LiveEvse) -> None:
    """Let the station accept its first limit."""
    limit = trial_limit(live, evse, NOON).limit
    evse.allow(evse.allowance.sent(limit).settled(limit, Verdict.ACCEPTED), NOON)


def draw(live: LiveSite, amps: float, minute: float) -> None:
    """Let the meter show a current."""
    live.read(EvseId("A", 1), Reading(at=after(minute), current_a=(amps, 0.0, 0.0)), after(minute))


def test_one_of_each_make_is_on_trial_and_stays_on_it() -> None:
    live = yard(A=MAKE, B=MAKE, C=OTHER)
    assert [evse.place.evse for evse in on_trial(live)] == [EvseId("A", 1), EvseId("C", 1)]
    plug_in(live, "B", number=9)
    assert evse_of(live, "A").allowance.is_on_trial
    assert not evse_of(live, "B").allowance.is_on_trial


def test_vehicle_that_takes_nothing_gives_way_to_another_of_its_make() -> None:
    live = yard(A=MAKE, B=MAKE)
    on_trial(live)
    evse_of(live, "A").habits = VehicleHabits(is_content=True)
    assert [evse.place.evse for evse in on_trial(live)] == [EvseId("B", 1)]
    assert not evse_of(live, "A").allowance.is_on_trial


def test_any_limit_of_who_is_on_trial_counts_at_the_rating_until_it_lapses() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    assert evse.allowance.now_a(NOON) == 0.0
    give(live, evse)
    assert evse.allowance.now_a(NOON) == 32.0
    assert keep_books(live, NOON).allowed_a["level-1"][0, 0] == 32.0
    assert evse.allowance.now_a(after(5.99)) == 32.0
    assert evse.allowance.now_a(after(6)) == 0.0


def test_trial_begins_only_where_there_is_room_for_the_rating() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    limit = trial_limit(live, evse, NOON).limit
    assert limit.steps == ((0, 6.0),)
    proposed = {evse.place.evse: evse.allowance.sent(limit)}
    assert not adds_to_overload(live, NOON, proposed)
    level = replace(live.site.feeders[1], limit=flat(31.0))
    live.site = replace(live.site, feeders=(live.site.feeders[0], level, live.site.feeders[2]))
    assert adds_to_overload(live, NOON, proposed)


def test_plan_leaves_room_for_the_rating_of_who_is_to_be_tried() -> None:
    live = yard(A=MAKE, B=MAKE)
    on_trial(live)
    problem = build_problem(live, NOON)
    assert problem.evses == ()
    tried, waiting = problem.reservations
    assert (tried.key, tried.amps[0], tried.amps[-1]) == ("A/1", 32.0, 0.0)
    assert (waiting.key, np.max(waiting.amps)) == ("B/1", 0.0)


def test_once_one_has_kept_to_its_limit_all_of_its_make_are_steered() -> None:
    live = yard(A=MAKE, B=MAKE, C=OTHER)
    on_trial(live)
    live.dialects.put(live.stations["A"], SURE)
    assert [evse.place.evse for evse in on_trial(live)] == [EvseId("C", 1)]
    assert can_be_steered(live, evse_of(live, "A"))
    assert can_be_steered(live, evse_of(live, "B"))
    assert not can_be_steered(live, evse_of(live, "C"))


def test_who_is_on_trial_is_told_nothing_while_too_much_is_allowed() -> None:
    live = yard(A=MAKE, B=MAKE)
    [evse] = on_trial(live)
    assert trial_limits(live, [evse], NOON) == [trial_limit(live, evse, NOON)]
    give(live, evse)  # 32 A of 40 A
    evse_of(live, "B").distrust("Draws more than it was allowed")
    assert trial_limits(live, [evse], NOON) == []


def test_nobody_is_tried_where_the_rating_never_fits_beside_the_fallbacks_of_others() -> None:
    live = LiveSite(small_site(place("A", "level-1", 0.0), place("B", "level-1", 9.0)))
    connect(live, "A", "B")
    live.stations["A"].make = MAKE
    assert not needs_proof(live, evse_of(live, "A"))  # 40 A are 32 A and 8 A
    live = LiveSite(small_site(place("A", "level-1", 0.0), place("B", "level-1", 8.0)))
    live.stations["A"].make = MAKE
    assert needs_proof(live, evse_of(live, "A"))


def test_nobody_is_tried_for_whom_somebody_vouches() -> None:
    live = yard(A=MAKE)
    evse_of(live, "A").place = replace(evse_of(live, "A").place, keeps_limits=True)
    assert on_trial(live) == []
    assert can_be_steered(live, evse_of(live, "A"))


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.REFUSED])
def test_who_does_not_hold_its_fallback_is_not_tried(standing: Standing) -> None:
    live = yard(A=MAKE)
    evse_of(live, "A").allowance = evse_of(live, "A").allowance.restanding(standing)
    assert on_trial(live) == []


def test_trial_ends_with_its_transaction() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    give(live, evse)
    assert evse.allowance.transaction_ended().now_a(NOON) == 0.0
    assert not evse.allowance.transaction_ended().is_on_trial


def test_current_that_stays_below_the_limit_by_itself_proves_nothing() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    give(live, evse)
    evse.trial = Trial(PLAIN_TX, NOON)
    for minute in range(1, 3):
        draw(live, 3.0, minute)
    assert evse.findings == []
    for minute in range(3, 6):
        draw(live, 5.8, minute)
    assert evse.findings == [Finding(PLAIN_TX, is_followed=True)]


def test_current_within_a_limit_that_may_yet_be_refused_proves_nothing() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    give(live, evse)
    evse.trial = Trial(PLAIN_TX, NOON)
    higher = replace(trial_limit(live, evse, NOON).limit, steps=((0, 16.0),))
    evse.allowance = evse.allowance.sent(higher)
    for minute in range(1, 4):
        draw(live, 16.0, minute)
    assert evse.findings == []
    for minute in range(4, 6):
        draw(live, 6.0, minute)  # whichever of both it holds, it keeps to one
    draw(live, 6.0, 5.5)
    assert evse.findings == [Finding(PLAIN_TX, is_followed=True)]


def test_current_above_the_limit_is_found_though_the_rating_counts() -> None:
    live = yard(A=MAKE)
    [evse] = on_trial(live)
    give(live, evse)
    evse.trial = Trial(PLAIN_TX, NOON)
    for minute in range(1, 4):
        draw(live, 16.0, minute)
    assert evse.findings == [Finding(PLAIN_TX, is_followed=False)]
    assert evse.allowance.now_a(after(4)) == 32.0


def test_reason_tells_who_is_tried_and_who_waits_for_it() -> None:
    live = yard(A=MAKE, B=MAKE)
    on_trial(live)
    tried, waiting = (
        explain_evse(live, evse_of(live, name), NOON, {}, {}).text for name in ("A", "B")
    )
    assert tried == (
        "Tried with 6 A, as its make has not shown yet that it keeps to limits; "
        "counted at its rating of 32 A"
    )
    assert waiting == "Waits until another of its make has shown that it keeps to limits"


def test_trial_needs_room_only_for_as_long_as_measurements_count() -> None:
    site = with_meter(small_site(place("A", "level-1", 0.0)), flat(50.0), step_a=0.0)
    live = LiveSite(site)
    connect(live, "A")
    live.stations["A"].make = MAKE
    plug_in(live, "A")
    live.read_feeder("intake", NOON, (10.0, 10.0, 10.0))
    [evse] = on_trial(live)
    limit = trial_limit(live, evse, NOON).limit
    assert limit.ends_at == after(6)  # later the worst case leaves 13 of 63 A
    assert not adds_to_overload(live, NOON, {evse.place.evse: evse.allowance.sent(limit)})
