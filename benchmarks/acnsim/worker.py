"""A process in the peers' environment: a case on each line of its input, figures on the output.

PYTHONPATH=. python -m benchmarks.acnsim.worker DATA < cases
"""

import json
import os
import sys
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import TextIO

from benchmarks.acnsim import foreign
from benchmarks.acnsim.cases import Case, Figures, Scheduler, Setting, Week
from benchmarks.acnsim.foreign import Network
from benchmarks.acnsim.foresight import best_energy_wh
from benchmarks.acnsim.ours import Ours
from benchmarks.acnsim.past import Past
from benchmarks.acnsim.peers import peer_of, speed_up_feasibility
from benchmarks.acnsim.simulation import network_of, simulate
from benchmarks.acnsim.stays import Record, Stay, begin_of, uncontrolled_peak_w
from benchmarks.acnsim.tree import lines_of

_ANY_W = 1e6


def main() -> int:
    """Simulate what is asked for."""
    data = Path(sys.argv[1])
    speed_up_feasibility()
    with _answers() as answers:
        for line in sys.stdin:
            figures = figures_of(Case.from_json(json.loads(line)), data)
            print(json.dumps(asdict(figures)), file=answers, flush=True)
    return 0


def _answers() -> TextIO:
    """The output for figures alone; what solvers and simulator print goes where errors go."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def figures_of(case: Case, data: Path) -> Figures:
    """Simulate a case."""
    stays = _stays(case.week, data)
    capacity_w = case.share_pct / 100 * uncontrolled_peak_w(stays)
    if case.scheduler is Scheduler.FORESIGHT:
        lines = lines_of(network_of(case.week.site, case.setting, capacity_w))
        wanted_wh = sum(stay.energy_wh for stay in stays)
        return Figures(
            energy_pct=100 * best_energy_wh(stays, lines) / wanted_wh,
            served_pct=None,
            capacity_kw=capacity_w / 1000,
        )
    return simulate(case, capacity_w, stays, partial(_scheduler, case, data))


def _scheduler(case: Case, data: Path, network: Network) -> foreign.Scheduler:
    if case.scheduler is not Scheduler.OURS:
        return peer_of(case)
    past = None
    if case.setting is Setting.DRIVERS:
        past = Past(_record(data, case.week.site).before(case.week.begins))
    return Ours(begin_of(case.week.begins), network, past)


@cache
def _record(data: Path, site: str) -> Record:
    return Record(data, site)


@cache
def _stays(week: Week, data: Path) -> list[Stay]:
    stations = network_of(week.site, Setting.IDEAL, _ANY_W).station_ids
    return _record(data, week.site).week(week.begins, week.days, stations)


if __name__ == "__main__":
    sys.exit(main())
