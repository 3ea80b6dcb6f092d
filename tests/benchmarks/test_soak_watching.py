import pytest

from benchmarks.load.probe import Lag
from benchmarks.soak.watching import Growth, Log, Look


def log(memory_mib: list[float], threads: float = 5, files: float = 1050) -> Log:
    return Log(looks=[Look(mib, threads, files) for mib in memory_mib])


def test_growth_is_counted_from_a_sixth_of_the_time_to_the_end() -> None:
    warming = [100.0] * 5
    flat = [200.0] * 6
    found = log(warming + flat + [205.0] * 13 + [208.0] * 6).growths()["memory_mib"]

    assert found == Growth(200.0, 208.0)
    assert found.share == pytest.approx(0.04)
    assert not found.is_leak


def test_one_odd_look_is_no_growth() -> None:
    looks = [100.0] * 29 + [400.0]

    assert log(looks).growths()["memory_mib"] == Growth(100.0, 100.0)


@pytest.mark.parametrize(
    ("base", "end", "is_leak"),
    [
        (1000.0, 1060.0, True),
        (1000.0, 1049.0, False),
        (5.0, 7.0, False),  # a pool has another thread
        (5.0, 11.0, True),
        (1000.0, 500.0, False),
    ],
)
def test_a_leak_is_a_growth_in_number_and_as_a_share(
    base: float, end: float, is_leak: bool
) -> None:
    assert Growth(base, end).is_leak is is_leak


def test_tasks_are_compared_where_they_are_told() -> None:
    found = log([100.0] * 30)
    assert "tasks" not in found.growths()

    found.tasks += [1000, 1200]
    assert found.growths()["tasks"].is_leak


@pytest.mark.parametrize(
    ("lag", "is_unexplained"),
    [
        (Lag(at=50.0, ms=300.0, busy_ms=10.0), True),
        (Lag(at=50.0, ms=300.0, busy_ms=160.0), False),  # the machine had no processor to spare
        (Lag(at=99.8, ms=300.0, busy_ms=10.0), False),  # it went on until a plan was made
        (Lag(at=109.0, ms=300.0, busy_ms=10.0), False),
        (Lag(at=110.5, ms=300.0, busy_ms=10.0), True),
    ],
)
def test_lags_of_the_machine_and_of_plans_are_explained(lag: Lag, is_unexplained: bool) -> None:
    found = Log(busy_at=[(100.0, 110.0)])

    assert found.unexplained([lag]) == ([lag] if is_unexplained else [])
