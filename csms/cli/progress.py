"""How far something has come that takes long: a bar for people, nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

Step: TypeAlias = Callable[[], None]
"""Tells that one more is done."""


@contextmanager
def counting(what: str, total: int) -> Iterator[Step]:
    """Show how many of something are done.

    Args:
        what: What is done, such as `seeds`.
        total: How many there are.
    """
    with bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something goes on, and for how long, of which nobody knows how much is left."""
    with bar(TextColumn("{task.description}"), BarColumn()) as progress:
        progress.add_task(what, total=None)
        yield


def bar(*columns: ProgressColumn) -> Progress:
    """A bar with the time that has passed at its end, on standard error if that is a terminal."""
    console = Console(stderr=True)
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
