"""Seeds of chaos that have found something, by what it was, run as `chargeflex chaos` does."""

import os
import subprocess
import sys
from typing import Final

import pytest

from simulators.chaos.site_drawing import draw_site

FOUND: Final = {
    "a trial waited for ever for room that it needed only for minutes": ("19", "8", "1"),
    "a lower half of a limit was sent to a station on trial, of which any limit counts at its "
    "rating": ("33", "8", "1.5"),
}
"""Seed, stations and hours."""
TOTALS: Final = {
    "a meter shows vehicles as well, in a grid with neutral": ("28", "12", "1.5"),
    "a meter shows vehicles as well, in a grid without": ("35", "12", "1.5"),
}


@pytest.mark.parametrize(("seed", "stations", "hours"), FOUND.values(), ids=FOUND.keys())
def test_seed_that_has_found_something_exceeds_no_limit_any_more(
    seed: str, stations: str, hours: str
) -> None:
    run(seed, stations, hours)


@pytest.mark.parametrize(("seed", "stations", "hours"), TOTALS.values(), ids=TOTALS.keys())
def test_building_whose_meter_shows_all_exceeds_no_limit(
    seed: str, stations: str, hours: str
) -> None:
    assert "meter_shows: all" in draw_site(int(seed), int(stations))
    run(seed, stations, hours)


def run(seed: str, stations: str, hours: str) -> None:
    """Run a seed that has to pass."""
    command = [sys.executable, "-m", "csms", "chaos", "--replay", seed]
    done = subprocess.run(
        [*command, "--stations", stations, "--hours", hours, "--jobs", "1"],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1][-4:]) == (0, "PASS"), done.stdout
