"""Processor time of small pieces of work that take turns."""

from collections.abc import Callable, Mapping
from time import process_time
from typing import Final, TypeAlias

Work: TypeAlias = Callable[[int], object]
"""Does the same thing so many times."""

_TURN_S: Final = 0.03


def repeat(act: Callable[[], object]) -> Work:
    """The work of doing one thing again and again."""

    def work(times: int) -> None:
        for _ in range(times):
            act()

    return work


def take_turns(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Processor time of one time of each work in µs, round by round; all threads count."""
    times = {name: _times_per_turn(work) for name, work in works.items()}
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(_seconds(work, times[name]) / times[name] * 1e6)
    return taken


def _times_per_turn(work: Work) -> int:
    times = 1
    while _seconds(work, times) < _TURN_S:
        times *= 2
    return times


def _seconds(work: Work, times: int) -> float:
    started_s = process_time()
    work(times)
    return process_time() - started_s
