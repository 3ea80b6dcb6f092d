"""Whether every rule of the guard is needed: without it, a seed of chaos exceeds a limit.

    make bench-guard-rules
    .venv/bin/python -m benchmarks.guard_rules --find 1..40 --rules room,silent

Each rule is switched off for its seed alone (docs/safety.md lists them). With --find the first seed
is looked for that exceeds a limit without the rule and none with it.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.guard_rules.rules import RULES, rule
from benchmarks.guard_rules.seeds import HOURS, SEEDS, STATIONS, Case
from csms.cli.chaos_run import Asked, run_seed
from csms.log import set_up_logging
from simulators.chaos.faults import ALL


def main() -> int:
    """Switch off one rule after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rules", help="names, with commas between them; default all")
    parser.add_argument("--find", metavar="A..B", help="look for seeds among these")
    parser.add_argument("--stations", type=int, default=STATIONS)
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--one", nargs=2, metavar=("RULE", "SEED"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        name, seed = asked.one
        print(_over_as(name, Case(int(seed), stations=asked.stations, hours=asked.hours)))
        return 0
    names = asked.rules.split(",") if asked.rules else [one.name for one in RULES]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        if asked.find:
            first, _, last = asked.find.partition("..")
            tried = [
                Case(seed, stations=asked.stations, hours=asked.hours)
                for seed in range(int(first), int(last or first) + 1)
            ]
            return _found(list(pool.map(partial(_first_needed, cases=tried), names)))
        return _judge(list(pool.map(_needed, names)))


def _found(results: Sequence[tuple[str, Case | None, float]]) -> int:
    for name, case, over_as in results:
        where = f"Case({case.seed})" if case else "no seed needs it"
        print(f"{name:16} {where} {over_as:.1f} A s")
    return 0 if all(case for _, case, _ in results) else 1


def _judge(results: Sequence[tuple[str, Case | None, float]]) -> int:
    for name, case, over_as in results:
        seed = case.seed if case else "none"
        print(f"{name:16} seed {seed}: {over_as:10.1f} A s without it   {rule(name).words}")
    needed = sum(over_as > 0 for _, _, over_as in results)
    has_passed = needed == len(results)
    print(
        f"guard-rules: {needed} of {len(results)} rules are needed (bar all) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


def _needed(name: str) -> tuple[str, Case | None, float]:
    case = SEEDS.get(name)
    return name, case, _in_child(name, case) if case else 0.0


def _first_needed(name: str, cases: Sequence[Case]) -> tuple[str, Case | None, float]:
    for case in _sound(cases):
        over_as = _in_child(name, case)
        if over_as > 0:
            return name, case, over_as
    return name, None, 0.0


def _sound(cases: Sequence[Case]) -> Iterator[Case]:
    """Those in which no limit is exceeded while all rules are kept."""
    for case in cases:
        if case not in _unsound and (case in _known_sound or _in_child("none", case) == 0):
            _known_sound.add(case)
            yield case
        else:
            _unsound.add(case)


_known_sound: set[Case] = set()
_unsound: set[Case] = set()


def _in_child(name: str, case: Case) -> float:
    """Run a seed in a process of its own, so that it takes the same course each time."""
    command = [sys.executable, "-m", "benchmarks.guard_rules", "--one", name, str(case.seed)]
    command += ["--stations", str(case.stations), "--hours", str(case.hours)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _over_as(name: str, case: Case) -> float:
    set_up_logging("CRITICAL")
    asked = Asked(seed=case.seed, stations=case.stations, hours=case.hours, kinds=ALL)
    if name == "none":
        return run_seed(asked).over_as
    with rule(name).switched_off():
        return run_seed(asked).over_as


if __name__ == "__main__":
    sys.exit(main())
