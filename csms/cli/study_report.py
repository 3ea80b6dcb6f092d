"""A study as a page: charts and tables in one HTML file that asks for nothing from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from csms.cli.study_style import STYLE
from csms.cli.study_svg import Bar, Curve, bars, curves
from csms.cli.study_table import GOALS, TITLES, cells_of
from csms.domain.errors import InvalidInputError
from smart_charging.study.capacity import ENOUGH, Goal
from smart_charging.study.engine import Case, Served
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import Row

Tried: TypeAlias = Mapping[PolicyName, Mapping[Case, Served]]

_OURS: Final = (PolicyName.BLIND, PolicyName.PREDICTED, PolicyName.STATED)
_CURVES: Final[Mapping[PolicyName, str]] = {
    PolicyName.EQUAL: "other",
    PolicyName.LLF: "other",
    PolicyName.PREDICTED: "guess",
    PolicyName.STATED: "ours",
    PolicyName.FORESIGHT: "bound",
}
_POINTS: Final = 40
_FOOT: Final = (
    "The number of users is the largest with which all of them together get 99 % of their energy "
    "by departure, while no line of the feeder is over its limit in any quarter of an hour. "
    "Whiskers and ± are 95 % intervals over populations. docs/study.md tells the rest."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told.

    Attributes:
        about: Where the users come from, and what was asked for, a sentence each.
        rows: What was found; the first scenario is the one that others are held against.
        tried: Of the first scenario, all cases that were tried, by policy.
    """

    title: str
    about: Sequence[str]
    rows: Sequence[Row]
    tried: Tried


def write_report(report: Report, path: Path) -> None:
    """Write the page.

    Raises:
        InvalidInputError: The file cannot be written.
    """
    try:
        path.write_text(page_of(report), encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(str(path), f"cannot be written: {error}") from error


def page_of(report: Report) -> str:
    """Make the page."""
    first = report.rows[0].scenario
    energy = [row for row in report.rows if row.goal is Goal.ENERGY]
    main = [row for row in energy if row.scenario == first]
    others = [row for row in energy if row.scenario != first]
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        *(f'<p class="soft">{escape(words)}</p>' for words in report.about),
        _lead(main),
        _section("Users that the feeder can host", bars("Users by policy", _bars(main), "users")),
        _curves(report.tried),
        _what_ifs([*main, *others]) if others else "",
        *(_table(report.rows, goal) for goal in Goal),
        f'<p class="soft">{_FOOT}</p>',
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _lead(main: Sequence[Row]) -> str:
    """The one sentence that a reader takes along."""
    known = {row.policy: row for row in main}
    equal, best = known.get(PolicyName.EQUAL), known.get(PolicyName.STATED)
    if equal is None or best is None or PolicyName.EQUAL not in best.beside:
        return ""
    more = 100 * (best.beside[PolicyName.EQUAL].mean - 1)
    over_as = sum(row.over_as + row.silent_over_as for row in main)
    kept = (
        '<span class="good">No line was over its limit in any step</span>, also with silent '
        "chargers."
        if over_as == 0
        else f'<span class="bad">{over_as:.1f} ampere-seconds were over a limit.</span>'
    )
    return (
        f'<p class="lead">Equal shares host {equal.capacity.mean:.0f} users; with stated '
        f"departures it is {best.capacity.mean:.0f}, {more:+.0f} %. {kept}</p>"
    )


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2><section>{content}</section>"


def _bars(rows: Sequence[Row]) -> list[Bar]:
    return [
        Bar(
            label=TITLES[row.policy],
            value=row.capacity.mean,
            low=row.capacity.low,
            high=row.capacity.high,
            kind=_kind(row.policy),
        )
        for row in rows
    ]


def _kind(policy: PolicyName) -> str:
    if policy is PolicyName.FORESIGHT:
        return "bound"
    return "ours" if policy in _OURS else "other"


def _what_ifs(rows: Sequence[Row]) -> str:
    """Capacities by scenario, of the policies that were run in all of them."""
    scenarios = list(dict.fromkeys(row.scenario for row in rows))
    common = set.intersection(
        *({row.policy for row in rows if row.scenario == name} for name in scenarios)
    )
    values = []
    for name in scenarios:
        some = [row for row in rows if row.scenario == name and row.policy in common]
        for i, bar in enumerate(_bars(some)):
            values.append(bar if i else _headed(bar, name))
    return _section("What if it were otherwise", bars("Users by scenario", values, "users"))


def _headed(bar: Bar, group: str) -> Bar:
    return Bar(
        label=bar.label,
        value=bar.value,
        low=bar.low,
        high=bar.high,
        kind=bar.kind,
        group=group,
    )


def _curves(tried: Tried) -> str:
    lines = [
        Curve(label=TITLES[policy], points=points, kind=kind)
        for policy, kind in _CURVES.items()
        if len(points := mean_curve(tried.get(policy, {}))) > 1
    ]
    if not lines:
        return ""
    chart = curves(
        "Energy delivered by users", lines, ("users on the feeder", "% of energy"), 100 * ENOUGH
    )
    return _section("Energy delivered by departure", chart)


def mean_curve(tried: Mapping[Case, Served]) -> list[tuple[float, float]]:
    """Percent of the energy over users, the mean of populations, where all have been tried."""
    by_seed: dict[int, list[tuple[int, float]]] = {}
    for case, served in sorted(tried.items(), key=lambda item: item[0].users):
        by_seed.setdefault(case.seed, []).append((case.users, 100 * served.share))
    if not by_seed:
        return []
    low = max(points[0][0] for points in by_seed.values())
    high = min(points[-1][0] for points in by_seed.values())
    users = np.unique(np.linspace(low, high, _POINTS).round()) if high > low else np.zeros(0)
    columns = [np.array(points, dtype=float).T for points in by_seed.values()]
    means = np.mean([np.interp(users, counts, shares) for counts, shares in columns], axis=0)
    return [(float(x), float(y)) for x, y in zip(users, means, strict=True)]


def _table(rows: Sequence[Row], goal: Goal) -> str:
    some = [row for row in rows if row.goal is goal]
    if not some:
        return ""
    heads = ("policy", "users", "of equal shares", "of nobody steers", "of foresight", "silent")
    lines, scenario = [], ""
    for row in some:
        if row.scenario != scenario:
            scenario = row.scenario
            lines.append(f'<tr><th colspan="6">{escape(scenario)}</th></tr>')
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in cells_of(row))
        lines.append(f"<tr>{cells}</tr>")
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return _section(GOALS[goal], table)
