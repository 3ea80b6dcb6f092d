"""What was found, beside others of the same scenario."""

import pytest

from smart_charging.study.capacity import Goal
from smart_charging.study.engine import Served
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import summarise
from smart_charging.study.task import Found


def served(share: float, over_as: float = 0.0) -> Served:
    return Served(
        wanted_wh=100.0,
        delivered_wh=100.0 * share,
        stays=1,
        well_served=1,
        peak_share=1.0,
        over_as=over_as,
    )


def found(
    policy: PolicyName, energy: tuple[int, ...], scenario: str = "A", stays: tuple[int, ...] = ()
) -> Found:
    return Found(
        scenario=scenario,
        policy=policy,
        users={Goal.ENERGY: energy, **({Goal.STAYS: stays} if stays else {})},
        at_edge=(served(0.99), served(0.99, over_as=2.0)),
        with_silence=(served(0.96, over_as=1.0), served(0.98)),
    )


def test_ratios_are_those_of_the_same_scenario() -> None:
    rows = summarise(
        [
            found(PolicyName.EQUAL, (100, 140)),
            found(PolicyName.STATED, (200, 280), stays=(150, 190)),
            found(PolicyName.STATED, (300, 300), scenario="B"),
        ]
    )
    assert [(row.scenario, row.policy, row.goal) for row in rows] == [
        ("A", PolicyName.EQUAL, Goal.ENERGY),
        ("A", PolicyName.STATED, Goal.ENERGY),
        ("B", PolicyName.STATED, Goal.ENERGY),
        ("A", PolicyName.STATED, Goal.STAYS),
    ]
    stated = rows[1]
    assert (stated.capacity.mean, stated.users) == (240.0, (200, 280))
    assert stated.beside[PolicyName.EQUAL].mean == pytest.approx(2.0)
    assert stated.beside[PolicyName.EQUAL].half == pytest.approx(0.0)
    assert PolicyName.FORESIGHT not in stated.beside
    assert rows[2].beside == rows[3].beside == {}


def test_silence_and_excess_are_told() -> None:
    (row,) = summarise([found(PolicyName.EQUAL, (100, 140))])
    assert row.silent_share == pytest.approx(0.97)
    assert (row.silent_over_as, row.over_as) == (1.0, 2.0)
