"""A server that is killed at random moments, again and again, under load.

    make bench-crash
    .venv/bin/python -m benchmarks.crash --kills 40 --database sqlite

Stations of both versions charge one vehicle after the other and send again what was not answered.
In the end everything that was acknowledged has to be kept, once: every start, reading, end and
report. Half of the kills of a run go to each database; some hit the server while it starts.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.crash.check import Findings, check
from benchmarks.crash.server import Server
from benchmarks.crash.stations import Station, StationV201
from benchmarks.rig.databases import DATABASES, opened

_EARLIEST_S, _LATEST_S = 0.2, 1.5
"""After the server has got ready."""
_WHILE_STARTING: Final = 0.1
"""So many of the kills hit a server that is not ready yet."""
_SHOWN: Final = 5


def main() -> int:
    """Kill servers on each database, and judge what is kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200, help="in all")
    parser.add_argument("--stations", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=DATABASES, default="both")
    asked = parser.parse_args()
    databases = DATABASES[asked.database]
    kills = asked.kills // len(databases)
    found = [run(database, kills, asked.stations, asked.seed) for database in databases]
    return _judge(found, kills * len(databases))


def run(database: str, kills: int, stations: int, seed: int) -> Findings:
    """Kill servers on a new database, and look at what is kept."""
    with (
        TemporaryDirectory(prefix="chargeflex-crash-") as folder,
        opened(database, Path(folder)) as store,
    ):
        began_s = time.monotonic()
        names = [f"CP-{number:03}" for number in range(stations)]
        server = Server(Path(folder), store.url, names)
        fleet = [
            (StationV201 if number % 2 else Station)(name, server.ocpp_port)
            for number, name in enumerate(names)
        ]
        try:
            asyncio.run(_charge_and_kill(server, fleet, kills, Random(seed)))  # noqa: S311
        finally:
            server.kill()
        findings = asyncio.run(check(store.url, fleet))
        took_s = time.monotonic() - began_s
    _print(database, kills, took_s, findings)
    return findings


async def _charge_and_kill(
    server: Server, fleet: Sequence[Station], kills: int, rng: Random
) -> None:
    server.start()
    await asyncio.to_thread(server.wait_until_ready)
    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(station.run()) for station in fleet]
        for _ in range(kills):
            await asyncio.sleep(rng.uniform(_EARLIEST_S, _LATEST_S))
            await asyncio.to_thread(server.kill)
            server.start()
            while rng.random() < _WHILE_STARTING:
                await asyncio.sleep(rng.uniform(0.0, _LATEST_S))
                await asyncio.to_thread(server.kill)
                server.start()
            await asyncio.to_thread(server.wait_until_ready)
        await asyncio.sleep(_LATEST_S)
        for life in lives:
            life.cancel()


def _print(database: str, kills: int, took_s: float, findings: Findings) -> None:
    print(
        f"{database:<10} {kills} kills in {took_s:.0f} s: "
        f"{findings.acknowledged} messages acknowledged, {findings.repeated} of them sent again; "
        f"{len(findings.lost)} lost, {len(findings.twice)} kept twice, "
        f"{len(findings.unasked)} that nobody told",
        flush=True,
    )
    for what, wrong in vars(findings).items():
        if isinstance(wrong, list):
            for line in wrong[:_SHOWN]:
                print(f"  {what}: {line}")


def _judge(found: Sequence[Findings], kills: int) -> int:
    has_passed = all(findings.are_none and findings.acknowledged > 0 for findings in found)
    wrong = sum(len(one.lost) + len(one.twice) + len(one.unasked) for one in found)
    acknowledged = sum(one.acknowledged for one in found)
    print(
        f"crash: {wrong} of {acknowledged} acknowledged messages not kept exactly once, "
        f"after {kills} kills (bar 0) {'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
