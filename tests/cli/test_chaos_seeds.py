"""Seeds of chaos that have found something, by what it was, run as `chargeflex chaos` does."""

import os
import subprocess
import sys
from typing import Final

import pytest

FOUND: Final = {
    "a trial waited for ever for room that it needed only for minutes": ("19", "8", "1"),
    "a lower half of a limit was sent to a station on trial, of which any limit counts at its "
    "rating": ("33", "8", "1.5"),
}
"""Seed, stations and hours."""


@pytest.mark.parametrize(("seed", "stations", "hours"), FOUND.values(), ids=FOUND.keys())
def test_seed_that_has_found_something_exceeds_no_limit_any_more(
    seed: str, stations: str, hours: str
) -> None:
    command = [sys.executable, "-m", "csms", "chaos", "--replay", seed]
    done = subprocess.run(
        [*command, "--stations", stations, "--hours", hours, "--jobs", "1"],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1][-4:]) == (0, "PASS"), done.stdout
