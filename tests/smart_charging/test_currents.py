"""Line currents worked out with phasors on paper, and against absolute phasors for any site."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given

from smart_charging.currents import Load, ancestors, currents_both_ways, line_currents
from smart_charging.feeder import Feeder
from smart_charging.taps import Tap, Transformer, pair_tap, unknown_tap, wye_tap
from tests.smart_charging.examples import examples
from tests.smart_charging.problems import L1, L2, L3, THREE, feeder
from tests.smart_charging.sites import Site, sites

P12, P23, P31 = pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1)


def at_main(*drawn: tuple[Tap, float]) -> list[float]:
    """What L1, L2, L3 of one feeder carry."""
    loads = [Load("main", tap, np.array([amps])) for tap, amps in drawn]
    currents = line_currents([feeder("main", 63.0, slots=1)], loads)
    column: list[float] = currents["main"][:, 0].tolist()
    return column


@pytest.mark.parametrize(
    ("drawn", "expected_a"),
    [
        pytest.param([], [0, 0, 0], id="nobody"),
        pytest.param([(THREE, 16.0)], [16, 16, 16], id="three-phase"),
        pytest.param([(L1, 16.0)], [16, 0, 0], id="single-phase"),
        pytest.param([(L1, 16.0), (L1, 10.0), (L3, 8.0)], [26, 0, 8], id="same line adds up"),
        pytest.param([(L1, 16.0), (L2, 16.0), (L3, 16.0)], [16, 16, 16], id="rotated"),
        pytest.param([(THREE, 16.0), (L2, 10.0)], [16, 26, 16], id="three-phase and single"),
        pytest.param([(wye_tap((1, 2)), 16.0), (THREE, 6.0)], [22, 22, 6], id="two-phase"),
        pytest.param([(P12, 32.0)], [32, 32, 0], id="IT: one pair loads two lines"),
        pytest.param(
            [(P12, 32.0), (P31, 32.0)], [32 * sqrt(3), 32, 32], id="IT: 60 degrees apart: 55.4 A"
        ),
        pytest.param(
            [(P12, 16.0), (P23, 16.0), (P31, 16.0)],
            [16 * sqrt(3)] * 3,
            id="IT: a balanced triangle",
        ),
        pytest.param([(P12, 16.0), (pair_tap(2, 1), 10.0)], [26, 26, 0], id="IT: same pair"),
        # law of cosines at 60 degrees: 10² + 20² + 10 * 20
        pytest.param([(P12, 10.0), (P31, 20.0)], [sqrt(700), 10, 20], id="IT: uneven pairs"),
        # law of cosines at 30 degrees: 10² + 16² + 2 * 10 * 16 * 0.866
        pytest.param(
            [(THREE, 10.0), (P23, 16.0)],
            [10, sqrt(356 + 160 * sqrt(3)), sqrt(356 + 160 * sqrt(3))],
            id="IT: three-phase and a pair",
        ),
        pytest.param(
            [(unknown_tap((1, 2, 3)), 10.0), (P12, 16.0), (P31, 16.0)],
            [10 + 16 * sqrt(3), 26, 26],
            id="IT: unknown phases add in magnitude",
        ),
        pytest.param(
            [(unknown_tap((1, 2)), 10.0), (unknown_tap((1, 3)), 8.0)], [18, 10, 8], id="unknown"
        ),
    ],
)
def test_line_currents_as_on_paper(drawn: list[tuple[Tap, float]], expected_a: list[float]) -> None:
    assert at_main(*drawn) == pytest.approx(expected_a)


def test_known_currents_of_an_it_site_have_the_figures_of_the_text_books() -> None:
    assert at_main((P12, 32.0), (P31, 32.0))[0] == pytest.approx(55.4256, abs=1e-4)
    assert at_main((THREE, 10.0), (P12, 16.0))[0] == pytest.approx(25.1620, abs=1e-4)


def tree() -> tuple[Feeder, ...]:
    return (
        feeder("main", 63.0, uncontrolled_a=[1.0, 2.0, 3.0], slots=2),
        feeder("left", 32.0, parent="main", uncontrolled_a=[0.5, 0.0, 0.0], slots=2),
        feeder("deep", 32.0, parent="left", slots=2),
        feeder("right", 32.0, parent="main", slots=2),
        feeder("other", 32.0, slots=2),
    )


def test_feeders_above_carry_what_hangs_below_and_others_do_not() -> None:
    loads = [
        Load("deep", THREE, np.array([10.0, 0.0])),
        Load("right", L2, np.array([6.0, 16.0])),
    ]
    currents = line_currents(tree(), loads)
    assert {key: array.T.tolist() for key, array in currents.items()} == {
        "main": [[11.5, 18.0, 13.0], [1.5, 18.0, 3.0]],
        "left": [[10.5, 10.0, 10.0], [0.5, 0.0, 0.0]],
        "deep": [[10.0, 10.0, 10.0], [0.0, 0.0, 0.0]],
        "right": [[0.0, 6.0, 0.0], [0.0, 16.0, 0.0]],
        "other": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
    }


def test_pairs_of_two_branches_meet_above_as_vectors_not_as_magnitudes() -> None:
    feeders = (
        feeder("main", 63.0, slots=1),
        feeder("left", 32.0, parent="main", slots=1),
        feeder("right", 32.0, parent="main", slots=1),
    )
    loads = [Load("left", P12, np.array([32.0])), Load("right", P31, np.array([32.0]))]
    currents = line_currents(feeders, loads)
    assert currents["left"][:, 0] == pytest.approx([32.0, 32.0, 0.0])
    assert currents["right"][:, 0] == pytest.approx([32.0, 0.0, 32.0])
    assert currents["main"][:, 0] == pytest.approx([55.4256, 32.0, 32.0], abs=1e-4)


def test_uncontrolled_load_adds_to_the_magnitude_of_a_vector_sum() -> None:
    main = feeder("main", 63.0, uncontrolled_a=[5.0, 0.0, 1.0], slots=1)
    loads = [Load("main", P12, np.array([16.0])), Load("main", P31, np.array([16.0]))]
    assert line_currents([main], loads)["main"][:, 0] == pytest.approx(
        [32.7128, 16.0, 17.0], abs=1e-4
    )


def test_without_a_risk_there_is_no_uncontrolled_load() -> None:
    main = feeder("main", 63.0, uncontrolled_a=[4.0, 0.0, 0.0], slots=1)
    currents = line_currents([main], [Load("main", L1, np.array([10.0]))], None)
    assert currents["main"][:, 0] == pytest.approx([10.0, 0.0, 0.0])


def both_ways(
    drawn: list[tuple[Tap, float]],
    fed: list[tuple[Tap, float]],
    transformer: Transformer | None = None,
) -> list[float]:
    """What one feeder carries where both together are more than either; it has 4 A beside on L1."""
    main = feeder("main", 63.0, uncontrolled_a=[4.0, 0, 0], slots=1, transformer=transformer)
    loads = [
        [Load("main", tap, np.array([amps])) for tap, amps in currents] for currents in (drawn, fed)
    ]
    column: list[float] = currents_both_ways([main], loads[0], loads[1], 0.01)["main"][
        :, 0
    ].tolist()
    return column


@pytest.mark.parametrize(
    ("drawn", "fed"),
    [([(L1, 10.0)], [(L1, 10.0)]), ([(P12, 10.0)], [(P31, 10.0)]), ([(P12, 10.0)], []), ([], [])],
)
def test_what_is_fed_back_takes_off_what_is_drawn_or_leaves_it_alone(
    drawn: list[tuple[Tap, float]], fed: list[tuple[Tap, float]]
) -> None:
    assert both_ways(drawn, fed) == [0.0, 0.0, 0.0]


def test_what_is_fed_back_adds_to_what_is_drawn_behind_a_delta_wye_transformer() -> None:
    # L1: 10 A at -90 degrees and 10 A at 30 + 180 are 60 degrees apart, and 4 A of unknown angle
    # come on top; L2 and L3: the two are 120 degrees apart or more
    delta_wye = Transformer(is_delta_wye=True)
    expected = [10 * sqrt(3) + 4, 0.0, 0.0]
    assert both_ways([(P23, 10.0)], [(P12, 10.0)], delta_wye) == pytest.approx(expected)
    # load of unknown angle adds as well, whichever way it flows
    also = [(P12, 10.0), (unknown_tap((1,)), 2.0)]
    assert both_ways([(P23, 10.0)], also, delta_wye)[0] == pytest.approx(expected[0] + 2.0)


def test_feeders_are_not_changed_by_reckoning() -> None:
    feeders = tree()
    unknown = Load("deep", unknown_tap((1, 2, 3)), np.array([10.0, 10.0]))
    first = line_currents(feeders, [unknown])
    second = line_currents(feeders, [unknown])
    assert feeders[0].uncontrolled_a.T.tolist() == [[1.0, 2.0, 3.0]] * 2
    assert feeders[2].uncontrolled_a.T.tolist() == [[0.0, 0.0, 0.0]] * 2
    assert first["main"].tolist() == second["main"].tolist()


def test_no_feeders_carry_nothing() -> None:
    assert line_currents([], []) == {}


def test_way_to_the_root_begins_with_the_feeder_itself() -> None:
    assert ancestors(tree()) == {
        "main": ("main",),
        "left": ("left", "main"),
        "deep": ("deep", "left", "main"),
        "right": ("right", "main"),
        "other": ("other",),
    }


@examples(200)
@given(sites())
def test_any_site_carries_what_absolute_phasors_say(site: Site) -> None:
    expected_a = site.all_planned_a()
    feeders = site.problem(expected_a).feeders
    cars = [*site.cars, *site.silent]
    loads = [Load(f"f{car.feeder}", car.wiring.tap, np.array(car.amps)) for car in cars]
    currents = line_currents(feeders, loads)
    for i, one in enumerate(feeders):
        np.testing.assert_allclose(currents[one.key], expected_a[i], atol=1e-9)
