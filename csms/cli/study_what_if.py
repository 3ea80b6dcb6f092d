"""What if the feeder were otherwise: the words of the command line, and what they mean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError
from smart_charging.study.scenario import Scenario, Store
from smart_charging.study.solar import Sun
from smart_charging.study.wiring import Earthing

_W_PER_KW: Final = 1000.0
_NUMBER: Final = re.compile(r"\d{1,7}(\.\d{1,6})?")

Vary: TypeAlias = Callable[[Scenario, str, date], Scenario]

WORDS: Final = "fuse=KW, battery=KW/KWH, heating=KW/KWH, pv=KW, single-phase=SHARE, it, tn"


def vary(scenario: Scenario, word: str, starts: date) -> Scenario:
    """Make the scenario that a word describes.

    Args:
        scenario: As it is.
        word: Such as `fuse=125`, `battery=20/40`, `it`.
        starts: The first day, for the height of the sun.

    Raises:
        InvalidInputError: There is no such word, or it lacks a number.
    """
    name, _, value = word.strip().partition("=")
    if name not in _VARIATIONS:
        raise InvalidInputError("what-if", f"expected {WORDS}, got {word!r}")
    try:
        varied = _VARIATIONS[name](scenario, value, starts)
    except ValueError as error:
        raise InvalidInputError("what-if", f"{error}, got {word!r}") from error
    return replace(varied, name=f"{scenario.name}, {word.strip()}")


def _fuse(scenario: Scenario, value: str, _: date) -> Scenario:
    (limit_kw,) = _numbers(value, "fuse=KW")
    return replace(scenario, limit_w=limit_kw * _W_PER_KW)


def _battery(scenario: Scenario, value: str, _: date) -> Scenario:
    return replace(scenario, battery=_store(value, "battery=KW/KWH"))


def _heating(scenario: Scenario, value: str, _: date) -> Scenario:
    if not scenario.heating_w.any():
        raise ValueError("expected a load with heating (--winter-kw)")
    return replace(scenario, heating=_store(value, "heating=KW/KWH"))


def _sun(scenario: Scenario, value: str, starts: date) -> Scenario:
    (peak_kw,) = _numbers(value, "pv=KW")
    day = starts.timetuple().tm_yday
    return replace(scenario, sun=Sun(peak_w=peak_kw * _W_PER_KW, day_of_year=day))


def _single_phase(scenario: Scenario, value: str, _: date) -> Scenario:
    (share,) = _numbers(value, "single-phase=SHARE, up to 1")
    if share > 1:
        raise ValueError("expected single-phase=SHARE, up to 1")
    return replace(scenario, single_phase_share=share)


def _earthed(earthing: Earthing) -> Vary:
    def vary_earthing(scenario: Scenario, value: str, _: date) -> Scenario:
        if value:
            raise ValueError(f"expected {earthing} and no number")
        return replace(scenario, earthing=earthing)

    return vary_earthing


def _store(value: str, expected: str) -> Store:
    power, _, capacity = value.partition("/")
    (power_kw,), (capacity_kwh,) = _numbers(power, expected), _numbers(capacity, expected)
    return Store(power_kw * _W_PER_KW, capacity_kwh * _W_PER_KW)


def _numbers(text: str, expected: str) -> tuple[float]:
    if not _NUMBER.fullmatch(text) or float(text) <= 0:
        raise ValueError(f"expected {expected}")
    return (float(text),)


_VARIATIONS: Final[Mapping[str, Vary]] = {
    "fuse": _fuse,
    "battery": _battery,
    "heating": _heating,
    "pv": _sun,
    "single-phase": _single_phase,
    "it": _earthed(Earthing.IT),
    "tn": _earthed(Earthing.TN),
}
