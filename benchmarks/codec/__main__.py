"""What it costs to understand and answer a message, beside the plain `ocpp` package.

    make bench-codec                                   both sides
    .venv/bin/python -m benchmarks.codec --stages       what our side spends it on, too
    .venv/bin/python -m benchmarks.codec --tried        other ways to do parts of it, too

Measured is the processor time of the process, all threads, from the text of a call to the text of
its answer: reading, checking, translating, gathering the reading, encoding, checking, writing; no
socket, no handler, no storage. The package runs `ChargePoint.route_message`: as its example server
does, and lean, which is validation without threads and no log. All take turns; ratios are taken
within a round, and the median of the rounds counts. The bars hold against the lean one. Ends with
exit code 1 if one is missed.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from benchmarks.codec.messages import Message, load_messages
from benchmarks.codec.ours import OurSide
from benchmarks.codec.theirs import TheirSide
from benchmarks.codec.timing import repeat, take_turns
from benchmarks.codec.tried import alternatives

_BARS: Final = {"MeterValues": 20, "TransactionEvent": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of one message: medians in µs, and how many times as much theirs is."""

    message: Message
    plain_us: float
    lean_us: float
    ours_us: float
    plain_ratio: float
    lean_ratio: float


def main() -> int:
    """Measure all messages and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9, help="of which the median counts")
    parser.add_argument("--stages", action="store_true", help="show what our side spends it on")
    parser.add_argument("--tried", action="store_true", help="show other ways to do parts of it")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, filename=os.devnull)
    ours = OurSide()
    rows = _compare(ours, asked.rounds)
    if asked.stages:
        for row in rows:
            _show(f"{row.message.name}, by stage", ours.stages(row.message), asked.rounds)
    if asked.tried:
        for what, ways in alternatives().items():
            _show(what, ways, asked.rounds)
    return judge(rows)


def judge(rows: list[Row]) -> int:
    """Print the figures and the verdict; returns the exit code."""
    judged = [(row, _BARS[row.message.name]) for row in rows if row.message.name in _BARS]
    faults = [row.message.name for row, bar in judged if row.lean_ratio < bar]
    figures = "; ".join(
        f"{row.message.name} {row.ours_us:.1f} us, 1/{row.plain_ratio:.0f} of the ocpp package, "
        f"1/{row.lean_ratio:.0f} of it lean"
        for row, _ in judged
    )
    bars = ", ".join(f"1/{bar}" for _, bar in judged)
    verdict = "FAIL: " + ", ".join(faults) if faults else "PASS"
    print(f"\ncodec: {figures} (bar {bars}) {verdict}")
    return 1 if faults else 0


def _compare(ours: OurSide, rounds: int) -> list[Row]:
    plain, lean = TheirSide(is_lean=False), TheirSide(is_lean=True)
    print(
        f"{'us':<18} {'bytes':>6} {'ocpp':>8} {'lean':>8} {'ours':>8} {'ocpp/ours':>10} lean/ours"
    )
    rows = []
    for message in load_messages():
        answers = {side.answer(message) for side in (plain, lean)}
        if {_parsed(answer) for answer in answers} != {_parsed(ours.answer(message))}:
            raise AssertionError(f"{message.name}: expected {answers}")
        row = _measure(message, plain, lean, ours, rounds)
        rows.append(row)
        print(
            f"{message.name:<18} {len(message.text):>6,} {row.plain_us:>8.1f} {row.lean_us:>8.1f} "
            f"{row.ours_us:>8.2f} {row.plain_ratio:>10.0f} {row.lean_ratio:>9.0f}",
            flush=True,
        )
    plain.close()
    lean.close()
    return rows


def _parsed(answer: str) -> str:
    return json.dumps(json.loads(answer), sort_keys=True)


def _measure(
    message: Message, plain: TheirSide, lean: TheirSide, ours: OurSide, rounds: int
) -> Row:
    taken = take_turns(
        {
            "plain": lambda times: plain.answer(message, times),
            "lean": lambda times: lean.answer(message, times),
            "ours": lambda times: ours.answer(message, times),
        },
        rounds,
    )
    return Row(
        message=message,
        plain_us=median(taken["plain"]),
        lean_us=median(taken["lean"]),
        ours_us=median(taken["ours"]),
        plain_ratio=_ratio(taken["plain"], taken["ours"]),
        lean_ratio=_ratio(taken["lean"], taken["ours"]),
    )


def _ratio(theirs: list[float], ours: list[float]) -> float:
    return median(their / our for their, our in zip(theirs, ours, strict=True))


def _show(title: str, acts: Mapping[str, Callable[[], object]], rounds: int) -> None:
    taken = take_turns({name: repeat(act) for name, act in acts.items()}, rounds)
    print(f"\n{title}")
    for name, times_us in taken.items():
        print(f"  {name:<24} {median(times_us):>8.2f} us")


if __name__ == "__main__":
    sys.exit(main())
