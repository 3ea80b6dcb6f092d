"""How well the load of garages, and what their vehicles need, is forecast.

    make bench-forecast
    .venv/bin/python -m benchmarks.forecast caltech     a garage that nothing was chosen on

The stays are read from `data/`, or what CHARGEFLEX_DATA names: norway_*.csv.gz, jpl_*.csv.gz. The
last 60 days of each Norwegian garage and the last 42 of each stretch of an ACN one (at most the
later half of a record) are forecast, each day and each stay from what was over before it. Metrics
and bars are those of docs/forecast.md. Ends with exit code 1 where a bar is missed, and 2 without
data.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Final

from benchmarks.forecast.bars import (
    LOADS,
    Verdict,
    conclude,
    judge_intervals,
    judge_load,
    judge_stays,
)
from benchmarks.forecast.record import (
    Garage,
    acn_garages,
    arrivals,
    load_w,
    norwegian_garages,
    together,
)
from benchmarks.forecast.site_load import Outcome, drivers_of, run
from benchmarks.forecast.stay_runs import run as run_stays
from benchmarks.forecast.tables import print_outcomes, print_stays

_ROOT: Final = Path(__file__).parents[2]
_HOUR_S: Final = 3600
_QUARTER_S: Final = 900
_NORWAY_DAYS: Final = 60
_ACN_DAYS: Final = 42


def main() -> int:
    """Forecast, print tables and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help="norway, jpl, caltech; default: the first two"
    )
    asked = parser.parse_args()
    sets = asked.sets or ["norway", "jpl"]
    if unknown := set(sets) - {"norway", "jpl", "caltech"}:
        parser.error(f"expected norway, jpl or caltech, got {', '.join(sorted(unknown))}")
    data = Path(os.environ.get("CHARGEFLEX_DATA", _ROOT / "data")).resolve()
    garages = {
        name: norwegian_garages(data) if name == "norway" else acn_garages(data, name)
        for name in sets
    }
    if missing := [name for name, found in garages.items() if not found]:
        print(f"expected {missing[0]}_*.csv.gz in {data}; CHARGEFLEX_DATA names that folder")
        return 2
    verdicts = [
        one
        for name, found in garages.items()
        for one in _judged(name, found, _NORWAY_DAYS if name == "norway" else _ACN_DAYS)
    ]
    print(f"\n{process_time():.0f} s of processor time")
    return 0 if conclude(verdicts) else 1


def _judged(name: str, garages: Sequence[Garage], days: int) -> Iterable[Verdict]:
    """Forecast the garages of one data set."""
    is_norway = name == "norway"
    whole = [together(list(garages))] if is_norway else list(garages)
    sites = [*whole, *(garages if is_norway else [])]
    loads = _loads(sites, whole, days)
    result = run_stays(name, garages, _test_days(garages, days))
    print_stays(result)
    if name in LOADS:
        yield from judge_load(LOADS[name], loads[: len(whole)])
    if is_norway:
        yield from judge_stays(result)
    yield from judge_intervals(loads, [result])


def _loads(sites: Sequence[Garage], whole: Sequence[Garage], days: int) -> list[Outcome]:
    """Loads by the hour; the same by quarters of an hour, and arrivals, of the whole."""
    tested = _test_days(sites, days)
    loads, quarters, comings = [], [], []
    for site in sites:
        drivers = drivers_of(site, tested[site.name])
        loads.append(run(site, load_w(site, _HOUR_S), tested[site.name], drivers))
        if any(site is one for one in whole):
            comings.append(run(site, arrivals(site, _HOUR_S), tested[site.name], drivers))
            quarters.append(run(site, load_w(site, _QUARTER_S), tested[site.name], drivers))
    print_outcomes("Load, a day ahead, by the hour", loads)
    print_outcomes("Load, a day ahead, by quarters of an hour", quarters)
    print_outcomes("Arrivals, a day ahead, by the hour", comings)
    return loads


def _test_days(garages: Sequence[Garage], days: int) -> dict[str, int]:
    return {one.name: min(days, one.days // 2) for one in garages}


if __name__ == "__main__":
    sys.exit(main())
