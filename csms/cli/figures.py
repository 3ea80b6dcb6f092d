"""Figures of a day as a table."""

from typing import Final

from rich.console import Console
from rich.table import Table

from csms.cli.day import DayFigures
from simulators.scenario import Scenario
from smart_charging.study.day import DayResult

_WELL_SERVED_PCT: Final = 80.0


def print_figures(scenario: Scenario, figures: DayFigures) -> None:
    """Print what came of a day, beside what other policies make of it."""
    report = figures.report
    console = Console(width=110)
    console.print(
        f"{scenario.name}: {len(report.sessions)} vehicles at {len(scenario.station_ids)} stations "
        f"({scenario.source}), {report.messages_sent} calls by stations"
    )
    table = Table()
    table.add_column("policy")
    for name in ("kWh", "of foresight", "peak / limit", "over limit, Ah", "got 80 %"):
        table.add_column(name, justify="right")
    sessions = report.sessions
    served = sum(one.served_pct >= _WELL_SERVED_PCT for one in sessions) / max(1, len(sessions))
    best_wh = figures.perfect_foresight.delivered_wh
    table.add_row(
        "ChargeFlex",
        *_cells(report.delivered_wh, best_wh, report.peak_ratio, report.over_as / 3600, served),
    )
    for name, result in (
        ("nobody steers", figures.uncontrolled),
        ("equal shares", figures.equal_share),
        ("perfect foresight", figures.perfect_foresight),
    ):
        table.add_row(name, *_result_cells(result, best_wh))
    console.print(table)
    if figures.is_shared:
        console.print(
            "ChargeFlex shares the room with batteries, heat and loads of this site; the other "
            "policies know vehicles alone."
        )


def _result_cells(result: DayResult, best_wh: float) -> tuple[str, ...]:
    return _cells(
        result.delivered_wh, best_wh, result.peak_share, result.over_ah, result.well_served
    )


def _cells(
    delivered_wh: float, best_wh: float, peak: float, over_ah: float, served: float
) -> tuple[str, ...]:
    share = delivered_wh / best_wh if best_wh else 1.0
    return (
        f"{delivered_wh / 1000:.1f}",
        f"{100 * share:.2f} %",
        f"{peak:.3f}",
        f"{over_ah:.2f}",
        f"{100 * served:.0f} %",
    )
