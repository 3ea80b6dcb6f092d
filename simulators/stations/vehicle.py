"""A vehicle at an outlet: what it draws under a limit, and what its battery has taken.

Its current is constant between changes, so energy is integrated exactly however long the steps
are. It draws nothing or at least its lowest current (IEC 61851-1), follows a lower limit within
5 s, and rises to a higher one after a while, ampere by ampere.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from simulators.sessions.session import Session

_FALL_S: Final = (2.0, 5.0)
_RISE_S: Final = (5.0, 15.0)
_RAMP_S: Final = 1.0
_RAMP_STEP_A: Final = 2.0
_RAMP_STEPS: Final = 20
"""A large DC charger does not take more steps than this to its most."""
_TAPER_STEP_PCT: Final = 1.0
_FULL_PCT: Final = 100.0
_NEVER_S: Final = math.inf
_INSTANT_S: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hookup:
    """How a vehicle is connected.

    Attributes:
        w_per_a: Power into the vehicle per ampere in each line of the supply.
        max_a: Most that the vehicle draws, in amperes of the supply.
        min_a: Least that it draws.
    """

    w_per_a: float
    max_a: float
    min_a: float


@dataclass(frozen=True, slots=True)
class _Stage:
    """Up to so much energy the vehicle takes so much current."""

    until_wh: float
    cap_a: float


class Vehicle:
    """One vehicle during one session, in amperes of the supply.

    Attributes:
        session: The session.
        current_a: What it draws from each line that it uses.
        delivered_wh: What it has taken.
        at: The instant up to which time has passed for it.
    """

    def __init__(self, session: Session, hookup: Hookup, rng: Random, now: datetime) -> None:
        self.session = session
        self.hookup = hookup
        self.current_a = 0.0
        self.delivered_wh = 0.0
        self._rng = rng
        self.at = now
        self._stages = _stages(session, hookup)
        self._stage = 0
        self._offered_a = 0.0
        self._followed_a = 0.0
        self._heading = 0
        self._respond_s = _NEVER_S

    @property
    def is_done(self) -> bool:
        """Whether it has got all that it takes."""
        return self._stage >= len(self._stages)

    @property
    def soc_pct(self) -> float:
        """State of charge."""
        gained_pct = _FULL_PCT * self.delivered_wh / self.session.vehicle.battery_wh
        return self.session.arrival_soc_pct + gained_pct

    @property
    def power_w(self) -> float:
        """What flows into it."""
        return self.current_a * self.hookup.w_per_a

    @property
    def changes_within_s(self) -> float:
        """How long its current stays as it is if nothing is done to it; infinite: for ever."""
        return min(self._respond_s, self._stage_s())

    def offer(self, limit_a: float) -> None:
        """Tell it what it may draw from now on."""
        self._offered_a = limit_a
        heading = (limit_a > self._followed_a) - (limit_a < self._followed_a)
        if heading != self._heading:
            self._heading = heading
            self._respond_s = self._response_s(heading)

    def cut_off(self) -> None:
        """Open the contactor: the current stops at once."""
        self._offered_a = self._followed_a = 0.0
        self._heading, self._respond_s = 0, _NEVER_S
        self._settle()

    def advance(self, now: datetime) -> None:
        """Let time pass under what was last offered."""
        left_s = (now - self.at).total_seconds()
        self.at = now
        while left_s > 0:
            step_s = min(left_s, self._respond_s, self._stage_s())
            self._take(step_s)
            self._respond(step_s)
            self._settle()
            left_s -= step_s

    def _response_s(self, heading: int) -> float:
        if heading == 0:
            return _NEVER_S
        return self._rng.uniform(*(_FALL_S if heading < 0 else _RISE_S))

    def _stage_s(self) -> float:
        """How long until the present stage of charging is over."""
        if self.current_a <= 0.0:
            return _NEVER_S
        missing_wh = self._stages[self._stage].until_wh - self.delivered_wh
        return missing_wh * 3600 / self.power_w

    def _take(self, step_s: float) -> None:
        if self.current_a <= 0.0:
            return
        until_wh = self._stages[self._stage].until_wh
        self.delivered_wh += self.power_w * step_s / 3600
        if (until_wh - self.delivered_wh) * 3600 <= self.power_w * _INSTANT_S:
            self.delivered_wh = until_wh
            self._stage += 1

    def _respond(self, step_s: float) -> None:
        self._respond_s -= step_s
        if self._respond_s > _INSTANT_S:
            return
        if self._heading > 0:
            step_a = max(_RAMP_STEP_A, self.hookup.max_a / _RAMP_STEPS)
            rung_a = max(self._followed_a + step_a, self.hookup.min_a)
            self._followed_a = min(self._offered_a, rung_a)
        else:
            self._followed_a = self._offered_a
        is_there = self._followed_a == self._offered_a
        self._heading = 0 if is_there else self._heading
        self._respond_s = _NEVER_S if is_there else _RAMP_S

    def _settle(self) -> None:
        cap_a = 0.0 if self.is_done else self._stages[self._stage].cap_a
        wanted_a = min(self._followed_a, cap_a)
        self.current_a = wanted_a if wanted_a >= self.hookup.min_a else 0.0


def _stages(session: Session, hookup: Hookup) -> list[_Stage]:
    """Full current up to the taper, then what the battery takes, percent by percent.

    That falls in a straight line to nothing when the battery is full; the vehicle goes on with
    its least current.
    """
    model, start_pct = session.vehicle, session.arrival_soc_pct
    span_pct = _FULL_PCT - model.taper_from_pct
    taper_a = model.taper_c_rate * model.battery_wh / hookup.w_per_a
    stages = []
    until_pct, cap_a = model.taper_from_pct, hookup.max_a
    while True:
        until_wh = (until_pct - start_pct) / _FULL_PCT * model.battery_wh
        is_last = until_wh >= session.wanted_wh or until_pct >= _FULL_PCT
        if is_last:
            until_wh = session.wanted_wh
        if until_wh > 0:
            stages.append(_Stage(until_wh, cap_a))
        if is_last:
            return stages
        until_pct += _TAPER_STEP_PCT
        battery_a = taper_a * (_FULL_PCT - until_pct) / span_pct
        cap_a = max(hookup.min_a, min(hookup.max_a, battery_a))
