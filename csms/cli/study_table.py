"""What a study found, as a table to look at and as a CSV file."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.table import Table

from csms.domain.errors import InvalidInputError
from smart_charging.study.capacity import Goal
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import BESIDE, Row

TITLES: Final[Mapping[PolicyName, str]] = {
    PolicyName.UNCONTROLLED: "nobody steers",
    PolicyName.STATIC: "fixed shares",
    PolicyName.EQUAL: "equal shares",
    PolicyName.FCFS: "first come first served",
    PolicyName.EDF: "earliest departure first",
    PolicyName.LLF: "least laxity first",
    PolicyName.BLIND: "ours, nothing known",
    PolicyName.PREDICTED: "ours, predicted",
    PolicyName.STATED: "ours, stated departures",
    PolicyName.FORESIGHT: "perfect foresight (bound)",
}
GOALS: Final = {
    Goal.ENERGY: "99 % of the energy by departure",
    Goal.STAYS: "99 % of the stays get at least 90 %",
}
_HEAD: Final = (
    *("scenario", "policy", "goal", "users", "users_low", "users_high"),
    *(f"of_{other}{end}" for other in BESIDE for end in ("", "_low", "_high")),
    *("silent_energy_pct", "silent_over_as", "over_as", "users_by_population"),
)


def table_of(rows: Sequence[Row]) -> Table:
    """Lay out the rows of one scenario and goal."""
    table = Table(title=f"{rows[0].scenario}: {GOALS[rows[0].goal]}")
    table.add_column("policy")
    for name in ("users", "of equal shares", "of nobody steers", "of foresight", "chargers silent"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*cells_of(row))
    return table


def cells_of(row: Row) -> tuple[str, ...]:
    """What a row says, column by column."""
    return (
        TITLES[row.policy],
        f"{row.capacity.mean:.0f} ± {row.capacity.half:.0f}",
        ratio(row, PolicyName.EQUAL),
        ratio(row, PolicyName.UNCONTROLLED),
        ratio(row, PolicyName.FORESIGHT),
        silent(row),
    )


def ratio(row: Row, other: PolicyName) -> str:
    """A capacity over another one, with half of its interval."""
    beside = row.beside.get(other)
    return "-" if beside is None else f"{beside.mean:.2f} ± {beside.half:.2f}"


def silent(row: Row) -> str:
    """What becomes of as many users while chargers are silent."""
    if row.silent_share is None:
        return "-"
    return f"{100 * row.silent_share:.1f} %, {row.silent_over_as:.1f} A s over"


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write all rows.

    Raises:
        InvalidInputError: The file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEAD)
            writer.writerows(map(_cells, rows))
    except OSError as error:
        raise InvalidInputError(str(path), f"cannot be written: {error}") from error


def _cells(row: Row) -> list[str]:
    cells = [row.scenario, str(row.policy), str(row.goal)]
    cells += [f"{one:.1f}" for one in (row.capacity.mean, row.capacity.low, row.capacity.high)]
    for other in BESIDE:
        beside = row.beside.get(other)
        ends = (beside.mean, beside.low, beside.high) if beside else ()
        cells += [f"{one:.4f}" for one in ends] or ["", "", ""]
    cells.append("" if row.silent_share is None else f"{100 * row.silent_share:.3f}")
    cells += [f"{row.silent_over_as:.3f}", f"{row.over_as:.3f}"]
    return [*cells, " ".join(map(str, row.users))]
