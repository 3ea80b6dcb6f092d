"""What storing a message costs: events handed to the desk as if the sockets cost nothing.

    make bench-store
    .venv/bin/python -m benchmarks.store --stations 1000 --messages 20 --on sqlite

Every station waits for its answer, which comes after the commit, before it sends its next message.
Processor time is that of this process, and of the PostgreSQL server where there is one.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final

from benchmarks.store.desk import Desk, open_desk
from benchmarks.store.messages import KINDS, Story
from csms.domain.events import StationEvent
from csms.domain.identity import StationId
from tests.storage.postgres import Cluster, find_programs, running_cluster

_BAR_US: Final = 30.0
_JUDGED: Final = ("MeterValues", "TransactionEvent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one kind of message took."""

    database: str
    kind: str
    own_us: float
    server_us: float
    per_s: float


def main() -> int:
    """Run all kinds of messages against both databases and judge the frequent ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1_000, help="how many send at once")
    parser.add_argument("--messages", type=int, default=20, help="of each kind per station")
    parser.add_argument("--on", action="append", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    costs = [
        cost
        for database in asked.on or ("sqlite", "postgresql")
        for cost in run(database, asked.stations, asked.messages)
    ]
    return _judge(costs)


def run(database: str, stations: int, messages: int) -> list[Cost]:
    """Send all kinds of messages to a desk on a new database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-")))
        if database == "sqlite":
            return asyncio.run(
                _measure(f"sqlite:///{folder / 'csms.db'}", None, stations, messages)
            )
        programs = find_programs()
        if programs is None:
            raise SystemExit("expected PostgreSQL: apt-get install postgresql")
        cluster = stack.enter_context(running_cluster(programs, is_durable=True))
        return asyncio.run(_measure(cluster.url(cluster.create()), cluster, stations, messages))


async def _measure(url: str, cluster: Cluster | None, stations: int, messages: int) -> list[Cost]:
    costs = []
    async with open_desk(url, stations) as desk:
        story = Story(desk.station_ids)
        await _send(desk, {event.station_id: [event] for event in story.starts()})
        for name, make in KINDS.items():
            making_s = process_time()
            for station_id, _ in product(desk.station_ids, range(messages)):
                make(story, station_id)
            making_s = process_time() - making_s
            gc.collect()
            gc.freeze()
            server_s = cluster.cpu_s() if cluster else 0.0
            own_s, began_s = process_time(), perf_counter()
            await _send(
                desk,
                {
                    station_id: (make(story, station_id) for _ in range(messages))
                    for station_id in desk.station_ids
                },
            )
            took_s, own_s = perf_counter() - began_s, process_time() - own_s - making_s
            count = stations * messages
            cost = Cost(
                database="PostgreSQL" if cluster else "SQLite",
                kind=name,
                own_us=own_s / count * 1e6,
                server_us=(cluster.cpu_s() - server_s) / count * 1e6 if cluster else 0.0,
                per_s=count / took_s,
            )
            print(
                f"{cost.database:<11} {cost.kind:<20} {cost.own_us:8.1f} us"
                f" {cost.server_us:8.1f} us in the server {cost.per_s:8.0f}/s",
                flush=True,
            )
            costs.append(cost)
    return costs


async def _send(desk: Desk, reports: Mapping[StationId, Iterable[StationEvent[Any]]]) -> None:
    async def send(events: Iterable[StationEvent[Any]]) -> None:
        for event in events:
            await desk.handle(event)

    async with asyncio.TaskGroup() as tasks:
        for events in reports.values():
            tasks.create_task(send(events))


def _judge(costs: Sequence[Cost]) -> int:
    judged = [cost for cost, kind in product(costs, _JUDGED) if cost.kind == kind]
    worst_us = max(cost.own_us for cost in judged)
    has_passed = worst_us <= _BAR_US
    print(
        f"store: {worst_us:.1f} us of processor time per message at most (bar {_BAR_US:.0f} us) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
