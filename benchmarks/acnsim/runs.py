"""Runs cases in the peers' environment, and keeps what came of them.

A result is kept under a digest of all that it depends on, so that a benchmark that was broken off
goes on where it was.
"""

import ast
import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from benchmarks.acnsim.cases import PEERS, Case, Figures, Scheduler
from benchmarks.acnsim.environment import HERE, ROOT, Environment
from benchmarks.acnsim.stays import files_of

_ALL: Final = ("stays.py", "simulation.py")
_FORESIGHT: Final = ("foresight.py",)
_PEERS: Final = ("peers.py",)
_OURS: Final = ("ours.py", "observed.py", "past.py", "tree.py")


class WorkerError(Exception):
    """A process that simulates ended before it had answered.

    Attributes:
        case: What it was asked for.
    """

    def __init__(self, case: Case) -> None:
        super().__init__(f"expected figures of {case.label}, but the process that simulates ended")
        self.case = case


class Results:
    """What came of cases, kept in a folder.

    Args:
        folder: Where.
        data: The folder with the stays.
        environment: Where cases are run.
        is_fresh: Forget what is there already.
    """

    def __init__(
        self, folder: Path, data: Path, environment: Environment, *, is_fresh: bool
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._data = data
        self._environment = environment
        self._is_fresh = is_fresh
        self._known: dict[Case, Figures] = {}

    def get(self, case: Case) -> Figures | None:
        """What came of a case, None if it has not been run."""
        return self._known.get(case)

    def run(self, cases: Iterable[Case], jobs: int) -> None:
        """Run those that are not known, in a number of processes."""
        waiting = deque(case for case in cases if not self._recall(case))
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            for done in [pool.submit(self._work, waiting) for _ in range(min(jobs, len(waiting)))]:
                done.result()

    def recall(self, cases: Iterable[Case]) -> None:
        """Read what is kept of cases."""
        for case in cases:
            self._recall(case)

    def _recall(self, case: Case) -> bool:
        """Read what is kept of a case; whether there is anything."""
        kept = self._file(case)
        if self._is_fresh or not kept.exists():
            return False
        self._known[case] = Figures(**json.loads(kept.read_text(encoding="utf-8")))
        return True

    def _work(self, waiting: deque[Case]) -> None:
        """Hand cases to a process, one after the other, until none is left."""
        worker = ["-m", "benchmarks.acnsim.worker", str(self._data)]
        with subprocess.Popen(
            [str(self._environment.python), *worker],
            cwd=ROOT,
            env=self._environment.variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            while waiting and process.stdin and process.stdout:
                case = waiting.popleft()
                print(json.dumps(case.to_json()), file=process.stdin, flush=True)
                answer = process.stdout.readline()
                if not answer:
                    raise WorkerError(case)
                self._keep(case, answer)
                print(f"  {len(waiting)} left after {case.label}", file=sys.stderr, flush=True)

    def _keep(self, case: Case, answer: str) -> None:
        self._known[case] = Figures(**json.loads(answer))
        self._file(case).write_text(answer, encoding="utf-8")

    def _file(self, case: Case) -> Path:
        what = json.dumps(case.to_json(), sort_keys=True)
        digest = sha256((what + self._inputs(case)).encode()).hexdigest()
        return self._folder / f"{digest[:24]}.json"

    def _inputs(self, case: Case) -> str:
        """A digest of everything besides the case itself that its result depends on."""
        files = [HERE / name for name in _ALL]
        if case.scheduler is Scheduler.FORESIGHT:
            files += [HERE / name for name in _FORESIGHT]
        if case.scheduler in PEERS:
            files += [HERE / name for name in _PEERS]
        if case.scheduler is Scheduler.MPC and self._environment.adacharge is not None:
            files += sorted((self._environment.adacharge / "adacharge").glob("*.py"))
        if case.scheduler is Scheduler.OURS:
            files += [HERE / name for name in _OURS]
            files += sorted((ROOT / "smart_charging").glob("*.py"))
        data = files_of(self._data, case.week.site)
        return " ".join([*map(_digest_of_source, files), *map(_digest, data)])


@cache
def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


@cache
def _digest_of_source(file: Path) -> str:
    """A digest that does not change with the layout or the comments of the source."""
    return sha256(ast.dump(ast.parse(file.read_bytes())).encode()).hexdigest()
