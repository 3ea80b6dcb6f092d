"""What came of all cases, as tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.acnsim.cases import (
    PEERS,
    Case,
    Figures,
    Scheduler,
    Setting,
    Week,
    variants_of,
)
from benchmarks.acnsim.runs import Results

TITLES: Final = {
    Setting.IDEAL: "(a) ideal batteries, any current, departures known",
    Setting.DRIVERS: "(b) ideal batteries, any current, departures as drivers stated them",
    Setting.REAL: "(c) batteries that taper, the stations' own levels, departures known",
}
_FIRST: Final = 28
_WIDTH: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A week at a capacity in a setting: everybody's best figures.

    Attributes:
        ours: Our planner's.
        foresight: Perfect foresight's.
        peers: Those that have been run.
    """

    week: Week
    setting: Setting
    share_pct: int
    ours: Figures
    foresight: Figures
    peers: dict[Scheduler, Figures]

    @property
    def of_foresight_pct(self) -> float:
        """Our energy as a share of what perfect foresight delivers at most."""
        return 100 * self.ours.energy_pct / self.foresight.energy_pct

    @property
    def ahead_pct(self) -> float:
        """By how many percentage points of energy we are ahead of the best peer."""
        return self.ours.energy_pct - max(peer.energy_pct for peer in self.peers.values())

    @property
    def cpu_ratio(self) -> float | None:
        """Adacharge's processor time for a decision over ours; None if it has not been run."""
        mpc = self.peers.get(Scheduler.MPC)
        return None if mpc is None else mpc.cpu_ms / self.ours.cpu_ms


def points_of(
    results: Results, weeks: Sequence[Week], shares_pct: Sequence[int]
) -> Iterator[Point]:
    """Gather everybody's best figures for every week, setting and capacity that has been run."""
    for week in weeks:
        for setting in Setting:
            for share_pct in shares_pct:
                found = {
                    scheduler: figures
                    for scheduler in Scheduler
                    if (figures := _best(results, week, setting, share_pct, scheduler))
                }
                ours = found.pop(Scheduler.OURS, None)
                foresight = found.pop(Scheduler.FORESIGHT, None)
                if ours and foresight and found:
                    yield Point(
                        week=week,
                        setting=setting,
                        share_pct=share_pct,
                        ours=ours,
                        foresight=foresight,
                        peers=found,
                    )


def _best(
    results: Results, week: Week, setting: Setting, share_pct: int, scheduler: Scheduler
) -> Figures | None:
    """Of a scheduler that is tried in several ways, the way that delivers most."""
    if scheduler is Scheduler.FORESIGHT:
        setting = Setting.IDEAL
    cases = (
        Case(
            week=week,
            setting=setting,
            share_pct=share_pct,
            scheduler=scheduler,
            variant=variant,
        )
        for variant in variants_of(setting, scheduler)
    )
    known = [figures for case in cases if (figures := results.get(case)) is not None]
    return max(known, key=lambda figures: figures.energy_pct, default=None)


def print_table(points: Sequence[Point]) -> None:
    """Print a week in a setting: a column for each capacity; "-": has not been run."""
    print(f"\n{points[0].week.label}, {TITLES[points[0].setting]}")
    print("energy delivered, % / vehicles that got at least 80 %, %")
    _row("capacity, % of peak (kW)", [f"{one.share_pct} ({_kw(one)})" for one in points])
    for peer in PEERS:
        _row(peer, [_shares(one.peers.get(peer)) for one in points])
    _row(Scheduler.OURS, [_shares(one.ours) for one in points])
    _row(Scheduler.FORESIGHT, [_shares(one.foresight) for one in points])
    _row("ours, % of foresight", [f"{one.of_foresight_pct:.2f}" for one in points])
    _row("ours ahead of peers, points", [f"{one.ahead_pct:+.2f}" for one in points])
    print("processor time for a decision, ms / with more than 25 vehicles")
    for peer in PEERS:
        _row(peer, [_times(one.peers.get(peer)) for one in points])
    _row(Scheduler.OURS, [_times(one.ours) for one in points])
    _row("adacharge over ours", [_ratio(one) for one in points])


def _row(name: str, cells: Sequence[str]) -> None:
    print(f"{name:<{_FIRST}}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells))


def _kw(point: Point) -> str:
    return f"{point.ours.capacity_kw:.0f}"


def _shares(figures: Figures | None) -> str:
    if figures is None:
        return "-"
    served = "" if figures.served_pct is None else f" / {figures.served_pct:.1f}"
    return f"{figures.energy_pct:.2f}{served}"


def _times(figures: Figures | None) -> str:
    if figures is None:
        return "-"
    busy = "-" if figures.busy_cpu_ms is None else f"{figures.busy_cpu_ms:.1f}"
    return f"{figures.cpu_ms:.1f} / {busy}"


def _ratio(point: Point) -> str:
    return "-" if point.cpu_ratio is None else f"{point.cpu_ratio:.1f}"
