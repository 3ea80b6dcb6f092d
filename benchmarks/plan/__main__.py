"""How long plans take, from 50 connectors to 20,000, and how good they are.

    make bench-plan                                  the whole curve
    .venv/bin/python -m benchmarks.plan 1000 10000     some of it

Measured is the processor time of one thread for a plan that can be sent: laying out, solving,
rounding, verifying. `warm` is the plan five minutes later, made from the one before, when 2 % of
the vehicles have been replaced by others. `gap` is how far the plan is below the linear program's
bound; `gap of loss` is the same in stricter words: by how much what is paid and what is missed is
above the least that is possible. Ends with exit code 1 if a bar is missed.
"""

import argparse
import sys
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Final

from benchmarks.plan.instances import five_minutes_later, site
from smart_charging.case import lay_out_case
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem

_SIZES: Final = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
_BARS_S: Final = {1_000: 0.5, 10_000: 2.0}
_WARM_SHARE: Final = 1 / 3
_MOST_GAP: Final = 0.01
_TIME_LIMIT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured at one size; times are medians in seconds of processor time."""

    connectors: int
    cold_s: float
    warm_s: float
    cold: ChargingPlan
    loss_gap: float

    @property
    def gap(self) -> float:
        """Below the bound, as a share of it."""
        return (self.cold.objective and self.cold.objective.gap) or 0.0


def main() -> int:
    """Measure all sizes and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("connectors", nargs="*", type=int, default=_SIZES)
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    asked = parser.parse_args()
    make_plan(site(20), _TIME_LIMIT_S)  # imports are not counted
    print(f"{'connectors':>10} {'cold s':>8} {'warm s':>8} {'gap':>8} {'gap of loss':>12}  method")
    rows = []
    for connectors in asked.connectors:
        row = _measure(connectors, asked.runs)
        rows.append(row)
        print(
            f"{row.connectors:>10,} {row.cold_s:>8.3f} {row.warm_s:>8.3f} "
            f"{100 * row.gap:>6.3f} % {100 * row.loss_gap:>10.2f} %  {row.cold.method}",
            flush=True,
        )
    return _judge(rows)


def _measure(connectors: int, runs: int) -> Row:
    problem = site(connectors)
    cold, first_s = _timed(problem)
    later = five_minutes_later(problem, cold)
    colds = [first_s, *(_timed(problem)[1] for _ in range(runs - 1))]
    warms = [_timed(later, cold)[1] for _ in range(runs)]
    return Row(
        connectors=connectors,
        cold_s=median(colds),
        warm_s=median(warms),
        cold=cold,
        loss_gap=_loss_gap(problem, cold),
    )


def _timed(
    problem: ChargingProblem, last: ChargingPlan | None = None
) -> tuple[ChargingPlan, float]:
    started_s = process_time()
    plan = make_plan(problem, _TIME_LIMIT_S, last)
    return plan, process_time() - started_s


def _loss_gap(problem: ChargingProblem, plan: ChargingPlan) -> float:
    """What is paid and missed, over the least that is possible, less one."""
    units = lay_out_case(problem).units
    at_stake = float((units.size_wh * units.value_per_wh).sum())
    objective = plan.objective
    if objective is None or objective.bound is None:
        return 0.0
    return (at_stake - objective.total) / (at_stake - objective.bound) - 1.0


def _judge(rows: list[Row]) -> int:
    faults = [f"gap at {row.connectors}" for row in rows if row.gap > _MOST_GAP]
    figures = []
    for row in rows:
        bar_s = _BARS_S.get(row.connectors)
        if bar_s is None:
            continue
        figures.append(f"{row.connectors:,} in {row.cold_s:.2f} s, warm {row.warm_s:.2f} s")
        if row.cold_s > bar_s:
            faults.append(f"cold at {row.connectors}")
        if row.warm_s > bar_s * _WARM_SHARE:
            faults.append(f"warm at {row.connectors}")
    gap_pct = 100 * max(row.gap for row in rows)
    bars = ", ".join(f"{bar_s:g} s" for bar_s in _BARS_S.values())
    verdict = "FAIL: " + ", ".join(faults) if faults else "PASS"
    print(
        f"plan: {'; '.join(figures)}; gap {gap_pct:.3f} % "
        f"(bar {bars}, warm a third of that, 1 %) {verdict}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
