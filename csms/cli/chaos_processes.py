"""Seeds of chaos in processes of their own, as many at a time as are wanted."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from csms.cli.chaos_run import Asked, SeedReport, run_seed
from csms.log import set_up_logging

RunSeed: TypeAlias = Callable[[Asked], SeedReport]


@dataclass(frozen=True, slots=True)
class LostSeed:
    """A seed whose process ended before it could tell what came of it."""

    seed: int


def run_quietly(asked: Asked) -> SeedReport:
    """Run a seed whose server, which is killed often, has nothing to say."""
    set_up_logging("CRITICAL")
    return run_seed(asked)


def run_all(
    asked: Sequence[Asked], jobs: int, run: RunSeed = run_quietly
) -> Iterator[SeedReport | LostSeed]:
    """Run seeds, and yield what came of each once it is known.

    A process that ends by itself (short of memory, say) takes all others of its pool along: those
    whose outcome is not known by then get another chance, each in a pool of its own.
    """
    os.environ["PYTHONHASHSEED"] = "0"  # sets have the same order in every process
    left = {one.seed: one for one in asked}
    with _pool(min(jobs, len(asked))) as pool:
        for done in as_completed([pool.submit(run, one) for one in asked]):
            if isinstance(done.exception(), BrokenProcessPool):
                continue
            report = done.result()
            del left[report.seed]
            yield report
    with ThreadPoolExecutor(jobs) as threads:
        yield from threads.map(partial(_alone, run), left.values())


def _alone(run: RunSeed, asked: Asked) -> SeedReport | LostSeed:
    with _pool(1) as pool:
        try:
            return pool.submit(run, asked).result()
        except BrokenProcessPool:
            return LostSeed(asked.seed)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
