"""What the figures are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.throughput.contestants import FLOOR, PEER
from benchmarks.throughput.rounds import STEADY_RATE, STEADY_STATIONS
from benchmarks.throughput.rows import Row

_JUDGED_AT: Final = 1000
_RATIOS: Final = {"MeterValues": 15.0, "TransactionEvent": 30.0}
_HALF_P99_MS: Final = 250.0
_STEADY_P99_MS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in words, and whether it holds its bar."""

    text: str
    is_held: bool


def judge(rows: Sequence[Row]) -> bool:
    """Print all figures that have a bar in one line, and say whether all are held."""
    ours = [row for row in rows if row.name not in (FLOOR, PEER)]
    figures = [*_at_judged(ours), *_steady(ours)]
    figures += [Figure(fault, is_held=False) for row in rows for fault in row.faults]
    if not figures:
        print("throughput: nothing to judge")
        return True
    has_passed = all(figure.is_held for figure in figures)
    words = "; ".join(
        figure.text if figure.is_held else f"{figure.text} MISSED" for figure in figures
    )
    if not any(row.steady for row in ours):
        words += f"; {STEADY_STATIONS:,} stations not measured"
    ratios = ", ".join(f"{bar:g}x {message}" for message, bar in _RATIOS.items())
    print(
        f"throughput: {words} (bar {ratios}, p99 < {_HALF_P99_MS:g} ms at "
        f"half load, <= {_STEADY_P99_MS:g} ms at {STEADY_STATIONS:,} stations and "
        f"{STEADY_RATE:,.0f} messages/s) {'PASS' if has_passed else 'FAIL'}"
    )
    return has_passed


def _at_judged(rows: Sequence[Row]) -> list[Figure]:
    """The bars at 1,000 stations, or at the nearest number that was measured."""
    near = min((abs(row.stations - _JUDGED_AT) for row in rows), default=0)
    figures = []
    for row in rows:
        bar = _RATIOS.get(row.message)
        if bar is None or abs(row.stations - _JUDGED_AT) != near:
            continue
        about = f"{row.name} {row.message} at {row.stations:,}"
        if row.ratio is not None:
            figures.append(Figure(f"{about} {row.ratio:.1f}x", row.ratio >= bar))
        if row.half is not None:
            p99_ms = row.half.p99_ms
            figures.append(Figure(f"{about} p99 {p99_ms:.0f} ms at half", p99_ms < _HALF_P99_MS))
    return figures


def _steady(rows: Sequence[Row]) -> list[Figure]:
    return [
        Figure(
            f"{row.name} {row.message} at {row.stations:,} p99 {row.steady.p99_ms:.1f} ms",
            row.steady.p99_ms <= _STEADY_P99_MS,
        )
        for row in rows
        if row.steady is not None
    ]
