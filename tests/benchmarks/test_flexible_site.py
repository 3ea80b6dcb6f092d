"""The weeks of the flexible garage: the loop around the optimiser, on half a day of it."""

from datetime import timedelta

from benchmarks.flexible_site.figures import figures_of
from benchmarks.flexible_site.garage import Garage
from benchmarks.flexible_site.steering import Planner, Steering
from benchmarks.flexible_site.weeks import SEASONS, Week


def half_a_day(steering: Steering) -> Garage:
    week = Week(SEASONS[0], seed=1, days=1)
    garage, planner = Garage(week, week.begins_at), Planner(steering, week)
    steps = 0
    while garage.now < week.begins_at + timedelta(hours=9):
        garage.come_and_go()
        if steps % 3 == 0:
            planner.steer(garage)
        garage.go_on()
        steps += 1
    assert planner.heuristic == 0
    return garage


def test_joint_plan_keeps_comfort_and_limits_and_shifts_heat() -> None:
    found = figures_of(half_a_day(Steering.ALL))
    assert (found.over_s, found.cold_s) == (0, 0)
    assert found.line_a <= 63.0


def test_nobody_steering_is_what_the_garage_does_by_itself() -> None:
    garage = half_a_day(Steering.NOBODY)
    assert garage.battery.given_wh == 0.0
    assert all(car.limit_a == car.max_a for car in garage.cars)
