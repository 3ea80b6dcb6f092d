from datetime import date
from pathlib import Path

import pytest

from benchmarks.acnsim.cases import Case, Scheduler, Setting, Variant, Week, variants_of
from benchmarks.acnsim.environment import Environment

CASE = Case(
    week=Week(site="jpl", begins=date(2019, 6, 10)),
    setting=Setting.REAL,
    share_pct=30,
    scheduler=Scheduler.LLF,
    variant=Variant.RAMPDOWN,
)


def test_a_case_is_read_as_it_was_written() -> None:
    assert Case.from_json(CASE.to_json()) == CASE


def test_a_case_is_called_by_all_that_tells_it_from_others() -> None:
    assert CASE.label == "JPL 2019-06-10 to 2019-06-14, real, 30 %: LLF (ramp-down)"


@pytest.mark.parametrize(
    ("setting", "scheduler", "count"),
    [
        (Setting.IDEAL, Scheduler.LLF, 1),
        (Setting.REAL, Scheduler.LLF, 3),
        (Setting.REAL, Scheduler.MPC, 2),
        (Setting.REAL, Scheduler.OURS, 1),
    ],
)
def test_only_peers_are_tried_in_several_ways(
    setting: Setting, scheduler: Scheduler, count: int
) -> None:
    assert len(variants_of(setting, scheduler)) == count


def test_the_solver_of_adacharge_is_installed_only_for_adacharge() -> None:
    without = Environment(Path("venv"), None).requirements
    with_it = Environment(Path("venv"), Path("adacharge")).requirements

    assert "acnportal==0.3.3" in without
    assert not any(one.startswith("cvxpy") for one in without)
    assert any(one.startswith("cvxpy") for one in with_it)


def test_an_environment_that_is_as_required_is_not_made_again(tmp_path: Path) -> None:
    environment = Environment(tmp_path, None)
    stamp = tmp_path / "requirements.txt"
    stamp.write_text("\n".join(environment.requirements), encoding="utf-8")

    environment.make()

    assert list(tmp_path.iterdir()) == [stamp]
