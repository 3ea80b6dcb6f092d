"""How good plans are, held against the best that there are.

    make bench-plan-quality                                500 small problems
    .venv/bin/python -m benchmarks.plan_quality --count 50

Each has up to 12 connectors and 24 slots and all rules: trees, TN and IT grids, minimum current,
steps, pilot levels, power modules. A mixed-integer program of its own (see `brute`) finds the best
plan. Printed is how far below it the planner's plans are worth, and for larger sites how far below
the linear program's bound. Ends with exit code 1 if any plan is more than 0.5 % below the best.
"""

import argparse
import math
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from benchmarks.plan.instances import site
from benchmarks.plan_quality.brute import best_worth
from benchmarks.plan_quality.instances import instance
from smart_charging.plan import Method
from smart_charging.planner import make_plan

_MOST_BELOW: Final = 0.005
_LARGER: Final = (50, 200, 1_000, 5_000)
_TIME_LIMIT_S: Final = 60.0


def main() -> int:
    """Judge all problems."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=500, help="small problems")
    asked = parser.parse_args()
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        below = list(pool.map(_below_best, range(asked.count), chunksize=5))
    solved = sorted(share for share in below if not math.isnan(share))
    late = len(below) - len(solved)
    print(f"{len(solved)} small problems; with {late} more brute force was not done in time")
    for name, place in (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99)):
        print(f"{name:>8} {100 * solved[int(place * (len(solved) - 1))]:.4f} % below the best")
    print(f"   worst {100 * solved[-1]:.4f} % (seed {below.index(solved[-1])})")
    for connectors in _LARGER:
        plan = make_plan(site(connectors), _TIME_LIMIT_S)
        gap = plan.objective.gap if plan.objective else None
        print(f"{connectors:>8,} connectors: {100 * (gap or 0.0):.4f} % below the bound")
    verdict = "PASS" if solved[-1] <= _MOST_BELOW else "FAIL"
    print(
        f"plan-quality: {100 * solved[-1]:.3f} % below the best at most, of {len(solved)} problems "
        f"(bar {100 * _MOST_BELOW:g} %) {verdict}"
    )
    return 0 if verdict == "PASS" else 1


def _below_best(seed: int) -> float:
    problem = instance(seed)
    plan = make_plan(problem, _TIME_LIMIT_S)
    if plan.method is Method.HEURISTIC or plan.objective is None:
        return 1.0
    best = best_worth(problem)
    return (best - plan.objective.total) / max(abs(best), 1e-9)


if __name__ == "__main__":
    sys.exit(main())
