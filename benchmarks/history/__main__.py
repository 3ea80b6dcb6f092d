"""How fast a month of 1,000 connectors, read every 10 s, is found again.

    make bench-history                                               260 million readings
    .venv/bin/python -m benchmarks.history --days 3 --connectors 100     fewer, to try it

The month is made (`month.py` says of what) and kept by the code that moves readings from the
database to files, roll-ups included. Then, through the reader that `chargeflex export` uses, with
the catalogue of files looked up in the database each time:

- connector: all readings of one connector, every 10 s, as a table;
- site: the site's mean power in quarters of an hour, over all connectors.

`cold` is the first query of a new process, its libraries loaded, after the files were dropped from
the machine's cache; `warm` are three more in that process, each of another connector. Of three such
processes the medians count. Ends with exit code 1 if a query takes longer than its bar. Everything
is made in a temporary folder and removed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Final

from benchmarks.history.month import Month, keep_day, roll_month
from benchmarks.history.queries import Query, Took
from csms.history.engine import open_engine
from csms.history.files import HistoryFiles
from csms.storage.database import Database, DatabaseSettings

_BARS_S: Final = {"connector": 1.0, "site": 2.0}
_MEMORY_GB: Final = 2.5
_PROCESSES: Final = 3


def main() -> int:
    """Make the month, query it, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--connectors", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--folder", type=Path, help="where the month is made; default: temporary")
    asked = parser.parse_args()
    month = Month(connectors=asked.connectors, days=asked.days)
    with tempfile.TemporaryDirectory(prefix="chargeflex-history-", dir=asked.folder) as folder:
        asyncio.run(_make(month, Path(folder)))
        _print_size(Path(folder))
        took = {
            what: [_ask(what, month, Path(folder)) for _ in range(_PROCESSES)] for what in _BARS_S
        }
    return judge(took)


async def _make(month: Month, folder: Path) -> None:
    """Make the month, day by day."""
    database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
    await database.upgrade()
    files = HistoryFiles(database, folder / "history")
    began_s, began_cpu_s = perf_counter(), process_time()
    threads = os.cpu_count() or 1
    with closing(open_engine(folder / "scratch", threads, _MEMORY_GB)) as engine:
        for number in range(month.days):
            await keep_day(files, engine, month, number)
            print(f"\rday {number + 1} of {month.days}", end="", file=sys.stderr, flush=True)
        await roll_month(files, engine, month)
    await database.close()
    took_s, took_cpu_s = perf_counter() - began_s, process_time() - began_cpu_s
    print(
        f"\rmade {month.readings:,} readings and their roll-ups in {took_s:.0f} s "
        f"({took_cpu_s:.0f} s of processor time)"
    )


def _print_size(folder: Path) -> None:
    for kind in sorted((folder / "history").glob("meters-*")):
        sizes = [path.stat().st_size for path in kind.rglob("*.parquet")]
        print(f"{kind.name:<14} {len(sizes):>4} files {sum(sizes) / 1e6:>8.1f} MB")


def _ask(what: str, month: Month, folder: Path) -> list[Took]:
    """Run a query some times in a process of its own."""
    query = Query(
        what=what,
        folder=str(folder),
        connectors=month.connectors,
        ends_at=month.ends_at.isoformat(),
    )
    command = [sys.executable, "-m", "benchmarks.history.queries", json.dumps(asdict(query))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [Took(**took) for took in json.loads(done.stdout)]


def judge(taken: Mapping[str, Sequence[Sequence[Took]]]) -> int:
    """Print what queries took, by kind and process, and whether each kept under its bar."""
    figures, faults = [], []
    print(f"{'query':<10} {'rows':>9} {'cold s':>8} {'warm s':>8} {'warm CPU s':>11}")
    for what, processes in taken.items():
        warm = [one for took in processes for one in took[1:]]
        cold_s = median(took[0].wall_s for took in processes)
        warm_s, cpu_s = median(one.wall_s for one in warm), median(one.cpu_s for one in warm)
        print(f"{what:<10} {warm[0].rows:>9,} {cold_s:>8.2f} {warm_s:>8.2f} {cpu_s:>11.2f}")
        figures.append(f"{what} {cold_s:.2f} s cold, {warm_s:.2f} s warm")
        if max(cold_s, warm_s) >= _BARS_S[what]:
            faults.append(what)
    bars = ", ".join(f"{bar_s:g} s" for bar_s in _BARS_S.values())
    verdict = "FAIL: " + ", ".join(faults) if faults else "PASS"
    print(f"history: {'; '.join(figures)} (bar {bars}) {verdict}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
