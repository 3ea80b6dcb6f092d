"""What excuses an excess, for how long, and how much of it: worked by hand.

Row-a may carry 40 A; A-1, A-2 and A-3 hang below it, and none of them has a fallback; so does a
heater of 16 A.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.chaos.excuse import SuddenStep
from simulators.chaos.excuses import Excuses
from simulators.chaos.judge import StrictJudge
from simulators.grid import Load
from simulators.site import Place
from simulators.stations.outlet import OutletModel
from simulators.supply import Earthing, Supply
from tests.simulators.sites import small_site

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
LINES = 3
HEATER = Place(
    station_id="heater",
    feeder_id="row-a",
    lines=(1, 2, 3),
    model=OutletModel(number=0, supply=Supply(Earthing.TN), line_count=3, max_a=16.0, min_a=0.0),
)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Court:
    """A judge, what it may excuse, and who can be told what."""

    def __init__(self, folder: Path, earthing: str = "TN", heater: Place = HEATER) -> None:
        self.untold: set[str] = set()
        self.wakes: list[datetime] = []
        site = replace(small_site(folder, earthing), resources=(heater,))
        self.judge = StrictJudge(site)
        self.excuses = Excuses(site, lambda name, _now: name not in self.untold, self.wakes.append)
        self.judge.excuses = self.excuses
        self.judge.observe_uncontrolled(NOON, {})

    def draw(self, at_s: float, station: str, amps: float) -> None:
        self.judge.observe_vehicle(after(at_s), Load(station, 1, (amps, amps, amps)))

    def heat(self, at_s: float, amps: float, told_a: float) -> None:
        self.excuses.resource_draws(("heater", 0), amps, told_a, after(at_s))
        self.judge.observe_vehicle(after(at_s), Load("heater", 0, (amps, amps, amps)))

    def building(self, at_s: float, amps: float) -> None:
        self.judge.observe_uncontrolled(after(at_s), {"row-a": (amps, amps, amps)})

    def let_pass(self, until_s: float) -> tuple[float, float]:
        """Let time pass, with all looks that were asked for; what is over, and excused: A s."""
        for at in sorted({at for at in self.wakes if at <= after(until_s)}):
            if self.judge._seen_at is None or at > self.judge._seen_at:
                self.judge.look_again(at)
        self.judge.pass_time(after(until_s))
        return self.judge.over_as / LINES, self.judge.excused_as / LINES

    def step(self, from_s: float, until_s: float, told_apart_s: float = 0.0) -> None:
        self.excuses.steps_up(
            SuddenStep(
                feeder_id="row-a",
                starts_at=after(from_s),
                ends_at=after(until_s),
                told_apart_at=after(from_s + told_apart_s),
            )
        )


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return Court(tmp_path)


def test_sudden_step_is_excused_until_its_meter_was_read_and_all_have_followed(
    court: Court,
) -> None:
    court.draw(0, "A-1", 30)
    court.step(10, 600)
    court.building(10, 15)  # 45 A
    court.excuses.meter_read("row-a", after(40))  # answered within 1 s, followed within 5 s
    assert court.let_pass(56) == pytest.approx((5 * 10, 5 * 36))


def test_meter_of_another_feeder_has_shown_nothing(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.step(10, 600)
    court.building(10, 15)
    court.excuses.meter_read("main", after(40))
    assert court.let_pass(60) == pytest.approx((0.0, 5 * 50))


def test_server_that_has_died_needs_another_reading(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.step(10, 600)
    court.building(10, 15)
    court.excuses.meter_read("row-a", after(40))
    court.excuses.server_is_gone()
    court.let_pass(70)
    court.excuses.meter_read("row-a", after(70))
    assert court.let_pass(80) == pytest.approx((5 * 4, 5 * 66))


def test_server_whose_database_is_locked_answers_when_that_is_over(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.step(10, 600)
    court.building(10, 15)
    court.excuses.server_is_held(after(48))
    court.excuses.meter_read("row-a", after(40))  # it can write from 48 s on, and does by 49 s
    assert court.let_pass(65) == pytest.approx((5 * 10, 5 * 45))


def test_excess_without_a_step_is_not_excused(court: Court) -> None:
    court.step(10, 20)
    court.draw(30, "A-1", 45)
    assert court.let_pass(40) == pytest.approx((5 * 10, 0.0))


def test_station_that_cannot_be_told_explains_what_it_draws_until_its_call_has_run_out(
    court: Court,
) -> None:
    court.untold.add("A-2")
    court.draw(0, "A-1", 30)
    court.draw(0, "A-2", 4)
    court.step(10, 600)
    court.building(10, 15)  # 49 A: 9 A too much, of which A-2 explains 4 A
    court.excuses.meter_read("row-a", after(10))
    assert court.let_pass(26) == pytest.approx((5 * 10, 9 * 6 + 4 * 10))
    over_as, excused_as = court.let_pass(46)  # the call has run out: A-1 could make room for it
    assert over_as == pytest.approx(5 * 30)
    assert court.let_pass(56) == pytest.approx((over_as + 9 * 10, excused_as))


def test_what_is_too_much_though_all_who_can_be_told_have_gone_down_is_excused(
    court: Court,
) -> None:
    court.untold.add("A-2")
    court.draw(0, "A-1", 2)
    court.draw(0, "A-2", 30)
    court.step(10, 600)
    court.building(10, 15)  # 47 A, and 45 A without A-1
    court.excuses.meter_read("row-a", after(10))
    court.let_pass(46)
    over_as, excused_as = court.let_pass(56)
    assert (over_as, excused_as) == pytest.approx((2 * 10, 7 * 36 + 5 * 10))


def test_where_a_meter_shows_all_a_later_excess_is_excused_until_the_next_reading(
    court: Court,
) -> None:
    court.draw(0, "A-1", 20)
    court.step(10, 600, told_apart_s=240)
    court.building(10, 15)
    court.excuses.meter_read("row-a", after(40))
    court.let_pass(100)
    court.draw(100, "A-2", 10)  # 45 A
    court.excuses.meter_read("row-a", after(130))
    assert court.let_pass(146) == pytest.approx((5 * 10, 5 * 36))
    court.draw(146, "A-2", 0)
    court.let_pass(260)
    court.draw(260, "A-2", 10)  # by now what was switched on is known
    assert court.let_pass(270) == pytest.approx((5 * 20, 5 * 36))


def disobey(court: Court, at_s: float, amps: float, told_a: float) -> None:
    court.excuses.draws(("A-1", 1), amps, told_a, after(at_s))
    court.draw(at_s, "A-1", amps)


def test_station_that_keeps_to_nothing_is_excused_until_three_readings_have_shown_it(
    court: Court,
) -> None:
    court.draw(0, "A-2", 28)
    disobey(court, 0, 32, 16)  # 60 A: 20 A too much, and 44 A if it kept to 16 A
    for seconds in (60, 120, 180):
        court.let_pass(seconds)
        court.excuses.told_current(("A-1", 1), after(seconds))
    over_as, excused_as = court.let_pass(186)
    assert (over_as, excused_as) == pytest.approx((4 * 186, 16 * 186))
    assert court.let_pass(196) == pytest.approx((over_as + 20 * 10, excused_as))


def test_readings_that_do_not_arrive_are_not_counted(court: Court) -> None:
    court.untold.add("A-1")
    court.draw(0, "A-2", 24)
    disobey(court, 0, 32, 16)
    for seconds in (60, 120, 180):
        court.excuses.told_current(("A-1", 1), after(seconds))
    assert court.let_pass(240) == pytest.approx((0.0, 16 * 240))


def test_station_that_obeys_again_has_five_seconds_to_follow(court: Court) -> None:
    court.draw(0, "A-2", 24)
    disobey(court, 0, 32, 16)
    court.let_pass(20)
    court.excuses.obeys(("A-1", 1), after(20))
    assert court.let_pass(30) == pytest.approx((16 * 5, 16 * 25))


@pytest.mark.parametrize(
    "begin_anew",
    [
        lambda excuses: excuses.station_restarts("A-1"),
        lambda excuses: excuses.server_is_gone(),
    ],
    ids=["station", "server"],
)
def test_who_is_believed_again_after_a_restart_has_to_be_found_again(
    court: Court, begin_anew: Callable[[Excuses], None]
) -> None:
    court.draw(0, "A-2", 24)
    disobey(court, 0, 32, 16)
    for seconds in (60, 120, 180):
        court.let_pass(seconds)
        court.excuses.told_current(("A-1", 1), after(seconds))
    begin_anew(court.excuses)
    assert court.let_pass(300) == pytest.approx((0.0, 16 * 300))


def test_in_a_grid_without_neutral_what_it_draws_is_taken_off_as_a_vector(tmp_path: Path) -> None:
    court = Court(tmp_path, "IT")
    # A-3 lies between L1 and L3: on L1 its 20 A lag by 30 degrees behind those of A-1.
    court.judge.observe_vehicle(NOON, Load("A-3", 1, (20.0, 20.0, 0.0)))
    disobey(court, 0, 30, 20)
    court.let_pass(10)
    # |30 + 20 at 30 degrees| = 48.365 A, |20 + 20 at 30 degrees| = 38.637 A: all is excused.
    assert court.judge.over_as == 0.0
    assert court.judge.excused_as == pytest.approx(2 * 8.3654 * 10, rel=1e-4)


def test_resource_that_disobeys_is_excused_until_its_reading_was_answered(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.heat(0, 5, told_a=5)
    court.heat(10, 15, told_a=5)  # 45 A
    court.excuses.told_power(("heater", 0), after(20))  # answered within 1 s, followed within 5 s
    assert court.let_pass(36) == pytest.approx((5 * 10, 5 * 16))


def test_resource_that_disobeys_excuses_no_more_than_it_draws_beyond_what_it_was_told(
    court: Court,
) -> None:
    court.draw(0, "A-1", 30)
    court.heat(0, 12, told_a=8)  # 42 A: 4 A beyond explain 2 A
    court.draw(10, "A-2", 6)  # 48 A: they explain 4 A
    assert court.let_pass(20) == pytest.approx((4 * 10, 2 * 10 + 4 * 10))


def test_resource_that_keeps_to_what_it_was_told_excuses_nothing(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.heat(0, 12, told_a=12)
    assert court.let_pass(10) == pytest.approx((2 * 10, 0.0))


def test_resource_that_is_found_leaves_what_others_cannot_make_room_for(court: Court) -> None:
    court.draw(0, "A-1", 30)
    court.draw(0, "A-2", 0)
    court.excuses.told_power(("heater", 0), NOON)
    court.heat(1, 16, told_a=0)
    court.excuses.told_power(("heater", 0), after(10))
    court.let_pass(20)
    court.building(20, 30)  # 76 A: 6 A would be too much if A-1 paused, 30 A are the building's
    over_as, excused_as = court.let_pass(30)
    # until 16 s 6 A are excused, then for 4 s nothing, then 6 A of 36
    assert (over_as, excused_as) == pytest.approx((6 * 4 + 30 * 10, 6 * 15 + 6 * 10))


def test_limit_below_what_cannot_be_avoided_asks_for_fallbacks_and_for_no_less(
    tmp_path: Path,
) -> None:
    """Row-a is limited to 4 A; the heater keeps to its fallback of 6 A, and A-1 draws 5 A."""
    court = Court(tmp_path, heater=replace(HEATER, fallback_a=6.0))
    court.excuses.limit_is_deep("row-a", after(0), after(100))
    court.judge.impose("row-a", (after(0), after(100), 4.0), NOON)
    court.heat(0, 6, told_a=6)
    assert court.let_pass(10) == pytest.approx((0.0, 2 * 10))
    court.draw(10, "A-1", 5)
    assert court.let_pass(20) == pytest.approx((5 * 10, 2 * 20))


def test_limit_that_was_deep_excuses_nothing_afterwards(tmp_path: Path) -> None:
    court = Court(tmp_path, heater=replace(HEATER, fallback_a=6.0))
    court.excuses.limit_is_deep("row-a", after(0), after(100))
    court.judge.impose("row-a", (after(0), after(200), 4.0), NOON)
    court.heat(100, 6, told_a=6)
    assert court.let_pass(110) == pytest.approx((2 * 10, 0.0))
