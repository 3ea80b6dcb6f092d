"""What storing a message costs: events handed to the desk as if the sockets cost nothing.

    make bench-store
    .venv/bin/python -m benchmarks.store --stations 1000 --messages 20 --database sqlite
    .venv/bin/python -m benchmarks.store --tried

Every station waits for its answer, which comes after the commit, before it sends its next message.
Processor time is that of this process, without making the events, and that of the PostgreSQL server
where there is one. Beside it stands what is usual: a session and a commit for every message, which
does not even judge them or bring a site up to date.
"""

import argparse
import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final

from benchmarks.rig.databases import DATABASES, Store, opened
from benchmarks.store.desk import open_desk
from benchmarks.store.messages import FREQUENT, KINDS, Make, Story
from benchmarks.store.plain import open_plain_desk
from benchmarks.store.tried import print_tried
from csms.domain.events import StationEvent
from csms.domain.identity import StationId

_BAR: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a message took: processor time here and in the database's server."""

    own_us: float
    server_us: float
    per_s: float

    @property
    def total_us(self) -> float:
        """Both together."""
        return self.own_us + self.server_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How many stations send how many messages, and where they are stored."""

    store: Store
    stations: int
    messages: int


def main() -> int:
    """Run all kinds of messages against the databases and judge the frequent ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1_000, help="how many send at once")
    parser.add_argument("--messages", type=int, default=20, help="of each kind per station")
    parser.add_argument("--database", choices=DATABASES, default="both")
    parser.add_argument("--tried", action="store_true", help="what was tried instead, and no more")
    asked = parser.parse_args()
    if asked.tried:
        print_tried()
        return 0
    factors = [
        factor
        for database in DATABASES[asked.database]
        for factor in run(database, asked.stations, asked.messages)
    ]
    has_passed = min(factors) >= _BAR
    print(
        f"store: {min(factors):.0f} times less processor time than with a commit for every message "
        f"(bar {_BAR:.0f}) {'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


def run(database: str, stations: int, messages: int) -> list[float]:
    """Send all kinds of messages to a new database; return by how much the usual way costs more."""
    with (
        TemporaryDirectory(prefix="chargeflex-store-") as folder,
        opened(database, Path(folder)) as store,
    ):
        print(f"{database}, {stations} stations", flush=True)
        return asyncio.run(_measure(Bench(store=store, stations=stations, messages=messages)))


async def _measure(bench: Bench) -> list[float]:
    async with open_desk(bench.store.url, bench.stations) as desk:
        story = Story(desk.station_ids)
        await _send(desk.handle, {event.station_id: [event] for event in story.starts()})
        ours = {
            name: await _cost(name, bench, story, make, desk.handle, bench.messages)
            for name, make in KINDS.items()
        }
    async with open_plain_desk(bench.store.url) as plain:
        usual = {
            name: await _cost(f"{name}, one by one", bench, story, KINDS[name], plain.handle, 1)
            for name in FREQUENT
        }
    return [usual[name].total_us / ours[name].total_us for name in FREQUENT]


async def _cost(
    name: str,
    bench: Bench,
    story: Story,
    make: Make,
    handle: Callable[[Any], Awaitable[object]],
    messages: int,
) -> Cost:
    making_s = process_time()
    for station_id, _ in product(story.station_ids, range(messages)):
        make(story, station_id)
    making_s = process_time() - making_s
    gc.collect()
    gc.freeze()
    reports = {
        station_id: (make(story, station_id) for _ in range(messages))
        for station_id in story.station_ids
    }
    server_s = bench.store.processor_s()
    own_s, began_s = process_time(), perf_counter()
    await _send(handle, reports)
    took_s, own_s = perf_counter() - began_s, process_time() - own_s - making_s
    server_s = bench.store.processor_s() - server_s
    count = bench.stations * messages
    cost = Cost(own_us=own_s / count * 1e6, server_us=server_s / count * 1e6, per_s=count / took_s)
    print(
        f"  {name:<30} {cost.own_us:7.1f} us {cost.server_us:7.1f} us in the server "
        f"{cost.per_s:7.0f}/s",
        flush=True,
    )
    return cost


async def _send(
    handle: Callable[[Any], Awaitable[object]],
    reports: Mapping[StationId, Iterable[StationEvent[Any]]],
) -> None:
    async def send(events: Iterable[StationEvent[Any]]) -> None:
        for event in events:
            await handle(event)

    async with asyncio.TaskGroup() as tasks:
        for events in reports.values():
            tasks.create_task(send(events))


if __name__ == "__main__":
    sys.exit(main())
