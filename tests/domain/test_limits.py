from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.limits import Allowance, Standing, TimedLimit, Verdict
from csms.domain.profile_form import ProfileForm

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def limit(*steps: tuple[int, float], start: float = 0, end: float = 900) -> TimedLimit:
    return TimedLimit(starts_at=after(start), ends_at=after(end), steps=steps)


HELD = Allowance(rating_a=32.0, fallback_a=6.0, standing=Standing.HELD)


# What a limit says over time: 10 A, after 5 min 16 A, after 10 min 8 A, lapses after 15 min.
STEPPED = limit((0, 10.0), (300, 16.0), (600, 8.0))


@pytest.mark.parametrize(
    ("seconds", "amps"),
    [
        (-0.001, None),
        (0, 10.0),
        (299.999, 10.0),
        (300, 16.0),
        (600, 8.0),
        (899.999, 8.0),
        (900, None),
        (5000, None),
    ],
)
def test_each_step_holds_from_its_second_until_the_next(seconds: float, amps: float | None) -> None:
    assert STEPPED.at(after(seconds)) == amps


def test_course_is_the_most_that_may_be_drawn_in_each_slot() -> None:
    allowance = replace(HELD, accepted=STEPPED).sent(limit((0, 12.0), start=450, end=700))
    edges = [after(seconds) for seconds in (-600, 0, 299, 300, 500, 600, 700, 899, 900, 2000)]
    course_a = [6.0, 10.0, 10.0, 16.0, 16.0, 12.0, 8.0, 8.0, 6.0]
    assert allowance.course_a(edges) == course_a
    assert replace(allowance, rating_a=11.0).course_a(edges) == [min(11.0, a) for a in course_a]
    assert replace(allowance, is_on_trial=True).course_a(edges) == [6.0, *[32.0] * 7, 6.0]
    assert allowance.course_a([after(200), after(400), after(800)]) == [16.0, 16.0]


def test_course_of_who_holds_no_limit_is_its_fallback() -> None:
    assert HELD.course_a([after(0), after(10), after(20)]) == [6.0, 6.0]
    unknown = HELD.restanding(Standing.UNKNOWN)
    assert unknown.course_a([after(0), after(10)]) == [32.0]


@pytest.mark.parametrize(
    ("start", "end", "amps"),
    [
        (0, 300, 10.0),
        (0, 301, 16.0),
        (299, 301, 16.0),
        (600, 900, 8.0),
        (599, 900, 16.0),
        (-600, 0, None),
        (-600, 1, 10.0),
        (-600, 2000, 16.0),
        (900, 2000, None),
    ],
)
def test_most_of_a_limit_is_the_highest_step_that_the_stretch_touches(
    start: float, end: float, amps: float | None
) -> None:
    assert STEPPED.most_a(after(start), after(end)) == amps


@pytest.mark.parametrize(
    ("start", "end", "amps"),
    [(0, 300, 10.0), (200, 700, 8.0), (300, 600, 16.0), (899, 2000, 8.0), (900, 901, None)],
)
def test_least_of_a_limit_is_the_lowest_step_that_the_stretch_touches(
    start: float, end: float, amps: float | None
) -> None:
    assert STEPPED.least_a(after(start), after(end)) == amps


def test_least_that_may_be_drawn_is_the_lowest_of_all_that_may_hold() -> None:
    none = timedelta(0)
    held = HELD.sent(STEPPED).settled(STEPPED, Verdict.ACCEPTED)
    assert HELD.least_a(after(0), after(60), none) == 6.0
    assert held.least_a(after(310), after(400), none) == 16.0
    assert held.least_a(after(310), after(400), timedelta(seconds=60)) == 10.0
    assert held.least_a(after(310), after(900), none) == 8.0
    assert held.least_a(after(310), after(901), none) == 6.0
    lower = held.sent(limit((0, 7.0)))
    assert lower.least_a(after(310), after(400), none) == 7.0
    assert replace(held, rating_a=12.0).least_a(after(310), after(400), none) == 12.0


def test_step_that_would_begin_after_the_limit_has_lapsed_never_holds() -> None:
    overlong = limit((0, 10.0), (1200, 32.0))
    assert overlong.most_a(after(800), after(1300)) == 10.0
    assert overlong.most_a(after(1200), after(1300)) is None


def test_limit_tells_every_instant_at_which_it_changes() -> None:
    assert STEPPED.edges() == (after(0), after(300), after(600), after(900))


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.REFUSED])
def test_station_that_may_not_hold_its_fallback_is_counted_at_its_rating(
    standing: Standing,
) -> None:
    allowance = Allowance(rating_a=32.0, fallback_a=6.0, standing=standing)
    assert allowance.now_a(NOON) == 32.0
    # OCPP 1.6 §3.13.6: when a limit lapses and no other profile is left, nothing limits.
    limited = allowance.settled(limit((0, 10.0)), Verdict.ACCEPTED)
    assert limited.most_a(after(0), after(60)) == 32.0


def test_held_fallback_is_all_that_counts_without_a_limit() -> None:
    assert HELD.most_a(after(0), after(86_400)) == 6.0


def test_allowance_learns_that_the_fallback_is_held() -> None:
    allowance = Allowance(rating_a=32.0, fallback_a=6.0)
    assert allowance.restanding(Standing.HELD).now_a(NOON) == 6.0


def test_accepted_limit_counts_until_it_lapses() -> None:
    allowance = HELD.settled(limit((0, 16.0)), Verdict.ACCEPTED)
    assert allowance.now_a(after(0)) == 16.0
    assert allowance.now_a(after(899)) == 16.0
    assert allowance.now_a(after(900)) == 6.0
    assert allowance.most_a(after(899), after(2000)) == 16.0


def test_limit_below_the_fallback_does_not_free_the_fallback() -> None:
    # A reboot drops the limit and leaves the fallback: it may draw 6 A at any time.
    allowance = HELD.settled(limit((0, 0.0)), Verdict.ACCEPTED)
    assert allowance.now_a(after(1)) == 6.0


def test_limit_above_the_rating_counts_as_the_rating() -> None:
    allowance = HELD.settled(limit((0, 63.0)), Verdict.ACCEPTED)
    assert allowance.now_a(after(1)) == 32.0


def test_increase_counts_as_soon_as_it_is_sent() -> None:
    allowance = HELD.settled(limit((0, 10.0)), Verdict.ACCEPTED).sent(limit((0, 16.0)))
    assert allowance.now_a(after(1)) == 16.0


def test_decrease_frees_nothing_before_it_is_accepted() -> None:
    lower = limit((0, 8.0))
    sent = HELD.settled(limit((0, 16.0)), Verdict.ACCEPTED).sent(lower)
    assert sent.now_a(after(1)) == 16.0
    assert sent.settled(lower, Verdict.ACCEPTED).now_a(after(1)) == 8.0


def test_refused_limit_leaves_the_last_accepted_one_in_force() -> None:
    higher = limit((0, 20.0))
    allowance = HELD.settled(limit((0, 10.0)), Verdict.ACCEPTED).sent(higher)
    assert allowance.settled(higher, Verdict.REFUSED).now_a(after(1)) == 10.0


@pytest.mark.parametrize(
    ("since", "until", "falls"),
    [
        (0, 299, []),
        (0, 300, [(300, 8.0)]),
        (300, 899, []),
        (0, 2000, [(300, 8.0), (900, 6.0)]),
    ],
)
def test_allowance_falls_by_itself_at_the_steps_and_at_the_end_of_a_limit(
    since: float, until: float, falls: list[tuple[float, float]]
) -> None:
    allowance = HELD.settled(limit((0, 16.0), (300, 8.0), (600, 12.0)), Verdict.ACCEPTED)
    assert allowance.falls(after(since), after(until)) == [(after(at), to_a) for at, to_a in falls]


@pytest.mark.parametrize(
    ("allowance", "falls_at"),
    [
        (HELD, None),
        (replace(HELD, accepted=STEPPED), after(900)),
        (replace(HELD, accepted=limit((0, 16.0), (300, 4.0))), after(300)),
        (replace(HELD, accepted=limit((0, 6.0))), None),
        (replace(HELD, accepted=limit((0, 16.0), start=-900, end=0)), None),
        (replace(HELD, accepted=STEPPED, uncertain=(limit((0, 8.0), end=1200),)), after(1200)),
        (replace(HELD, accepted=limit((0, 40.0)), is_disobeyed=True), None),
    ],
)
def test_silent_station_draws_its_fallback_from_where_the_last_higher_limit_lapses(
    allowance: Allowance, falls_at: datetime | None
) -> None:
    assert allowance.falls_to_standing_at(NOON) == falls_at


def test_step_below_the_fallback_falls_to_the_fallback_once() -> None:
    allowance = HELD.settled(limit((0, 16.0), (300, 4.0), (600, 0.0)), Verdict.ACCEPTED)
    assert allowance.falls(NOON, after(1000)) == [(after(300), 6.0)]


def test_uncertain_limit_counts_beside_the_accepted_one_until_it_lapses() -> None:
    accepted, lost = limit((0, 10.0), end=900), limit((0, 20.0), start=60, end=600)
    allowance = HELD.settled(accepted, Verdict.ACCEPTED).sent(lost)
    allowance = allowance.settled(lost, Verdict.UNCERTAIN)
    assert allowance.now_a(after(59)) == 10.0
    assert allowance.now_a(after(60)) == 20.0
    assert allowance.now_a(after(599)) == 20.0
    assert allowance.now_a(after(600)) == 10.0
    assert allowance.now_a(after(900)) == 6.0


def test_accepted_limit_replaces_all_that_was_uncertain_before() -> None:
    lost, next_one = limit((0, 20.0)), limit((0, 8.0))
    allowance = HELD.sent(lost).settled(lost, Verdict.UNCERTAIN)
    allowance = allowance.sent(next_one).settled(next_one, Verdict.ACCEPTED)
    assert allowance.now_a(after(1)) == 8.0


def test_refusal_of_the_second_of_two_equal_limits_leaves_the_first_uncertain() -> None:
    first, second = limit((0, 20.0)), limit((0, 20.0))
    allowance = HELD.sent(first).settled(first, Verdict.UNCERTAIN).sent(second)
    assert allowance.settled(second, Verdict.REFUSED).now_a(after(1)) == 20.0


def test_acceptance_of_a_limit_leaves_one_that_was_sent_after_it_uncertain() -> None:
    first, second = limit((0, 10.0)), limit((0, 20.0))
    allowance = HELD.sent(first).sent(second).settled(first, Verdict.ACCEPTED)
    assert (allowance.accepted, allowance.uncertain) == (first, (second,))
    assert allowance.now_a(after(1)) == 20.0
    assert allowance.settled(second, Verdict.ACCEPTED).uncertain == ()


def test_station_that_disobeys_is_counted_at_its_rating_whatever_it_accepted() -> None:
    disobeyed = Allowance(
        rating_a=32.0,
        fallback_a=6.0,
        standing=Standing.HELD,
        accepted=limit((0, 8.0)),
        is_disobeyed=True,
    )
    assert disobeyed.now_a(after(1)) == 32.0


def test_lapsed_limits_are_forgotten_and_living_ones_kept() -> None:
    short, long = limit((0, 16.0), end=300), limit((0, 12.0), end=900)
    allowance = HELD.settled(short, Verdict.ACCEPTED).sent(long)
    kept = allowance.lapsed(after(300))
    assert kept.accepted is None
    assert kept.uncertain == (long,)
    assert allowance.lapsed(after(299)) is allowance


def test_limits_end_with_the_transaction_that_they_were_for() -> None:
    allowance = HELD.settled(limit((0, 16.0)), Verdict.ACCEPTED).sent(limit((0, 20.0)))
    assert allowance.transaction_ended() == HELD


def test_allowance_changes_by_itself_only_at_edges_of_its_limits() -> None:
    accepted, sent = limit((0, 10.0), (300, 16.0)), limit((0, 12.0), start=60, end=960)
    allowance = HELD.settled(accepted, Verdict.ACCEPTED).sent(sent)
    assert allowance.edges() == (after(0), after(300), after(900), after(60), after(960))
    assert HELD.edges() == ()


def test_an_evening_of_limits_is_counted_right_at_every_step() -> None:
    first, lost, lower = (
        limit((0, 16.0), end=900),
        limit((0, 20.0), start=300, end=1200),
        limit((0, 10.0), start=600, end=1500),
    )
    allowance = HELD.sent(first)
    assert allowance.now_a(after(0)) == 16.0  # may be in force already
    allowance = allowance.settled(first, Verdict.ACCEPTED)
    allowance = allowance.sent(lost).settled(lost, Verdict.UNCERTAIN)  # no answer
    assert allowance.now_a(after(310)) == 20.0
    allowance = allowance.sent(lower)
    assert allowance.now_a(after(610)) == 20.0
    allowance = allowance.settled(lower, Verdict.ACCEPTED)
    assert allowance.now_a(after(620)) == 10.0
    assert allowance.now_a(after(1500)) == 6.0  # the link is lost: back to the fallback
    assert allowance.restanding(Standing.UNKNOWN).now_a(after(1500)) == 32.0  # it has rebooted


amps = st.floats(min_value=0, max_value=80)


@given(accepted=amps, sent=st.lists(amps, max_size=4), seconds=st.integers(-100, 2000))
def test_allowance_is_never_below_the_fallback_nor_above_the_rating(
    accepted: float, sent: list[float], seconds: int
) -> None:
    allowance = HELD.settled(limit((0, accepted)), Verdict.ACCEPTED)
    for one in sent:
        allowance = allowance.sent(limit((0, one)))
    assert 6.0 <= allowance.now_a(after(seconds)) <= 32.0


def test_cut_keeps_the_lower_of_old_and_new_at_every_time() -> None:
    held = replace(HELD, fallback_a=0.0, accepted=limit((0, 16.0), (300, 6.0)))
    wanted = limit((0, 10.0), (400, 8.0), start=100, end=1000)
    cut = held.cut(wanted, max_steps=6)
    assert cut.steps == ((0, 10.0), (200, 6.0))
    assert (cut.starts_at, cut.ends_at) == (after(100), after(900))  # with the one that it replaces


def test_cut_falls_below_the_fallback_where_that_is_wanted() -> None:
    held = replace(HELD, accepted=limit((0, 16.0)))
    wanted = limit((0, 10.0), (400, 0.0), start=100, end=1000)
    cut = held.cut(wanted, max_steps=6)
    assert cut.steps == ((0, 10.0), (400, 0.0))
    assert cut.ends_at == after(1000)


def test_cut_of_a_limit_that_is_nowhere_higher_is_that_limit() -> None:
    held = replace(HELD, accepted=limit((0, 16.0)))
    wanted = limit((0, 10.0), (300, 8.0))
    assert held.cut(wanted, max_steps=6) == wanted


def test_cut_merges_what_a_station_cannot_take_into_the_lowest() -> None:
    held = replace(HELD, fallback_a=0.0, accepted=limit((0, 16.0), (300, 6.0)))
    wanted = limit((0, 10.0), (400, 5.0), start=100, end=1000)
    assert held.cut(wanted, max_steps=2).steps == ((0, 10.0), (200, 5.0))
    assert held.cut(wanted, max_steps=1).steps == ((0, 5.0),)


@given(
    held=st.lists(st.sampled_from([0.0, 6.0, 10.0, 16.0]), min_size=1, max_size=4),
    wanted=st.lists(st.sampled_from([0.0, 6.0, 10.0, 16.0]), min_size=1, max_size=4),
    fallback_a=st.sampled_from([0.0, 6.0]),
    start=st.integers(0, 800),
    max_steps=st.integers(1, 6),
)
def test_cut_raises_nobody_and_is_never_above_what_was_wanted(
    held: list[float], wanted: list[float], fallback_a: float, start: int, max_steps: int
) -> None:
    old = limit(*((150 * i, amps) for i, amps in enumerate(held)))
    new = limit(*((200 * i, amps) for i, amps in enumerate(wanted)), start=start, end=start + 900)
    allowance = replace(HELD, fallback_a=fallback_a, accepted=old)
    cut = allowance.cut(new, max_steps)
    assert len(cut.steps) <= max_steps
    for second in range(start, start + 900, 25):
        amps = cut.at(after(second))
        most_a = min(new.at(after(second)) or 0.0, allowance.now_a(after(second)))
        assert (allowance.standing_a if amps is None else amps) <= most_a


DEFAULT_FORM = ProfileForm(ProfilePurpose.TX_DEFAULT)


def test_limit_of_another_form_takes_the_place_of_none() -> None:
    own, default = limit((0, 16.0)), replace(limit((0, 10.0)), form=DEFAULT_FORM)
    allowance = HELD.settled(own, Verdict.ACCEPTED).sent(default)
    both = allowance.settled(default, Verdict.ACCEPTED)
    assert (both.accepted, both.lingering) == (default, (own,))
    assert both.now_a(NOON) == 16.0
    assert both.cleared(own.form.slot).now_a(NOON) == 10.0
    assert both.cleared(default.form.slot) == both
    assert both.lapsed(after(900)) == HELD


def test_limit_that_may_have_been_taken_lingers_beside_one_of_another_form() -> None:
    own, default = limit((0, 16.0)), replace(limit((0, 10.0)), form=DEFAULT_FORM)
    allowance = HELD.sent(own).sent(default).settled(default, Verdict.ACCEPTED)
    assert (allowance.lingering, allowance.uncertain) == ((own,), ())
    again = allowance.sent(own).settled(own, Verdict.ACCEPTED)
    assert (again.accepted, again.lingering) == (own, (default,))


def test_default_outlives_the_transaction_and_its_own_limit_does_not() -> None:
    own, default = limit((0, 20.0)), replace(limit((0, 10.0)), form=DEFAULT_FORM)
    allowance = HELD.settled(default, Verdict.ACCEPTED).settled(own, Verdict.ACCEPTED)
    assert allowance.now_a(NOON) == 20.0
    assert allowance.transaction_ended().now_a(NOON) == 10.0
    assert HELD.sent(default).transaction_ended().now_a(NOON) == 10.0
    assert allowance.bare() == HELD


def test_capped_limit_is_nowhere_higher() -> None:
    stepped = limit((0, 4.0), (300, 16.0), (600, 20.0))
    assert stepped.capped(6.0).steps == ((0, 4.0), (300, 6.0))
    assert limit((0, 4.0)).capped(6.0).steps == ((0, 4.0),)


@pytest.mark.parametrize(
    ("seconds", "most_a", "steps"),
    [
        (40, 6.0, ((0, 6.0), (40, 16.0), (300, 10.0))),
        (300, 6.0, ((0, 6.0), (300, 10.0))),
        (400, 6.0, ((0, 6.0), (400, 10.0))),
        (400, 12.0, ((0, 12.0), (300, 10.0), (400, 10.0))),
        (40, 16.0, ((0, 16.0), (300, 10.0))),
        (0, 6.0, ((0, 16.0), (300, 10.0))),
    ],
)
def test_a_limit_that_is_held_back_rises_later(
    seconds: int, most_a: float, steps: tuple[tuple[int, float], ...]
) -> None:
    assert limit((0, 16.0), (300, 10.0)).held_back(seconds, most_a).steps == steps


def test_steps_upward_come_later_and_those_downward_when_they_should() -> None:
    later = limit((0, 10.0), (300, 16.0), (600, 8.0)).raised_later(6)
    assert later.steps == ((0, 10.0), (306, 16.0), (600, 8.0))
    assert limit((0, 6.0), (300, 16.0), (304, 8.0)).raised_later(6).steps == ((0, 6.0), (310, 8.0))
    assert limit((0, 10.0), (895, 16.0), end=900).raised_later(6).steps == ((0, 10.0),)
