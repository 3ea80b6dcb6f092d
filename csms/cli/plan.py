"""`chargeflex plan`: a problem in, a plan out."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from csms.domain.errors import InvalidInputError
from smart_charging.errors import ProblemError
from smart_charging.json_reading import read_problem
from smart_charging.plan import ChargingPlan
from smart_charging.plan_json import write_plan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import ProblemJson


def plan(
    problem: Annotated[str, typer.Argument(help="A JSON file, or - for standard input")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON")] = False,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="With --json: why, for every slot")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option(help="Draw the plan to this file (.png, .svg or .pdf)")
    ] = None,
    time_limit_s: Annotated[
        float, typer.Option(min=0, help="The heuristic answers after that")
    ] = 5.0,
) -> None:
    """Plan a problem given as JSON; print limits, and why each is what it is.

    `chargeflex config schema problem` and `... plan` print the JSON Schemas of what goes in and of
    what comes out.
    """
    asked = _parse(problem, _read(problem))
    made = make_plan(asked, time_limit_s)
    if chart is not None:
        _draw(asked, made, chart)
    if as_json:
        typer.echo(json.dumps(write_plan(asked, made, all_reasons=reasons), indent=2))
    else:
        Console().print(_table(made))


def _parse(name: str, text: str) -> ChargingProblem:
    try:
        return read_problem(ProblemJson.model_validate_json(text))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the document"
        raise InvalidInputError(f"{name}: {where}", fault["msg"]) from error
    except ProblemError as error:
        raise InvalidInputError(name, str(error)) from error


def _draw(asked: ChargingProblem, made: ChargingPlan, chart: Path) -> None:
    from csms.cli.plan_chart import draw_plan  # noqa: PLC0415 - every command would wait for it

    try:
        draw_plan(asked, made, chart)
    except (OSError, ValueError) as error:
        raise InvalidInputError(str(chart), f"the chart cannot be written: {error}") from error


def _read(problem: str) -> str:
    if problem == "-":
        return sys.stdin.read()
    try:
        return Path(problem).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(problem, f"cannot be read: {error}") from error


def _table(made: ChargingPlan) -> Table:
    worth, detail = made.objective, f" ({escape(made.detail)})" if made.detail else ""
    gap = "" if worth is None or worth.gap is None else f", {100 * worth.gap:.2f} % below the best"
    table = Table(title=f"Plan by {made.method}{detail}{gap}")
    for name in ("EVSE", "now A", "expected kWh", "short kWh", "why"):
        table.add_column(name, justify="left" if name in ("EVSE", "why") else "right")
    for planned in made.evses:
        reason = planned.reason
        where = f" {reason.feeder} L{reason.line}" if reason.feeder else ""
        table.add_row(
            escape(planned.key),
            f"{planned.limits_a[0]:.1f}",
            f"{planned.expected_wh / 1000:.2f}",
            f"{planned.short_wh / 1000:.2f}",
            escape(f"{reason.cause}{where}"),
        )
    return table
