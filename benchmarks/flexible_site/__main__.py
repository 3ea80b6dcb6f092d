"""A winter and a summer week of the garage: one plan for all, for vehicles only, and no plan.

    make bench-flexible-site                               a minute or two for each week and plan
    .venv/bin/python -m benchmarks.flexible_site --days 2 --seasons winter --chart week.png

The garage's 63 A carry 30 users' vehicles, the house, a heat pump, hot water, a battery and a roof
full of modules. It is a loop around the optimiser: plans are made every 15 minutes from what is
measured, and the simulators follow them at once; no server and no chargers' messages are in
between. Weather, vehicles and showers are drawn by chance; prices are made up (`weeks`). A plan
knows the price of the next 24 hours and when vehicles leave, but not the weather. Ends with exit
code 1 unless the joint plan keeps the comfort band and the limits, delivers no less than the plan
for vehicles only, and costs less. The cost counts what vehicles lack at the price of a
public charger; the bill does not.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.flexible_site.figures import Figures, figures_of
from benchmarks.flexible_site.garage import Garage
from benchmarks.flexible_site.steering import QUARTER_S, Planner, Steering
from benchmarks.flexible_site.weeks import DAYS, SEASONS, STEP_S, Season, Week

_LEAST_ENERGY = 0.1
"""Points of energy by departure that may be lost to chance."""


def main() -> int:
    """Run the weeks and judge them."""
    asked = _arguments()
    passed, saved = True, []
    for season in [one for one in SEASONS if one.name in asked.seasons]:
        weeks = {}
        for steering in Steering:
            weeks[steering] = _run(season, steering, asked)
        figures = {steering: figures_of(garage) for steering, garage in weeks.items()}
        _print(season, figures)
        if asked.chart:
            _chart(weeks, asked.chart.with_stem(f"{asked.chart.stem}-{season.name}"))
        joint, cars = figures[Steering.ALL], figures[Steering.CARS]
        passed &= _is_good(joint, cars)
        saved.append(f"{season.name} {100 * (1 - joint.cost / cars.cost):.1f} %")
    verdict = "PASS" if passed else "FAIL"
    print(
        f"flexible-site: joint plan cheaper than cars only by {', '.join(saved)} (bar: cheaper, no "
        f"less energy, comfort and limits kept) {verdict}"
    )
    return 0 if passed else 1


def _arguments() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flexible_site", description=summary)
    names = [season.name for season in SEASONS]
    parser.add_argument("--seasons", nargs="+", choices=names, default=names)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chart", type=Path, help="draw the weeks, as name-winter.png and so on")
    return parser.parse_args()


def _run(season: Season, steering: Steering, asked: argparse.Namespace) -> Garage:
    week = Week(season, asked.seed, asked.days)
    garage, planner = Garage(week, week.begins_at), Planner(steering, week)
    steps = 0
    while garage.now < week.ends_at:
        garage.come_and_go()
        if steps % (QUARTER_S // STEP_S) == 0:
            planner.steer(garage)
        garage.go_on()
        steps += 1
    if planner.heuristic:
        print(f"{season.name}, {steering}: {planner.heuristic} of {planner.plans} by heuristic")
    return garage


def _is_good(joint: Figures, cars: Figures) -> bool:
    return (
        joint.cold_s == 0
        and joint.over_s == 0
        and joint.energy_pct >= cars.energy_pct - _LEAST_ENERGY
        and joint.cost < cars.cost
    )


def _print(season: Season, figures: dict[Steering, Figures]) -> None:
    table = Table(title=f"The garage in a {season.name} week")
    for name in (
        *(
            "",
            "peak, kW",
            "highest line, A",
            "over a limit, h",
            "bill, NOK",
            "with the missing",
            "energy by departure",
        ),
        *("out of comfort, h", "own use of the sun", "cycles"),
    ):
        table.add_column(name, justify="right" if name else "left")
    for steering, one in figures.items():
        table.add_row(
            str(steering),
            f"{one.peak_kw:.1f}",
            f"{one.line_a:.1f}",
            f"{one.over_s / 3600:.1f}",
            f"{one.bill:,.0f}",
            f"{one.cost:,.0f}",
            f"{one.energy_pct:.1f} %",
            f"{one.cold_s / 3600:.1f}",
            f"{one.own_use_pct:.0f} %",
            f"{one.cycles:.1f}",
        )
    Console(width=150).print(table)


def _chart(weeks: dict[Steering, Garage], path: Path) -> None:
    from benchmarks.flexible_site.chart import draw  # noqa: PLC0415 - matplotlib takes a second

    draw(weeks, path)
    print(f"drawn: {path}")


if __name__ == "__main__":
    sys.exit(main())
