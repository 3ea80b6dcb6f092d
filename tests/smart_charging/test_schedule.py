"""From a row of limits to the steps that a station takes."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.schedule import to_steps


@pytest.mark.parametrize(
    ("limits_a", "slots_s", "live_s", "most", "steps"),
    [
        ((16.0, 10.0), (900, 900), 3600, 5, ((0, 16.0), (900, 10.0))),
        ((16.0, 16.0, 6.0), (300, 600, 900), 3600, 5, ((0, 16.0), (900, 6.0))),
        ((16.0, 10.0, 6.0), (900,) * 3, 900, 5, ((0, 16.0),)),
        ((16.0, 10.0, 6.0), (900,) * 3, 901, 5, ((0, 16.0), (900, 10.0))),
        ((16.0, 10.0, 6.0, 8.0), (900,) * 4, 3600, 2, ((0, 16.0), (900, 6.0))),
        ((16.0, 10.0, 0.0, 32.0), (900,) * 4, 3600, 1, ((0, 0.0),)),
        ((6.0,), (900,), 3600, 1, ((0, 6.0),)),
        ((16.0, 15.0, 14.0, 6.0), (900,) * 4, 3600, 3, ((0, 16.0), (900, 14.0), (2700, 6.0))),
        ((6.0, 16.0, 6.0, 16.0), (900, 60, 900, 900), 9999, 3, ((0, 6.0), (1860, 16.0))),
        ((16.0, 6.0, 16.0, 15.0), (60, 900, 900, 900), 9999, 2, ((0, 16.0), (60, 6.0))),
    ],
    ids=[
        "each",
        "neighbours",
        "as far as asked",
        "and a second",
        "merged",
        "one",
        "short",
        "those that are alike",
        "a short one",
        "first is kept",
    ],
)
def test_row_becomes_few_steps(
    limits_a: tuple[float, ...],
    slots_s: tuple[int, ...],
    live_s: int,
    most: int,
    steps: tuple[tuple[int, float], ...],
) -> None:
    assert to_steps(limits_a, slots_s, live_s, most) == steps


amps = st.sampled_from([0.0, 6.0, 7.5, 16.0, 32.0])


@given(st.lists(amps, min_size=1, max_size=12), st.integers(1, 6), st.integers(1, 12 * 300))
def test_station_is_never_allowed_more_than_planned(
    limits_a: list[float], most: int, live_s: int
) -> None:
    steps = to_steps(limits_a, [300] * len(limits_a), live_s, most)
    assert 1 <= len(steps) <= most
    assert steps[0][0] == 0
    assert [begins_s for begins_s, _ in steps] == sorted({begins_s for begins_s, _ in steps})
    for second in range(0, min(live_s, 300 * len(limits_a)), 100):
        allowed_a = [amps for begins_s, amps in steps if begins_s <= second][-1]
        assert allowed_a <= limits_a[second // 300]


@given(st.lists(amps, min_size=1, max_size=7), st.integers(2, 6))
def test_least_is_taken_away(limits_a: list[float], most: int) -> None:
    steps = to_steps(limits_a, [300] * len(limits_a), 300 * len(limits_a), most)
    given_a = [
        [amps for begins_s, amps in steps if begins_s <= 300 * slot][-1]
        for slot in range(len(limits_a))
    ]
    changes = [i for i, (one, other) in enumerate(pairwise(limits_a), 1) if one != other]
    first = changes[:1]
    every = [
        sum(
            min(limits_a[i:j]) * (j - i)
            for i, j in pairwise([0, *sorted({*first, *cuts}), len(limits_a)])
        )
        for count in range(most - len(first))
        for cuts in combinations(changes[1:], count)
    ]
    assert sum(given_a) == pytest.approx(max(every))
