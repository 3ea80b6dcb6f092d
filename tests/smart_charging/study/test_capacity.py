"""The search finds the edge, asks for nothing twice, and takes the first miss for it."""

from collections.abc import Mapping, Sequence

import pytest

from smart_charging.study.capacity import Bracket, Goal, find_capacity, meets
from smart_charging.study.confidence import estimate, estimate_ratio
from smart_charging.study.engine import Case, Served


def served(share: float, well: int = 100, over_as: float = 0.0) -> Served:
    return Served(
        wanted_wh=1000.0,
        delivered_wh=1000.0 * share,
        stays=100,
        well_served=well,
        peak_share=1.0,
        over_as=over_as,
    )


def test_a_goal_is_99_percent_without_any_excess() -> None:
    assert meets(served(0.99), Goal.ENERGY)
    assert not meets(served(0.9899), Goal.ENERGY)
    assert not meets(served(1.0, over_as=0.1), Goal.ENERGY)
    assert meets(served(0.5, well=99), Goal.STAYS)
    assert not meets(served(1.0, well=98), Goal.STAYS)


@pytest.mark.parametrize("edges", [(1, 500), (0, 37), (142, 143), (499, 3)])
def test_the_edge_is_found_in_every_population(edges: tuple[int, int]) -> None:
    asked: list[Case] = []

    def evaluate(cases: Sequence[Case]) -> Mapping[Case, Served]:
        asked.extend(cases)
        return {case: served(1.0 if case.users <= edges[case.seed] else 0.9) for case in cases}

    found = find_capacity(evaluate, 2, 500, [Goal.ENERGY])
    assert found == {Goal.ENERGY: edges}
    assert len(asked) == len(set(asked)) < 70


def test_two_goals_have_edges_of_their_own() -> None:
    def evaluate(cases: Sequence[Case]) -> Mapping[Case, Served]:
        return {
            case: served(1.0 if case.users <= 80 else 0.9, well=100 if case.users <= 60 else 0)
            for case in cases
        }

    assert find_capacity(evaluate, 1, 300, list(Goal)) == {Goal.ENERGY: (80,), Goal.STAYS: (60,)}


def test_the_first_miss_is_the_edge_though_a_larger_number_is_served_again() -> None:
    tried = {50: served(1.0), 60: served(0.98), 70: served(1.0)}
    assert Bracket(0, 101).narrowed(tried, Goal.ENERGY) == Bracket(50, 60)


def test_candidates_lie_within_and_end_when_nothing_does() -> None:
    assert Bracket(10, 13).candidates() == (11, 12)
    assert Bracket(10, 11).candidates() == ()
    wide = Bracket(0, 401).candidates()
    assert wide == tuple(sorted(set(wide)))
    assert wide[0] > 0
    assert wide[-1] < 401


def test_the_interval_of_a_mean_is_students() -> None:
    """1, 2, 3, 4, 5: deviation 1.5811, by sqrt 5 0.70711, times 2.7764 of 4 degrees: 1.9632."""
    made = estimate([1, 2, 3, 4, 5])
    assert (made.mean, made.half) == pytest.approx((3.0, 1.9632), abs=1e-4)
    assert (made.low, made.high) == pytest.approx((1.0368, 4.9632), abs=1e-4)
    assert estimate([7.0]).half == 0.0


def test_a_ratio_of_pairs_that_rise_together_is_sure() -> None:
    sure = estimate_ratio([10, 20, 30], [5, 10, 15])
    assert (sure.mean, sure.half) == (2.0, 0.0)
    unsure = estimate_ratio([10, 30, 20], [5, 10, 15])
    assert unsure.mean == 2.0
    assert unsure.half > 1.0
