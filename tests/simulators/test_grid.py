"""The judge's sums, worked by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.grid import Judge, LineVerdict, Load
from simulators.stations.outlet import Amps
from tests.simulators.sites import small_site

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)  # 13:00 in Oslo: no window is open
EVENING = datetime(2026, 1, 14, 16, tzinfo=UTC)  # 17:00: the main fuse may carry 50 A

ALL_THREE: Amps = (16.0, 16.0, 16.0)


def flows(
    folder: Path, earthing: str, loads: list[Load], uncontrolled: dict[str, Amps] | None = None
) -> dict[str, Amps]:
    judge = Judge(small_site(folder, earthing))
    judge.observe(NOON, loads, uncontrolled or {})
    return dict(judge.history[-1].amps)


def test_in_a_tn_grid_currents_add_as_numbers_on_the_lines_they_are_wired_to(
    tmp_path: Path,
) -> None:
    loads = [
        Load("A-1", 1, (16.0, 0.0, 0.0)),  # on L1
        Load("A-2", 1, (10.0, 10.0, 10.0)),  # L2, L3, L1
        Load("A-3", 1, (32.0, 0.0, 0.0)),  # on L1
        Load("B-1", 2, (6.0, 0.0, 0.0)),  # on L3
    ]
    found = flows(tmp_path, "TN", loads)
    assert found["row-a"] == pytest.approx((58.0, 10.0, 10.0))
    assert found["row-b"] == pytest.approx((0.0, 0.0, 6.0))
    assert found["main"] == pytest.approx((58.0, 10.0, 16.0))


def test_in_an_it_grid_two_pairs_that_share_a_line_add_as_vectors(tmp_path: Path) -> None:
    # A-1 between L1 and L2, A-3 between L1 and L3: on L1 32 A at +30° and 32 A at -30°.
    loads = [Load("A-1", 1, (32.0, 32.0, 0.0)), Load("A-3", 1, (32.0, 32.0, 0.0))]
    assert flows(tmp_path, "IT", loads)["row-a"] == pytest.approx((55.43, 32.0, 32.0), abs=0.005)


def test_in_an_it_grid_two_loads_on_one_pair_add_as_numbers(tmp_path: Path) -> None:
    # B-1/2 has L1, L2, L3 on 3, 1, 2: its first pair is L3-L1, as is A-3's L1-L3.
    loads = [Load("A-3", 1, (10.0, 10.0, 0.0)), Load("B-1", 2, (16.0, 16.0, 0.0))]
    assert flows(tmp_path, "IT", loads)["main"] == pytest.approx((26.0, 0.0, 26.0))


def test_in_an_it_grid_a_pair_adds_to_a_three_phase_load_at_thirty_degrees(
    tmp_path: Path,
) -> None:
    # 10 A at 0° and 10 A at ±30°: 2 x 10 x cos 15° = 19.32 A.
    loads = [Load("A-1", 1, (10.0, 10.0, 0.0)), Load("A-2", 1, (10.0, 10.0, 10.0))]
    assert flows(tmp_path, "IT", loads)["row-a"] == pytest.approx((19.32, 19.32, 10.0), abs=0.005)


def test_in_an_it_grid_three_equal_pairs_make_a_balanced_load(tmp_path: Path) -> None:
    # L1-L2, L2-L3, L3-L1 with 10 A each: 10 x sqrt(3) on every line.
    loads = [
        Load("A-1", 1, (10.0, 10.0, 0.0)),
        Load("A-2", 1, (10.0, 10.0, 0.0)),
        Load("A-3", 1, (10.0, 10.0, 0.0)),
    ]
    assert flows(tmp_path, "IT", loads)["row-a"] == pytest.approx((17.32,) * 3, abs=0.005)


@pytest.mark.parametrize("earthing", ["TN", "IT"])
def test_uncontrolled_load_adds_its_magnitude_to_all_that_feed_it(
    earthing: str, tmp_path: Path
) -> None:
    uncontrolled: dict[str, Amps] = {"main": (1.0, 2.0, 3.0), "row-b": (4.0, 4.0, 4.0)}
    found = flows(tmp_path, earthing, [Load("A-1", 1, ALL_THREE)], uncontrolled)
    assert found["row-a"] == pytest.approx(ALL_THREE)
    assert found["row-b"] == pytest.approx((4.0, 4.0, 4.0))
    assert found["main"] == pytest.approx((21.0, 22.0, 23.0))


def verdict(judge: Judge, feeder_id: str, line: int) -> LineVerdict:
    return next(v for v in judge.verdicts() if (v.feeder_id, v.line) == (feeder_id, line))


def test_time_above_a_limit_is_counted_in_ampere_seconds(tmp_path: Path) -> None:
    judge = Judge(small_site(tmp_path))
    judge.observe(NOON, [Load("A-1", 1, (50.0, 40.0, 39.0))], {})
    judge.observe(NOON + timedelta(seconds=5), [Load("A-1", 1, (42.0, 30.0, 30.0))], {})
    judge.observe(NOON + timedelta(seconds=10), [], {})
    judge.pass_time(NOON + timedelta(seconds=60))
    first = verdict(judge, "row-a", 1)
    # 10 A for 5 s and 2 A for 5 s above 40 A.
    assert first == LineVerdict(
        feeder_id="row-a",
        line=1,
        peak_a=50.0,
        peak_ratio=1.25,
        over_as=60.0,
        over_s=10.0,
        own_over_as=60.0,
    )
    assert verdict(judge, "row-a", 2).over_as == 0.0
    assert verdict(judge, "row-a", 2).peak_ratio == 1.0
    assert verdict(judge, "main", 1).over_as == 0.0


def test_limit_of_the_time_of_day_counts(tmp_path: Path) -> None:
    judge = Judge(small_site(tmp_path))
    loads = [Load("A-1", 1, (30.0, 0.0, 0.0)), Load("B-1", 1, (30.0, 0.0, 0.0))]
    judge.observe(EVENING, loads, {})
    judge.pass_time(EVENING + timedelta(seconds=1))
    assert verdict(judge, "main", 1).over_as == 10.0
    assert verdict(judge, "main", 1).peak_ratio == pytest.approx(1.2)


def test_excess_of_uncontrolled_load_alone_is_told_apart(tmp_path: Path) -> None:
    judge = Judge(small_site(tmp_path))
    judge.observe(NOON, [Load("B-1", 1, (6.0, 0.0, 0.0))], {"row-b": (45.0, 45.0, 38.0)})
    judge.pass_time(NOON + timedelta(seconds=1))
    # 51 A on L1: 5 A of the 11 A above 40 A would be there without any vehicle.
    assert verdict(judge, "row-b", 1).over_as == 11.0
    assert verdict(judge, "row-b", 1).own_over_as == 6.0
    assert verdict(judge, "row-b", 2).over_as == 5.0
    assert verdict(judge, "row-b", 2).own_over_as == 0.0


def test_rounding_is_not_an_excess(tmp_path: Path) -> None:
    judge = Judge(small_site(tmp_path))
    judge.observe(NOON, [Load("A-1", 1, (40.0000009, 0.0, 0.0))], {})
    judge.pass_time(NOON + timedelta(seconds=1))
    assert verdict(judge, "row-a", 1).over_as == 0.0


def test_history_keeps_a_moment_a_minute(tmp_path: Path) -> None:
    judge = Judge(small_site(tmp_path))
    for second in range(0, 181, 5):
        judge.observe(NOON + timedelta(seconds=second), [], {})
    assert [moment.at.minute for moment in judge.history] == [0, 1, 2, 3]
