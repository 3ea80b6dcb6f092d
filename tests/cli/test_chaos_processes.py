"""Seeds of chaos in processes that may end at any time."""

import os
import signal
from collections.abc import Collection
from functools import partial

import pytest

from csms.cli.chaos_processes import LostSeed, run_all
from csms.cli.chaos_run import Asked, SeedReport
from tests.cli.seed_reports import seed_report

ASKED = [Asked(seed=seed, stations=4, hours=1.0, kinds=frozenset()) for seed in range(1, 6)]


def test_a_process_that_is_killed_takes_no_other_seed_along() -> None:
    outcomes = list(run_all(ASKED, 2, partial(_killed_at, {2, 4})))
    assert {one for one in outcomes if isinstance(one, LostSeed)} == {LostSeed(2), LostSeed(4)}
    assert sorted(one.seed for one in outcomes if isinstance(one, SeedReport)) == [1, 3, 5]
    assert len(outcomes) == 5


def test_what_one_seed_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="3"):
        list(run_all(ASKED, 2, _refused_at_3))


def _killed_at(seeds: Collection[int], asked: Asked) -> SeedReport:
    if asked.seed in seeds:
        os.kill(os.getpid(), signal.SIGKILL)
    return seed_report(seed=asked.seed)


def _refused_at_3(asked: Asked) -> SeedReport:
    if asked.seed == 3:
        raise ValueError(asked.seed)
    return seed_report(seed=asked.seed)
