"""`chargeflex plan`: a problem in, a plan out."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from csms.domain.errors import InvalidInputError
from smart_charging.errors import ProblemError
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingPlan
from smart_charging.problem_json import ProblemJson, read_problem, write_plan


def plan(
    problem: Annotated[str, typer.Argument(help="A JSON file, or - for standard input")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON")] = False,
    time_limit_s: Annotated[
        float, typer.Option(min=0, help="The heuristic answers after that")
    ] = 5.0,
) -> None:
    """Plan a problem given as JSON; print limits, and why each is what it is."""
    text = _read(problem)
    try:
        made = make_plan(read_problem(ProblemJson.model_validate_json(text)), time_limit_s)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the document"
        raise InvalidInputError(f"{problem}: {where}", fault["msg"]) from error
    except ProblemError as error:
        raise InvalidInputError(problem, str(error)) from error
    if as_json:
        typer.echo(json.dumps(write_plan(made), indent=2))
    else:
        Console().print(_table(made))


def _read(problem: str) -> str:
    if problem == "-":
        return sys.stdin.read()
    try:
        return Path(problem).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(problem, f"cannot be read: {error}") from error


def _table(made: ChargingPlan) -> Table:
    table = Table(title=f"Plan by {made.method}" + (f" ({made.detail})" if made.detail else ""))
    for name in ("EVSE", "now A", "expected kWh", "short kWh", "why"):
        table.add_column(name, justify="left" if name in ("EVSE", "why") else "right")
    for planned in made.evses:
        reason = planned.reason
        where = f" {reason.feeder} L{reason.line}" if reason.feeder else ""
        table.add_row(
            planned.key,
            f"{planned.limits_a[0]:.1f}",
            f"{planned.expected_wh / 1000:.2f}",
            f"{planned.short_wh / 1000:.2f}",
            f"{reason.cause}{where}",
        )
    return table
