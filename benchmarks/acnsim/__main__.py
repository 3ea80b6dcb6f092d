"""Our planner beside its peers, in their simulator, on measured weeks of two garages.

    make bench-acnsim
    .venv/bin/python -m benchmarks.acnsim --week jpl:2019-07-15 --week caltech:2019-06-10
    .venv/bin/python -m benchmarks.acnsim --quick --days 2

ACN-Sim comes from PyPI, into an environment of its own: `benchmarks/acnsim/.venv`, or what
CHARGEFLEX_PEERS names. The stays are read from `data/`, or what CHARGEFLEX_DATA names. adacharge,
the model predictive control, is on GitHub only: CHARGEFLEX_ADACHARGE names its source; without it
that row stays empty. Ends with exit code 1 where a bar is missed, and 2 without data.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final

from benchmarks.acnsim.bars import judge
from benchmarks.acnsim.cases import (
    PEERS,
    SHARES_PCT,
    SORTED,
    Case,
    Scheduler,
    Setting,
    Week,
    variants_of,
)
from benchmarks.acnsim.environment import HERE, ROOT, Environment
from benchmarks.acnsim.runs import Results
from benchmarks.acnsim.stays import files_of
from benchmarks.acnsim.tables import Point, points_of, print_table

_WEEKS: Final = ("jpl:2019-06-10", "caltech:2019-05-13")
_QUICK_PCT: Final = (50, 30)
_NOTES: Final = """
Ours plans every five minutes. In (a) and (c) it is told when vehicles leave; in (b) what drivers
said, and how earlier stays compare with what had been said of them. In (c) it learns how batteries
taper from currents below their pilots. Peers: acnportal 0.3.3, with the check of limits and the
copies of vehicles made faster for all but adacharge; results are the same. adacharge plans at
events and every hour. In (b) peers are told that whoever is still there when he said that he would
be gone leaves in one period. In (c) each peer is tried as it is, with acnportal's ramp-down
estimator (mended) and, where it sorts, also without pauses; what delivers most counts. Perfect
foresight has ideal batteries and any current in all settings: no schedule delivers more."""


def main() -> int:
    """Run what has not been run, print tables and judge."""
    asked = _parsed()
    data = Path(os.environ.get("CHARGEFLEX_DATA", ROOT / "data")).resolve()
    weeks = [_week(text, asked.days) for text in asked.week or _WEEKS]
    for site in sorted({week.site for week in weeks if not files_of(data, week.site)}):
        print(
            f"expected {site}_*.csv.gz in {data}; CHARGEFLEX_DATA names the folder with the "
            "measured stays"
        )
        return 2
    shares_pct = _QUICK_PCT if asked.quick else SHARES_PCT
    environment = _environment(is_quick=asked.quick)
    results = Results(asked.cache, data, environment, is_fresh=asked.fresh)
    cases = list(_cases(weeks, shares_pct, PEERS if environment.adacharge else SORTED))
    if asked.known:
        results.recall(cases)
    else:
        environment.make()
        results.run(cases, asked.jobs)
    points = list(points_of(results, weeks, shares_pct))
    _print_all(points, has_adacharge=environment.adacharge is not None)
    print(f"\n{len(points)} of {len(weeks) * len(Setting) * len(shares_pct)} points have been run")
    return 0 if judge(points) else 1


def _print_all(points: Sequence[Point], *, has_adacharge: bool) -> None:
    print(_NOTES)
    if not has_adacharge:
        print("adacharge's rows are empty: CHARGEFLEX_ADACHARGE names no source, or --quick.")
    for _, some in groupby(points, key=lambda point: (point.week, point.setting)):
        print_table(list(some))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--week", action="append", help="site:first day, may be repeated")
    parser.add_argument("--days", type=int, default=5, help="length of a week")
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--quick", action="store_true", help="50 and 30 %% only, no adacharge")
    parser.add_argument("--known", action="store_true", help="print what has been run already")
    parser.add_argument("--fresh", action="store_true", help="run again what is known")
    parser.add_argument("--cache", type=Path, default=HERE / ".results", help="keeps results")
    return parser.parse_args()


def _week(text: str, days: int) -> Week:
    site, _, begins = text.partition(":")
    return Week(site=site, begins=date.fromisoformat(begins), days=days)


def _environment(*, is_quick: bool) -> Environment:
    folder = Path(os.environ.get("CHARGEFLEX_PEERS", HERE / ".venv")).resolve()
    adacharge = os.environ.get("CHARGEFLEX_ADACHARGE")
    return Environment(folder, Path(adacharge).resolve() if adacharge and not is_quick else None)


def _cases(
    weeks: Sequence[Week], shares_pct: Sequence[int], peers: Sequence[Scheduler]
) -> Iterator[Case]:
    """All that is to be run, adacharge last, as it takes longest."""
    for scheduler in (Scheduler.FORESIGHT, Scheduler.OURS, *peers):
        for week in weeks:
            for setting in Setting if scheduler is not Scheduler.FORESIGHT else [Setting.IDEAL]:
                for variant in variants_of(setting, scheduler):
                    for share_pct in shares_pct:
                        yield Case(
                            week=week,
                            setting=setting,
                            share_pct=share_pct,
                            scheduler=scheduler,
                            variant=variant,
                        )


if __name__ == "__main__":
    sys.exit(main())
