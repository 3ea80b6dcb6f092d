"""Reads the rows of a CSV file, compressed or not, and counts those that are of no use.

WrongColumnsError      a file that has not the columns that its format asks for
"""

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO, TypeAlias

from simulators.sessions.session import Session

Row: TypeAlias = Mapping[str, str]


class WrongColumnsError(Exception):
    """A file that is not of the format it was taken for.

    Attributes:
        path: The file.
        missing: Columns that it does not have.
    """

    def __init__(self, path: Path, missing: list[str]) -> None:
        super().__init__(f"{path}: expected the columns {', '.join(missing)}")
        self.path = path
        self.missing = missing


class UselessRowError(Exception):
    """A row that cannot be used; its text is the reason."""


@dataclass(frozen=True, slots=True)
class ImportedSessions:
    """What a file held.

    Attributes:
        sessions: In order of arrival.
        skipped: How many rows were of no use, by reason.
    """

    sessions: tuple[Session, ...]
    skipped: Mapping[str, int]


def read_table(
    path: Path, columns: tuple[str, ...], to_session: Callable[[Row], Session | None]
) -> ImportedSessions:
    """Turn the rows of a file into sessions.

    Args:
        path: A `.csv` or `.csv.gz` file.
        columns: What its header must hold.
        to_session: Reads a row; None if it is not asked for.

    Raises:
        WrongColumnsError: The header holds less.
    """
    sessions: list[Session] = []
    skipped: Counter[str] = Counter()
    with _open_text(path) as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or [])]
        if missing:
            raise WrongColumnsError(path, missing)
        for row in reader:
            try:
                session = to_session(row)
            except UselessRowError as reason:
                skipped[str(reason)] += 1
            else:
                sessions += [session] if session else []
    sessions.sort(key=lambda session: (session.arrives_at, session.session_id))
    return ImportedSessions(tuple(sessions), dict(skipped))


def read_header(path: Path) -> list[str]:
    """The columns of a file."""
    with _open_text(path) as file:
        return list(csv.DictReader(file).fieldnames or [])


def number_in(row: Row, column: str) -> float:
    """A positive number.

    Raises:
        UselessRowError: There is none.
    """
    try:
        value = float(row[column])
    except (TypeError, ValueError) as error:
        raise UselessRowError(f"no {column}") from error
    if not 0 < value < 1e6:  # also not a number
        raise UselessRowError(f"{column} not above 0")
    return value


@contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    if path.suffix == ".gz":
        with gzip.open(path) as packed, TextIOWrapper(packed, "utf-8", newline="") as file:
            yield file
    else:
        with path.open(encoding="utf-8", newline="") as file:
            yield file
