"""Whether every rule of the guard is needed: without it, a seed of chaos exceeds a limit.

    make bench-guard-rules
    .venv/bin/python -m benchmarks.guard_rules --find 1..40 --rules silent --faults half_open

Each rule is switched off for its seed alone (docs/safety.md lists them). With --find the first seed
is looked for that exceeds a limit without the rule and none with it.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

from benchmarks.guard_rules.rules import RULES, rule
from benchmarks.guard_rules.seeds import SEEDS, Case
from csms.cli.chaos import read_kinds
from csms.cli.chaos_run import Asked, run_seed
from csms.log import set_up_logging

_NONE = "none"
"""In place of a rule's name: all of them are kept."""


def main() -> int:
    """Switch off one rule after the other."""
    asked = _parser().parse_args()
    usual = Case(0)
    case = partial(
        Case,
        faults=asked.faults or usual.faults,
        stations=asked.stations or usual.stations,
        hours=asked.hours or usual.hours,
        rate=asked.rate or usual.rate,
        demand=asked.demand or usual.demand,
        stay=asked.stay or usual.stay,
        has_resources=asked.resources,
    )
    if asked.one:
        name, seed = asked.one
        print(_over_as(name, case(int(seed))))
        return 0
    names = asked.rules.split(",") if asked.rules else [one.name for one in RULES]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        if asked.find:
            first, _, last = asked.find.partition("..")
            cases = [case(seed) for seed in range(int(first), int(last or first) + 1)]
            return _found(list(pool.map(partial(_first_needed, cases=cases), names)))
        return _judge(list(pool.map(_needed, names)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rules", help="names, with commas between them; default all")
    parser.add_argument("--find", metavar="A..B", help="look for seeds among these")
    parser.add_argument("--faults", help="what goes wrong on the days that are looked at")
    parser.add_argument("--stations", type=int)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--rate", type=float, help="how many times as often as usual")
    parser.add_argument("--demand", type=float, help="how many times as many users as usual")
    parser.add_argument("--stay", type=float, help="how many times as long as usual they stay")
    parser.add_argument("--resources", action="store_true", help="there is more than chargers")
    parser.add_argument("--one", nargs=2, metavar=("RULE", "SEED"), help=argparse.SUPPRESS)
    return parser


def _found(results: Sequence[tuple[str, Case | None, float]]) -> int:
    for name, case, over_as in results:
        print(f"{name:16} {case or 'no seed needs it'} {over_as:.1f} A s")
    return 0 if all(case for _, case, _ in results) else 1


def _judge(results: Sequence[tuple[str, Case | None, float]]) -> int:
    for name, case, over_as in results:
        print(f"{name:16} {over_as:10.1f} A s without it   {rule(name).words} ({case})")
    needed = sum(over_as > 0 for _, _, over_as in results)
    has_passed = needed == len(results)
    print(
        f"guard-rules: {needed} of {len(results)} rules are needed (bar all) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


def _needed(name: str) -> tuple[str, Case | None, float]:
    """What is exceeded in a rule's seed without it; nothing, if that is so with it as well."""
    case = SEEDS.get(name)
    if case is None or _in_child(_NONE, case) > 0.0:
        return name, case, 0.0
    return name, case, _in_child(name, case)


def _first_needed(name: str, cases: Sequence[Case]) -> tuple[str, Case | None, float]:
    for case in cases:
        over_as = _in_child(name, case)
        if over_as > 0 and _in_child(_NONE, case) == 0.0:
            return name, case, over_as
    return name, None, 0.0


def _in_child(name: str, case: Case) -> float:
    """Run a seed in a process of its own, so that it takes the same course each time."""
    command = [sys.executable, "-m", "benchmarks.guard_rules", "--one", name, str(case.seed)]
    command += ["--faults", case.faults, "--stations", str(case.stations)]
    command += ["--hours", str(case.hours), "--rate", str(case.rate)]
    command += ["--demand", str(case.demand), "--stay", str(case.stay)]
    command += ["--resources"] if case.has_resources else []
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case} without {name}: {done.stderr}")
    return float(done.stdout)


def _over_as(name: str, case: Case) -> float:
    set_up_logging("CRITICAL")
    asked = Asked(
        seed=case.seed,
        stations=case.stations,
        hours=case.hours,
        kinds=read_kinds(case.faults),
        rate=case.rate,
        demand=case.demand,
        stay=case.stay,
        has_resources=case.has_resources,
    )
    with nullcontext() if name == _NONE else rule(name).switched_off():
        report = run_seed(asked)
    if not report.plans:
        raise RuntimeError(f"expected plans without {name}: its switch stops the whole control")
    return report.over_as


if __name__ == "__main__":
    sys.exit(main())
