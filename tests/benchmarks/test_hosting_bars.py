"""What hosting capacities are judged by."""

from datetime import date

from benchmarks.hosting.bars import judge
from benchmarks.hosting.feeders import FEEDERS, scenario_of
from csms.cli.study_users import Imported
from smart_charging.study.capacity import Goal
from smart_charging.study.confidence import Estimate
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import Row
from smart_charging.study.users import Stay, User
from tests.smart_charging.study.rig import QUARTER_WH


def row(
    policy: PolicyName, beside: dict[PolicyName, float], over_as: float = 0.0, feeder: str = "A"
) -> Row:
    return Row(
        scenario=feeder,
        policy=policy,
        goal=Goal.ENERGY,
        users=(100,),
        capacity=Estimate(100.0, 1.0),
        beside={other: Estimate(ratio, 0.01) for other, ratio in beside.items()},
        silent_share=0.97,
        silent_over_as=over_as,
        over_as=0.0,
    )


def rows(predicted: float, stated: float, over_as: float = 0.0) -> list[Row]:
    return [
        row(PolicyName.PREDICTED, {PolicyName.EQUAL: predicted}, over_as),
        row(PolicyName.STATED, {PolicyName.FORESIGHT: stated}),
    ]


def test_all_bars_have_to_be_held() -> None:
    words, has_passed = judge(rows(1.25, 0.98))
    assert has_passed
    assert words == (
        "hosting: A predicted 1.250 x equal (bar 1.25), A stated 0.980 x foresight (bar 0.98), "
        "0.0 A s over with silent chargers (bar 0.0) PASS"
    )


def test_what_is_missed_is_said() -> None:
    for some, missed in (
        (rows(1.24, 0.98), "A predicted 1.240 x equal (bar 1.25) MISSED"),
        (rows(1.25, 0.97), "A stated 0.970 x foresight (bar 0.98) MISSED"),
        (rows(1.25, 0.98, 0.1), "0.1 A s over with silent chargers (bar 0.0) MISSED"),
        ([row(PolicyName.PREDICTED, {})], "A predicted beside equal not known MISSED"),
    ):
        words, has_passed = judge(some)
        assert missed in words
        assert (has_passed, words.endswith("FAIL")) == (False, True)


def test_nothing_found_is_no_pass() -> None:
    assert judge([]) == ("hosting: 0.0 A s over with silent chargers (bar 0.0) FAIL", False)


def test_feeders_are_those_of_the_anchors() -> None:
    stay = Stay(arrives_s=0.0, departs_s=900.0, energy_wh=QUARTER_WH)
    user = User(key="u", line_count=1, max_a=10.0, stays=(stay,))
    imported = Imported(users=(user,), starts=date(2019, 11, 4), source="one")
    a, b = (scenario_of(feeder, imported) for feeder in FEEDERS)
    assert (a.name, a.limit_w, a.base_w.max()) == ("A", 100e3, 0.0)
    assert (b.name, b.limit_w, round(b.base_w.max())) == ("B", 400e3, 280e3)
    assert a.steps == b.steps == 6 * 672
