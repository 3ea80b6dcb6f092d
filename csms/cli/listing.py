"""Lists in the terminal: a table for people, JSON for programs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

import orjson
import typer
from rich.console import Console
from rich.table import Table

Row: TypeAlias = Mapping[str, Any]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print it as JSON")]


def tell_list(rows: Sequence[Row], *, as_json: bool, nothing: str) -> None:
    """Print rows that all have the same columns.

    Args:
        rows: The names of columns are words with underscores; values are JSON's, or instants.
        as_json: As an array of objects.
        nothing: What is said where there are none.
    """
    if as_json:
        written = orjson.dumps(list(rows), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
        typer.echo(written.decode())
    elif not rows:
        typer.echo(nothing)
    else:
        Console().print(_table(rows))


def _table(rows: Sequence[Row]) -> Table:
    table = Table()
    for name, value in rows[0].items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        title = name.replace("_", " ").capitalize()
        table.add_column(title, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_word(value) for value in row.values()))
    return table


def _word(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case list():
            return ", ".join(str(one) for one in value)
    return str(value)
