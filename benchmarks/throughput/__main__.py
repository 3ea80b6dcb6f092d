"""Messages per second, beside the example central system of the `ocpp` package.

    make bench-throughput                                            the whole curve
    .venv/bin/python -m benchmarks.throughput --stations 100 --seconds 3 --database sqlite

Ours keeps everything before it answers; the peer keeps nothing. Every server has a process and
stations of its own, each with a transaction that runs and one call on its way; they are loaded in
turn, round by round. What counts is messages per second of processor time (utime + stime of the
server and all that it has started, and of PostgreSQL), the median over rounds: messages per second
say as much about what else the machine does. `alone` is that time without what the server uses at
rest, while it steers chargers that say nothing: the rest weighs on each message where a busy
machine lets few through. Then each takes half of that, at a steady rate, and latency counts from
when a message was due. In the end the readings in the database are counted. `--floor` has a server
take part that keeps texts and understands nothing: what sockets and a durable commit cost alone.
Ends with exit code 1 where a bar is missed, and 2 without PostgreSQL if it is asked for.
"""

import argparse
import sys
from typing import Final

from benchmarks.load.figures import LoadFigures
from benchmarks.rig.databases import DATABASES
from benchmarks.rig.processes import allow_many_files
from benchmarks.throughput.bars import judge
from benchmarks.throughput.contestants import FLOOR, PEER
from benchmarks.throughput.rounds import VERSIONS, Effort, measure
from benchmarks.throughput.rows import Row

_STATIONS: Final = (100, 1_000, 5_000, 10_000)
_HEAD: Final = (
    f"{'stations':>8} {'message':<16} {'server':<10} {'msg/s':>7} {'per CPU s':>9} {'with DB':>8} "
    f"{'x CPU':>6} {'x wall':>6} {'us CPU':>7} {'alone':>6} {'gen':>5} "
    f"{'half':>7} {'p50 ms':>7} {'p99 ms':>8} {'late':>5} {'KiB idle':>8} {'loaded':>7}"
)


def main() -> int:
    """Measure what is asked for and judge it."""
    asked = _parsed()
    allow_many_files()
    ours = () if asked.peer_only else DATABASES[asked.database]
    peer = () if asked.ours_only else (PEER,)
    floor = (FLOOR,) if asked.floor else ()
    effort = Effort(names=(*peer, *floor, *ours), seconds=asked.seconds, rounds=asked.rounds)
    rows = []
    print(_HEAD, flush=True)
    try:
        for stations in asked.stations:
            for version in asked.versions:
                for row in measure(stations, version, effort):
                    rows.append(row)
                    _print(row)
    except LookupError as error:
        print(error)
        return 2
    return 0 if judge(rows) else 1


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", nargs="+", type=int, default=_STATIONS)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of a load")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--database", choices=DATABASES, default="both")
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=VERSIONS)
    parser.add_argument("--peer-only", action="store_true", help="measure the peer alone")
    parser.add_argument("--ours-only", action="store_true", help="measure without the peer")
    parser.add_argument(
        "--floor", action="store_true", help="and what sockets and a commit cost alone"
    )
    return parser.parse_args()


def _print(row: Row) -> None:
    print(
        f"{row.stations:>8,} {row.message:<16} {row.name:<10} {row.rate:>7,.0f} "
        f"{row.per_server_s:>9,.0f} {row.per_processor_s:>8,.0f} {_times(row.ratio):>6} "
        f"{_times(row.wall_ratio):>6} {row.cost_us:>7,.0f} {row.alone_us:>6,.0f} "
        f"{row.generator_share:>5.2f} {_latency(row.half)} {row.idle_kib:>8.1f} "
        f"{row.loaded_kib:>7.1f}",
        flush=True,
    )
    if row.steady is not None:
        print(f"{'':>8} {row.message:<16} {row.name:<10} {'steady':>69} {_latency(row.steady)}")


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1f}"


def _latency(load: LoadFigures | None) -> str:
    if load is None:
        return f"{'-':>7} {'-':>7} {'-':>8} {'-':>5}"
    return f"{load.rate:>7,.0f} {load.p50_ms:>7.1f} {load.p99_ms:>8.1f} {load.late_p99_ms:>5.1f}"


if __name__ == "__main__":
    sys.exit(main())
