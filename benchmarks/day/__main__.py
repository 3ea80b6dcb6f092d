"""Virtual days of scenarios against the real system, beside what other policies make of them.

    make bench-day          the three that are shipped
    .venv/bin/python -m benchmarks.day garage my-scenario.yaml --until 12h

Ends with exit code 1 if a feeder was over its limit at any time, or if less than 97 % of the energy
was delivered that perfect foresight would have delivered.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from time import process_time

from csms.cli.day import LEAST_SHARE, DayFigures, compare, run_day
from csms.cli.figures import print_figures
from csms.cli.inputs import load_scenario, parse_length
from csms.log import set_up_logging

_SHIPPED = ("garage", "workplace", "depot")


def main() -> int:
    """Run the days at the same time and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenarios", nargs="*", default=_SHIPPED, help="names or files")
    parser.add_argument("--until", default="24h", help="length of a run: 24h, 90m, 2d")
    asked = parser.parse_args()
    length = parse_length(asked.until)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        days = list(pool.map(partial(_live, length=length), asked.scenarios))
    for scenario, (figures, cpu_s) in zip(asked.scenarios, days, strict=True):
        print_figures(load_scenario(scenario, length), figures)
        print(f"{cpu_s:.0f} s of processor time for {asked.until}\n")
    return _judge([figures for figures, _ in days])


def _live(scenario: str, length: timedelta) -> tuple[DayFigures, float]:
    set_up_logging("ERROR")
    started_s = process_time()
    played = load_scenario(scenario, length)
    report = run_day(played, length)
    cpu_s = process_time() - started_s
    return compare(played, report), cpu_s


def _judge(days: Sequence[DayFigures]) -> int:
    least = min(figures.share_of_foresight for figures in days)
    over_as = sum(figures.report.over_as for figures in days)
    has_passed = not any(figures.faults for figures in days)
    print(
        f"day: {100 * least:.2f} % of perfect foresight at least, {over_as:.1f} A s over a limit "
        f"(bar {100 * LEAST_SHARE:.0f} %, 0.0 A s) {'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
