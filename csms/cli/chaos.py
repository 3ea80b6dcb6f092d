"""`chargeflex chaos`: the real system through days in which much goes wrong, one for each seed."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from csms.cli.chaos_processes import LostSeed, run_all
from csms.cli.chaos_run import Asked, SeedReport
from csms.cli.progress import counting
from csms.domain.errors import InvalidInputError
from csms.log import set_up_logging
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import ALL, AT_STATIONS
from simulators.chaos.judge import Excess

_SEEDS: Final = re.compile(r"(\d{1,9})(?:\.\.(\d{1,9}))?")
_MOST_SEEDS: Final = 10_000
_SETS: Final = MappingProxyType({"all": ALL, "stations": AT_STATIONS, "none": frozenset()})
_LEAST_STATIONS: Final = 4


def chaos(
    seeds: Annotated[str, typer.Option(help="Which days: 7, or 1..50")] = "1..10",
    stations: Annotated[
        int, typer.Option(min=_LEAST_STATIONS, max=1000, help="Stations of each site")
    ] = 100,
    hours: Annotated[float, typer.Option(min=0.5, max=168, help="Length of each day")] = 24.0,
    faults: Annotated[
        str,
        typer.Option(
            help="all, stations (what goes wrong with stations that obey), none, or some of: "
            f"{', '.join(FaultKind)}"
        ),
    ] = "all",
    faulty_pct: Annotated[
        float, typer.Option(min=0, max=100, help="Share of the stations that anything fails at")
    ] = 100.0,
    rate: Annotated[
        float, typer.Option(min=0, max=100, help="How many times as often as usual anything fails")
    ] = 1.0,
    demand: Annotated[
        float, typer.Option(min=0, max=20, help="How many times as many users as usual there are")
    ] = 1.0,
    stay: Annotated[
        float, typer.Option(min=0.01, max=10, help="How many times as long as usual they stay")
    ] = 1.0,
    resources: Annotated[
        bool,
        typer.Option(
            "--resources",
            help="Sites have batteries, sun, heat, loads that can wait and a source as well",
        ),
    ] = False,
    least_pct: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Of the energy of omniscience: less is a fault"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one per processor")
    ] = None,
    replay: Annotated[int | None, typer.Option(help="Run this seed only")] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Tell what happened around the first excess")
    ] = False,
) -> None:
    """Run the whole system through days full of faults, and prove that every limit holds.

    Everything is drawn from the seed: the site, who comes, what fails and when. The same seed gives
    the same day in every process. Exits with 1 if any limit was exceeded by what chargers drew, or
    if too little was delivered.
    """
    set_up_logging("CRITICAL")
    asked = [
        Asked(
            seed=seed,
            stations=stations,
            hours=hours,
            kinds=read_kinds(faults),
            faulty_share=faulty_pct / 100,
            rate=rate,
            demand=demand,
            stay=stay,
            has_resources=resources,
            is_verbose=verbose,
        )
        for seed in ([replay] if replay is not None else read_seeds(seeds))
    ]
    reports: list[SeedReport] = []
    lost: list[LostSeed] = []
    with counting("seeds", len(asked)) as step:
        for report in run_all(asked, jobs or os.cpu_count() or 1):
            step()
            if isinstance(report, LostSeed):
                lost.append(report)
                typer.echo(f"seed {report.seed}: its process ended before the day was over")
                continue
            reports.append(report)
            for line in _lines(report, asked[0], faults):
                typer.echo(line)
    has_passed = judge(reports, least_pct) and not lost
    typer.echo(_summary(reports, lost, least_pct, has_passed=has_passed))
    if not has_passed:
        raise typer.Exit(1)


def read_seeds(text: str) -> list[int]:
    """Read seeds as the command line names them.

    Raises:
        InvalidInputError: They are none.
    """
    found = _SEEDS.fullmatch(text.strip())
    if found is None:
        raise InvalidInputError("seeds", f"expected a number, or two such as 1..50, got {text!r}")
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last < first + _MOST_SEEDS:
        raise InvalidInputError("seeds", f"expected 1 to {_MOST_SEEDS} seeds, got {text!r}")
    return list(range(first, last + 1))


def read_kinds(text: str) -> frozenset[FaultKind]:
    """Read kinds of faults as the command line names them.

    Raises:
        InvalidInputError: There is no such kind.
    """
    if text in _SETS:
        return _SETS[text]
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in {*FaultKind}:
            expected = f"expected {', '.join(_SETS)}, or some of {', '.join(FaultKind)}"
            raise InvalidInputError("faults", f"{expected}, got {name!r}")
    return frozenset(map(FaultKind, names))


def judge(reports: Sequence[SeedReport], least_pct: float | None = None) -> bool:
    """Whether no limit was exceeded, no nonsense taken, and enough delivered, if that is asked."""
    is_enough = least_pct is None or 100 * _of_omniscience(reports) >= least_pct
    is_sane = not any(report.nonsense_taken for report in reports)
    return _over_as(reports) == 0.0 and is_sane and is_enough


def _lines(report: SeedReport, asked: Asked, faults: str) -> Iterator[str]:
    counts = " ".join(f"{kind}={count}" for kind, count in sorted(report.faults.items()))
    yield (
        f"seed {report.seed}: {report.over_as:.1f} A s over a limit in {report.excess_count} "
        f"places, {report.excused_as:.1f} excused, {report.delivered_wh / 1000:.0f} kWh, "
        f"{100 * report.share_of(report.omniscient_wh):.1f} % of omniscience, "
        f"{100 * report.share_of(report.foresight_wh):.1f} % of foresight, "
        f"{report.visits} vehicles, {report.plans} plans, {report.restarts} restarts, "
        f"digest {report.digest}, {report.cpu_s:.0f} s of processor time; {counts or 'no faults'}"
    )
    if report.nonsense_refused or report.nonsense_taken:
        yield f"  {report.nonsense_refused} readings that cannot be true were refused"
    if report.source_starts:
        yield (
            f"  sources were started {report.source_starts} times, and stopped "
            f"{report.source_trips} times while they carried load"
        )
    for words in report.nonsense_taken:
        yield f"  taken though it cannot be true: {words}"
    if report.first is not None:
        zone = ZoneInfo(report.timezone)
        yield f"  first: {_described(report.first, zone)}"
        for note in report.faults_before:
            yield f"  before: {_time(note.at, zone)} {note.words}"
        yield (
            f"  replay: chargeflex chaos --replay {report.seed} --stations {asked.stations} "
            f"--hours {asked.hours:g} --faults {faults} "
            f"--faulty-pct {100 * asked.faulty_share:g} --rate {asked.rate:g} "
            f"--demand {asked.demand:g} --stay {asked.stay:g} "
            f"{'--resources ' if asked.has_resources else ''}--verbose"
        )
    if report.around:
        zone = ZoneInfo(report.timezone)
        for note in report.around:
            yield f"  {_time(note.at, zone)} {'FAULT ' if note.is_fault else ''}{note.words}"


def _described(excess: Excess, zone: ZoneInfo) -> str:
    return (
        f"{_time(excess.began_at, zone)} feeder {excess.feeder_id} L{excess.line} carried "
        f"{excess.amps:.2f} A, limit {excess.limit_a:.2f} A, for "
        f"{(excess.ended_at - excess.began_at).total_seconds():.1f} s ({excess.over_as:.1f} A s)"
    )


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _over_as(reports: Sequence[SeedReport]) -> float:
    return sum(report.over_as for report in reports)


def _share(reports: Sequence[SeedReport], best: Callable[[SeedReport], float]) -> float:
    best_wh = sum(map(best, reports))
    return sum(report.delivered_wh for report in reports) / best_wh if best_wh else 1.0


def _of_omniscience(reports: Sequence[SeedReport]) -> float:
    return _share(reports, lambda report: report.omniscient_wh)


def _summary(
    reports: Sequence[SeedReport],
    lost: Sequence[LostSeed],
    least_pct: float | None,
    *,
    has_passed: bool,
) -> str:
    bars = "0.0 A s" if least_pct is None else f"0.0 A s, {least_pct:g} %"
    of_foresight = _share(reports, lambda report: report.foresight_wh)
    lost_words = f" and {len(lost)} lost" if lost else ""
    return (
        f"chaos: {len(reports)} seeds{lost_words}, {_over_as(reports):.1f} A s over a limit, "
        f"energy {100 * _of_omniscience(reports):.1f} % of omniscience (bar {bars}), "
        f"{100 * of_foresight:.1f} % of foresight "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
