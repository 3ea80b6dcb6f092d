"""Seeds of chaos that have found something, by what it was, run as `chargeflex chaos` does."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.site_drawing import draw_site

LATER: Final = {
    *(FaultKind.BROKER_DEATH, FaultKind.METER_NONSENSE, FaultKind.RESOURCE_DEAF),
    *(FaultKind.SOURCE_FAILS, FaultKind.SOURCE_LATE, FaultKind.SOURCE_STOPS, FaultKind.DEEP_CUT),
}
FIRST_KINDS: Final = ",".join(sorted(set(FaultKind) - LATER))
"""What went wrong on days that found something before there was more."""
FOUND: Final[Mapping[str, Sequence[str]]] = {
    "a trial waited for ever for room that it needed only for minutes": ("19", "8", "1"),
    "a lower half of a limit was sent to a station on trial, of which any limit counts at its "
    "rating": ("33", "8", "1.5"),
    "others made room for a station that disobeys only with the next plan": (
        *("24", "12", "1.5", "--faults", "stops_obeying", "--rate", "100", "--demand", "4"),
    ),
    "who was on trial went on with its least current while too much was allowed": (
        *("29", "12", "1", "--faults", "sudden_step", "--rate", "60", "--demand", "4"),
    ),
    "who draws too much was forgiven when it took a limit in another form": (
        *("3", "8", "1", "--faults", FIRST_KINDS, "--rate", "10", "--demand", "4", "--resources"),
    ),
}
"""Seed, stations, hours, and what else is asked for."""
TOTALS: Final = {
    "a meter shows vehicles as well, in a grid with neutral": ("28", "12", "1.5"),
    "a meter shows vehicles as well, in a grid without": ("35", "12", "1.5"),
}


@pytest.mark.parametrize("asked", FOUND.values(), ids=FOUND.keys())
def test_seed_that_has_found_something_exceeds_no_limit_any_more(asked: Sequence[str]) -> None:
    run(*asked)


@pytest.mark.parametrize(("seed", "stations", "hours"), TOTALS.values(), ids=TOTALS.keys())
def test_building_whose_meter_shows_all_exceeds_no_limit(
    seed: str, stations: str, hours: str
) -> None:
    assert "meter_shows: all" in draw_site(int(seed), int(stations))
    run(seed, stations, hours)


def run(seed: str, stations: str, hours: str, *more: str) -> None:
    """Run a seed that has to pass."""
    command = [sys.executable, "-m", "csms", "chaos", "--replay", seed]
    done = subprocess.run(
        [*command, "--stations", stations, "--hours", hours, "--jobs", "1", *more],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1][-4:]) == (0, "PASS"), done.stdout
