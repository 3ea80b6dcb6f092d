"""What the figures are judged by."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from benchmarks.forecast.site_load import Outcome
from benchmarks.forecast.stay_runs import Result
from smart_charging.forecast.stay import Whats

JPL: Final = ("JPL", 0.65, 0.100)
GARAGES: Final = ("garages", 0.80, 0.088)
LOADS: Final = {"jpl": JPL, "norway": GARAGES}
_ENERGY_KWH: Final = 4.7
_STAY_H: Final = 2.5
_HELD: Final = (0.77, 0.83)
ENOUGH: Final = 100
"""Of fewer stays the share that is held says nothing: its standard error is 4 points."""

Verdict = tuple[str, bool]


def judge_load(label: tuple[str, float, float], outcomes: Sequence[Outcome]) -> Iterator[Verdict]:
    """Hold the load of a kind of site against its bars, several stretches of time as one."""
    name, most_ratio, most_pinball = label
    days = np.array([one.days for one in outcomes])
    error = days @ [one.error for one in outcomes]
    ratio = error / (days @ [one.naive_error for one in outcomes])
    loss = days @ [one.pinball for one in outcomes] / (days @ [one.mean for one in outcomes])
    yield f"{name} {ratio:.3f} x naive (bar {most_ratio})", ratio <= most_ratio
    yield f"{name} pinball {loss:.4f} (bar {most_pinball})", loss <= most_pinball


def judge_stays(result: Result) -> Iterator[Verdict]:
    """Hold what is said of vehicles against the bars."""
    energy, stay = result.forecasts["energy"], result.forecasts["stay"]
    yield f"energy {energy.error:.2f} kWh (bar {_ENERGY_KWH})", energy.error <= _ENERGY_KWH
    yield f"stay pinball {stay.loss:.2f} h (bar {_STAY_H})", stay.loss <= _STAY_H
    improves = all(one.loss < one.first_loss for what in Whats for one in result.later[what])
    yield "better while they stand", improves


def judge_intervals(outcomes: Sequence[Outcome], results: Sequence[Result]) -> Iterator[Verdict]:
    """Hold the share of outcomes within 80 % intervals against the bar, site by site."""
    shares = [(one.name, one.held) for one in outcomes]
    for result in results:
        for what in Whats:
            shares += [
                (f"{site} {what}", share)
                for site, count, share in held_by_site(result, what)
                if count >= ENOUGH
            ]
    out = [f"{name} {share:.1%}" for name, share in shares if not is_right(share)]
    text = f"{len(shares) - len(out)} of {len(shares)} intervals hold 77 to 83 %"
    yield text + (f" (not {', '.join(out)})" if out else ""), not out


def held_by_site(result: Result, what: str) -> Iterator[tuple[str, int, float]]:
    """By site how many stays were forecast, and which share of them the intervals held."""
    found = result.forecasts["energy" if what == "energy" else "stay"]
    site = result.stays.site[found.at]
    for number, name in enumerate(result.stays.sites):
        if (here := site == number).any():
            yield name, int(here.sum()), float(found.held[here].mean())


def is_right(share: float) -> bool:
    """Whether intervals hold as many as they promise."""
    return _HELD[0] <= share <= _HELD[1]


def conclude(verdicts: Sequence[Verdict]) -> bool:
    """Print the line that ends the benchmark, and say whether all bars are held."""
    has_passed = all(is_held for _, is_held in verdicts)
    words = "; ".join(text if is_held else f"{text} MISSED" for text, is_held in verdicts)
    print(f"\nforecast: {words} {'PASS' if has_passed else 'FAIL'}")
    return has_passed
