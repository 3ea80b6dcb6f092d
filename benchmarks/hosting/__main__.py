"""How many users two feeders can host, policy by policy, on real Norwegian garages.

    make bench-hosting
    .venv/bin/python -m benchmarks.hosting --feeders A --seeds 2 --policies equal,predicted,stated

A carries 100 kW and vehicles only, B 400 kW with a winter load of 280 kW at its peak. Hosting
capacity is the largest number of users who get 99 % of their energy by departure with no line over
its limit in any quarter of an hour, the mean of five bootstrap populations. The bars: without
anything from drivers 1.25 times equal shares, with stated departures 98 % of perfect foresight, and
no excess while 5 % of the chargers are silent. Beside the learned forecast stands what the same
trees reach in hindsight, grown on the studied weeks themselves: a bound of what they can tell. What
has been worked out is kept in benchmarks/hosting/.results, so that a run that was broken off goes
on; `--fresh` forgets it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks.hosting.bars import judge
from benchmarks.hosting.feeders import FEEDERS, Feeder, read_garages, scenario_of
from csms.cli.study import Wanted, read_policies, tasks_of
from csms.cli.study_run import run_all
from csms.cli.study_table import GOALS, TITLES, ratio, silent
from csms.domain.errors import InvalidInputError
from smart_charging.study.capacity import Goal
from smart_charging.study.policies import PolicyName
from smart_charging.study.scenario import Scenario
from smart_charging.study.summary import Row, summarise
from smart_charging.study.task import PREDICTORS

_LEARNED = "learned"
_HINDSIGHT = "hindsight"
_CELLS = Path(__file__).parent / ".results" / "cells.jsonl"


def main() -> int:
    """Study the feeders and judge what was found."""
    asked = _arguments()
    _CELLS.parent.mkdir(exist_ok=True)
    if asked.fresh:
        _CELLS.unlink(missing_ok=True)
    try:
        imported = read_garages(Path(os.environ.get("CHARGEFLEX_DATA", "data")))
        policies = read_policies(asked.policies)
    except InvalidInputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    wanted = Wanted(policies=policies, seeds=asked.seeds, predictor=asked.predictor)
    feeders = [one for one in FEEDERS if one.name in asked.feeders]
    rows: list[Row] = []
    for feeder in feeders:
        started_s = perf_counter()
        found = run_all(tasks_of([scenario_of(feeder, imported)], wanted), _CELLS, asked.jobs)
        rows += summarise(found)
        _print(feeder, [row for row in rows if row.scenario == feeder.name])
        if asked.predictor == _LEARNED and PolicyName.PREDICTED in policies:
            print(_in_hindsight(scenario_of(feeder, imported), wanted, asked.jobs))
        print(f"{perf_counter() - started_s:.0f} s for what was not known yet\n")
    words, has_passed = judge(rows)
    print(words)
    return 0 if has_passed else 1


def _arguments() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hosting", description=summary)
    parser.add_argument("--feeders", nargs="+", choices=("A", "B"), default=["A", "B"])
    parser.add_argument("--seeds", type=int, default=5, help="populations")
    parser.add_argument("--policies", default="all", help=f"some of {', '.join(PolicyName)}")
    parser.add_argument("--predictor", choices=PREDICTORS, default=_LEARNED)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--fresh", action="store_true", help="forget what has been worked out")
    return parser.parse_args()


def _in_hindsight(scenario: Scenario, wanted: Wanted, jobs: int) -> str:
    """What trees reach that were grown on the studied weeks themselves."""
    both = (PolicyName.EQUAL, PolicyName.PREDICTED)
    tasks = tasks_of([scenario], replace(wanted, policies=both, predictor=_HINDSIGHT))
    row = next(
        row for row in summarise(run_all(tasks, _CELLS, jobs)) if row.policy is PolicyName.PREDICTED
    )
    users = f"{row.capacity.mean:.1f} ± {row.capacity.half:.1f} users"
    return f"the same trees in hindsight: {users}, {ratio(row, PolicyName.EQUAL)} of equal shares"


def _print(feeder: Feeder, rows: Sequence[Row]) -> None:
    for goal in Goal:
        some = [row for row in rows if row.goal is goal]
        table = Table(title=f"Feeder {feeder.name}: {GOALS[goal]}")
        table.add_column("policy")
        for name in ("users", "of equal shares", "of foresight", "5 % silent", "12 garages"):
            table.add_column(name, justify="right")
        for row in some:
            anchor = feeder.anchors.get(row.policy, "-") if goal is Goal.ENERGY else "-"
            table.add_row(
                TITLES[row.policy],
                f"{row.capacity.mean:.1f} ± {row.capacity.half:.1f}",
                ratio(row, PolicyName.EQUAL),
                ratio(row, PolicyName.FORESIGHT),
                silent(row),
                anchor,
            )
        if some:
            Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
