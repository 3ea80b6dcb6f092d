"""`chargeflex study`: how many users one feeder can host, by policy."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from csms.cli.listing import AsJson, tell_json
from csms.cli.study_base import BaseLoad, made_up, no_load
from csms.cli.study_cells import Cells
from csms.cli.study_report import Report, Tried, write_report
from csms.cli.study_run import run_all
from csms.cli.study_table import table_of, write_csv
from csms.cli.study_users import Asked, Imported, import_users
from csms.cli.study_what_if import WORDS, vary
from csms.domain.errors import InvalidInputError
from smart_charging.study.drawing import STEPS_PER_WEEK
from smart_charging.study.policies import PolicyName
from smart_charging.study.scenario import Scenario
from smart_charging.study.summary import Row, summarise
from smart_charging.study.task import PREDICTORS, Task
from smart_charging.study.wiring import Earthing

_W_PER_KW: Final = 1000.0
_ALL: Final = "all"
_WHAT_IF: Final = (
    *(PolicyName.UNCONTROLLED, PolicyName.EQUAL),
    *(PolicyName.PREDICTED, PolicyName.STATED, PolicyName.FORESIGHT),
)
"""What is run for each what-if, of what was asked for."""


def study(
    sessions: Annotated[
        str,
        typer.Argument(
            help="Sessions to draw users from: a CSV file (docs/simulation.md has the formats), or "
            "a shipped population: norway-residential, jpl-workplace, depot"
        ),
    ] = "norway-residential",
    limit_kw: Annotated[
        float, typer.Option(min=1, max=1e6, help="What the feeder carries, balanced")
    ] = 100.0,
    winter_kw: Annotated[
        float, typer.Option(min=0, max=1e6, help="Peak of a made-up winter load beside vehicles")
    ] = 0.0,
    base: Annotated[
        Path | None, typer.Option(help="Measured load beside vehicles: CSV with time and kw")
    ] = None,
    earthing: Annotated[Earthing, typer.Option(help="Of the grid")] = Earthing.TN,
    weeks: Annotated[int, typer.Option(min=1, max=52, help="Length of the study")] = 6,
    starts: Annotated[
        str | None,
        typer.Option("--from", help="First day, a Monday; by default when most users are there"),
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone of the sessions")] = "Europe/Oslo",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Populations that are drawn")] = 5,
    policies: Annotated[
        str, typer.Option(help=f"{_ALL}, or some of: {', '.join(PolicyName)}")
    ] = _ALL,
    predictor: Annotated[
        str, typer.Option(help=f"What predicts: {', '.join(PREDICTORS)}")
    ] = "learned",
    offline_pct: Annotated[
        float, typer.Option(min=0, max=50, help="Chargers that are silent in the second look")
    ] = 5.0,
    what_if: Annotated[list[str] | None, typer.Option(help=f"May be repeated: {WORDS}")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one per processor")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for study.html, study.csv and cells.jsonl")
    ] = Path("study"),
    as_json: AsJson = False,
) -> None:
    """Study how many users one feeder can host, policy by policy.

    Hosting capacity is the largest number of users who get 99 % of their energy by departure, with
    no line of the feeder over its limit in any quarter of an hour; the mean over populations that
    are drawn from real sessions, with its 95 % interval. What has been worked out is kept in the
    folder: a study that was broken off goes on where it was, and one with more policies or seeds
    works out only what is new. docs/study.md says how it is done.
    """
    asked = Asked(source=sessions, weeks=weeks, starts=_monday(starts), zone=zone)
    imported = import_users(asked)
    load = _base(base, winter_kw, weeks * STEPS_PER_WEEK)
    scenario = Scenario(
        name=f"{limit_kw:g} kW",
        limit_w=limit_kw * _W_PER_KW,
        users=imported.users,
        weeks=weeks,
        base_w=load.total_w,
        heating_w=load.heating_w,
        earthing=earthing,
    )
    if predictor not in PREDICTORS:
        raise InvalidInputError("predictor", f"expected {', '.join(PREDICTORS)}, got {predictor!r}")
    wanted = Wanted(
        policies=read_policies(policies),
        seeds=seeds,
        predictor=predictor,
        silent_share=offline_pct / 100,
    )
    scenarios = [scenario, *(vary(scenario, word, imported.starts) for word in what_if or ())]
    tasks = tasks_of(scenarios, wanted)
    _make_folder(out)
    rows = summarise(run_all(tasks, out / "cells.jsonl", jobs or os.cpu_count() or 1))
    about = [*_told(imported), _feeder_told(scenario, wanted, load)]
    write_csv(rows, out / "study.csv")
    write_report(
        Report(
            title=f"Hosting capacity of a feeder of {scenario.name}",
            about=about,
            rows=rows,
            tried=_tried(tasks, scenario, out / "cells.jsonl"),
        ),
        out / "study.html",
    )
    if as_json:
        files = [str(out / name) for name in ("study.html", "study.csv")]
        tell_json({"about": about, "rows": rows, "files": files})
        return
    _print(rows, about)
    typer.echo(f"{out / 'study.html'}, {out / 'study.csv'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be found out of each scenario."""

    policies: tuple[PolicyName, ...]
    seeds: int
    predictor: str = "learned"
    silent_share: float = 0.05


def read_policies(text: str) -> tuple[PolicyName, ...]:
    """Read policies as the command line names them, in the order of `PolicyName`.

    Raises:
        InvalidInputError: There is no such policy.
    """
    if text.strip() == _ALL:
        return tuple(PolicyName)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in {*PolicyName}:
            expected = f"expected {_ALL}, or some of {', '.join(PolicyName)}"
            raise InvalidInputError("policies", f"{expected}, got {name!r}")
    return tuple(policy for policy in PolicyName if policy in names)


def tasks_of(scenarios: Sequence[Scenario], wanted: Wanted) -> list[Task]:
    """One for each policy; for what-ifs, and where a bound would not hold, only for some."""
    return [
        Task(
            scenario=scenario,
            policy=policy,
            seeds=wanted.seeds,
            predictor=wanted.predictor,
            silent_share=wanted.silent_share,
        )
        for scenario in scenarios
        for policy in wanted.policies
        if scenario is scenarios[0] or policy in _WHAT_IF
        if not (scenario.has_buffer and policy in (PolicyName.FORESIGHT, PolicyName.UNCONTROLLED))
    ]


def _monday(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise InvalidInputError(
            "from", f"expected a day such as 2019-11-04, got {text!r}"
        ) from error
    if day.weekday() != 0:
        raise InvalidInputError("from", f"expected a Monday, got {day:%A} {text}")
    return day


def _base(base: Path | None, winter_kw: float, steps: int) -> BaseLoad:
    if base is not None and winter_kw:
        raise InvalidInputError("base", "expected --base or --winter-kw, got both")
    if base is not None:
        from csms.cli.study_measured import measured  # noqa: PLC0415 - every command would wait

        return measured(base, steps)
    return made_up(winter_kw, steps) if winter_kw else no_load(steps)


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "cells.jsonl").touch()
    except OSError as error:
        raise InvalidInputError(str(out), f"cannot be written to: {error}") from error


def _told(imported: Imported) -> list[str]:
    """Where the users come from."""
    told = [f"{len(imported.users)} users of {imported.source}, from {imported.starts} on."]
    return told + [f"Left out: {n} rows, {why}." for why, n in imported.skipped.items()]


def _feeder_told(scenario: Scenario, wanted: Wanted, load: BaseLoad) -> str:
    """What is studied."""
    beside = "nothing beside vehicles"
    if load.total_w.any():
        peak_kw, mean_kw = load.total_w.max() / _W_PER_KW, load.total_w.mean() / _W_PER_KW
        beside = f"up to {peak_kw:.0f} kW beside vehicles, {mean_kw:.0f} kW on average"
    return (
        f"{scenario.name}, {scenario.earthing.upper()}, {beside}; {scenario.weeks} weeks, "
        f"{wanted.seeds} populations; predicted by {wanted.predictor}."
    )


def _tried(tasks: Sequence[Task], scenario: Scenario, path: Path) -> Tried:
    cells = Cells(path)
    return {task.policy: cells.all_of(task.key) for task in tasks if task.scenario is scenario}


def _print(rows: Sequence[Row], about: Sequence[str]) -> None:
    console = Console(width=120)
    for words in about:
        console.print(words, highlight=False)
    for _, some in groupby(rows, key=lambda row: (row.goal, row.scenario)):
        console.print(table_of(list(some)))
