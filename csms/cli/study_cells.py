"""Keeps what a study has worked out, so that one that was broken off goes on.

A file of JSON lines; each is a case under the key of its task. Several processes append to it, each
some whole lines at once. A line that was cut off when a process was killed is no line.
"""

import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from smart_charging.study.engine import Case, Served


class Cells:
    """What is known, and a place to add to it.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: defaultdict[str, dict[Case, Served]] = defaultdict(dict)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._read(line)

    def remembered(self, key: str, cases: Sequence[Case]) -> Mapping[Case, Served]:
        """What is known of some cases."""
        known = self._known[key]
        return {case: known[case] for case in cases if case in known}

    def keep(self, key: str, done: Mapping[Case, Served]) -> None:
        """Write down what has been worked out, for good."""
        self._known[key].update(done)
        rows = [
            json.dumps({"task": key, **asdict(case), **asdict(served)})
            for case, served in done.items()
        ]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(rows) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def all_of(self, key: str) -> Mapping[Case, Served]:
        """Everything that is known of a task."""
        return dict(self._known[key])

    @property
    def count(self) -> int:
        """How many cases are known."""
        return sum(map(len, self._known.values()))

    def _read(self, line: str) -> None:
        try:
            row = json.loads(line)
            key, case = row.pop("task"), Case(row.pop("seed"), row.pop("users"))
            self._known[key][case] = Served(**row)
        except (ValueError, KeyError, TypeError, AttributeError):
            return
