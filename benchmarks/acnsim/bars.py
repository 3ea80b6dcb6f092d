"""What the figures are judged by."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks.acnsim.cases import Scheduler, Setting
from benchmarks.acnsim.tables import Point

_BOUND_PCT: Final = 30
"""Shares of perfect foresight are asked for from this capacity on."""
_BETTER_PCT: Final = 50
"""With what drivers say we have to be better, not as good, up to this capacity."""
_IDEAL_PCT: Final = 99.5
_REAL_PCT: Final = 95.0
_CPU_RATIO: Final = 20.0
_SAME: Final = 0.01
"""Percentage points of energy that are no difference: solvers stop at their tolerances."""


def judge(points: Sequence[Point]) -> bool:
    """Print each bar with its worst value, and say whether all are held."""
    found = [*_ideal(points), *_drivers(points), *_real(points), *_cpu(points)]
    over = sum(point.ours.overloads for point in points)
    found.append((f"{over} periods over a limit (0)", over == 0))
    has_passed = all(is_held for _, is_held in found)
    words = "; ".join(text if is_held else f"{text} MISSED" for text, is_held in found)
    if missing := _without_mpc(points):
        print(f"\nnot held against adacharge, which has not been run: {', '.join(missing)}")
    print(f"\nacnsim: {words} {'PASS' if has_passed else 'FAIL'}")
    return has_passed


_Bars = Iterator[tuple[str, bool]]


def _ideal(points: Sequence[Point]) -> _Bars:
    some = [one for one in points if one.setting is Setting.IDEAL]
    worst = _worst([one for one in some if one.share_pct >= _BOUND_PCT], _of_foresight)
    if worst is not None:
        share = worst.of_foresight_pct
        yield f"(a) {share:.2f} % of foresight ({_IDEAL_PCT})", share >= _IDEAL_PCT
    least = _worst(some, _ahead)
    if least is not None:
        yield f"(a) {least.ahead_pct:+.2f} points to the best peer (0)", least.ahead_pct >= -_SAME


def _drivers(points: Sequence[Point]) -> _Bars:
    some = [one for one in points if one.setting is Setting.DRIVERS]
    least = _worst(some, _ahead)
    if least is not None:
        yield f"(b) {least.ahead_pct:+.2f} points to the best peer (0)", least.ahead_pct >= -_SAME
    tight = _worst([one for one in some if one.share_pct <= _BETTER_PCT], _ahead)
    if tight is not None:
        text = f"(b) {tight.ahead_pct:+.2f} points up to {_BETTER_PCT} % (above 0)"
        yield text, tight.ahead_pct > _SAME


def _real(points: Sequence[Point]) -> _Bars:
    some = [one for one in points if one.setting is Setting.REAL and one.share_pct >= _BOUND_PCT]
    worst = _worst(some, _of_foresight)
    if worst is not None:
        share = worst.of_foresight_pct
        yield f"(c) {share:.2f} % of foresight ({_REAL_PCT})", share >= _REAL_PCT


def _cpu(points: Sequence[Point]) -> _Bars:
    ratios = [one.cpu_ratio for one in points if one.cpu_ratio is not None]
    if ratios:
        least = min(ratios)
        yield f"(d) 1/{least:.1f} of adacharge's time (1/{_CPU_RATIO:.0f})", least >= _CPU_RATIO
    else:
        yield "(d) not judged without adacharge", True


def _without_mpc(points: Sequence[Point]) -> list[str]:
    """What the bars were judged without."""
    return [
        f"{one.week.label} {one.setting} {one.share_pct} %"
        for one in points
        if Scheduler.MPC not in one.peers
    ]


def _worst(points: Sequence[Point], by: Callable[[Point], float]) -> Point | None:
    return min(points, key=by, default=None)


def _of_foresight(point: Point) -> float:
    return point.of_foresight_pct


def _ahead(point: Point) -> float:
    return point.ahead_pct
