"""Lists in the terminal: a table for people, JSON for programs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

import orjson
import typer
from rich.console import Console
from rich.table import Table

_JSON: Final = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
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
        tell_json(list(rows))
    elif not rows:
        typer.echo(nothing)
    else:
        Console().print(_table(rows))


def tell_json(value: Any) -> None:  # noqa: ANN401
    """Print a value of JSON's, in which instants, enums and data classes may stand as well."""
    typer.echo(orjson.dumps(value, option=_JSON).decode())


def tell(said: str, facts: Row, *, as_json: bool) -> None:
    """Print what has been done: a sentence for people, its facts for programs."""
    if as_json:
        tell_json(dict(facts))
    else:
        typer.echo(said)


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
