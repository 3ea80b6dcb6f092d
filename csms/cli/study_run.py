"""Runs the tasks of a study on all processors, and shows how far they are."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from csms.cli.progress import bar
from csms.cli.study_cells import Cells
from smart_charging.study.task import Found, Task, run

_LOOK_EVERY_S: Final = 0.5
_COLUMNS: Final = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("policies"),
    TextColumn("{task.fields[cells]}"),
)


def run_all(tasks: Sequence[Task], cells: Path, jobs: int) -> list[Found]:
    """Run all tasks, the longest first; return what they found in their order.

    Args:
        tasks: What is to be found out.
        cells: The file that keeps what has been worked out.
        jobs: How many processes.
    """
    spawning = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=spawning) as pool,
        bar(*_COLUMNS) as progress,
    ):
        task = progress.add_task("studied", total=len(tasks), cells="")
        futures = [pool.submit(_run, one, cells) for one in tasks]
        try:
            _watch(futures, lambda done: progress.update(task, completed=done, cells=_told(cells)))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _run(task: Task, path: Path) -> Found:
    cells = Cells(path)
    return run(task, cells.remembered, cells.keep)


def _watch(futures: Sequence[Future[Found]], show: Callable[[int], None]) -> None:
    open_futures = set(futures)
    while open_futures:
        done, open_futures = wait(open_futures, _LOOK_EVERY_S, FIRST_COMPLETED)
        for future in done:
            future.result()
        show(len(futures) - len(open_futures))


def _told(cells: Path) -> str:
    """How many cases are on file."""
    if not cells.exists():
        return ""
    with cells.open(encoding="utf-8") as file:
        return f"{sum(line.startswith('{') for line in file)} cases"
