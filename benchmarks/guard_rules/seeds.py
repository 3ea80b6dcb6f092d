"""Seeds of chaos that exceed a limit without a rule of the guard, and none with it."""

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Case:
    """A day of chaos, crowded and short, on which much more goes wrong than usual.

    Attributes:
        seed: What it is drawn from.
        faults: What goes wrong: `all`, or names with commas between them.
        stations: How many there are.
        hours: How long the day is.
        rate: How many times as often as usual anything goes wrong.
        demand: How many times as many users as usual there are.
        stay: How many times as long as usual they stay.
        has_resources: Whether there is more than chargers.
    """

    seed: int
    faults: str = "all"
    stations: int = 12
    hours: float = 2.0
    rate: float = 10.0
    demand: float = 4.0
    stay: float = 1.0
    has_resources: bool = False

    def __str__(self) -> str:
        return (
            f"seed {self.seed} --faults {self.faults} --stations {self.stations} "
            f"--hours {self.hours:g} --rate {self.rate:g} --demand {self.demand:g} "
            f"--stay {self.stay:g}{' --resources' if self.has_resources else ''}"
        )


_brief = partial(Case, hours=1.0, demand=20.0, stay=0.1)
"""A day on which many come, and none stays long."""


SEEDS: Final = MappingProxyType(
    {
        "boot": Case(2, "profile_loss", rate=100.0),
        "clock": _brief(18, "wrong_clock,clock_jump,meter_outage,load_step", rate=60.0),
        "cut": Case(6, "sudden_step", hours=1.0, rate=100.0),
        "decreases-first": _brief(3, "delay", rate=100.0),
        "disobedience": Case(3, "stops_obeying", stations=8, hours=1.0, rate=100.0),
        "fallback": _brief(5, "none"),
        "keeping": Case(3, "profile_loss", rate=100.0),
        "resource-silent": Case(
            seed=2,
            faults="resource_disobeys,resource_silent",
            stations=6,
            hours=0.8,
            rate=60.0,
            demand=20.0,
            stay=0.5,
            has_resources=True,
        ),
        "restart": _brief(1, "kill,link_cut,load_step", rate=60.0),
        "room": _brief(6, "reject,call_error,lost_answer", rate=60.0),
        "settling": Case(2, "link_cut,load_step"),
        "silent": Case(6, "link_cut,meter_outage,load_step", rate=8.0),
        "stale": _brief(52, "meter_outage,load_climb", rate=20.0),
        "step": Case(3, "load_step"),
        "total-at-once": Case(34, "sudden_step", hours=1.0, rate=60.0),
        "trial": Case(2, "ignores_tx_profile,kill", rate=30.0),
        "unanswered": _brief(3, "lost_answer", rate=60.0),
        "worst-case": Case(2, "link_cut,load_step"),
        "write-ahead": _brief(3, "kill_sending,link_cut", rate=60.0),
    }
)
