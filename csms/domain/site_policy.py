"""How a site is run: how often it is planned, how long limits live, what it shares by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Acceptance(StrEnum):
    """When a station that boots is accepted (1.6 §4.2, 2.0.1 B02)."""

    AT_ONCE = "at_once"
    WHEN_SET_UP = "when_set_up"
    """Once it holds its fallback; until then it may not charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPolicy:
    """How often a site is planned and how long its limits live.

    Attributes:
        plan_every_s: A new plan at least this often.
        min_gap_s: And at most this often, unless a vehicle has just come.
        limits_live_s: A limit lapses that long after it was set, unless it is renewed.
        settle_s: How long after an accepted decrease the vehicle may take to follow (IEC 61851-1
            gives it 5 s); increases wait for it.
        meter_every_s: How often stations report their meters.
        heartbeat_every_s: How often an idle station calls.
        reading_lives_s: A feeder measurement older than this is stale.
        acceptance: When a station that boots is accepted.
        proves_by_reset: Whether a station of each make is restarted once, while nobody charges
            there, to see whether it keeps its fallback.
        ramp_a_per_min: How fast a feeder's lines rise after a limit, a mass return or a start;
            None: the whole limit within five minutes.
        return_delay_s: After a mass return each EVSE waits another time up to this, before it is
            raised.
    """

    plan_every_s: int = 300
    min_gap_s: int = 10
    limits_live_s: int = 900
    settle_s: int = 6
    meter_every_s: int = 60
    heartbeat_every_s: int = 300
    reading_lives_s: int = 180
    acceptance: Acceptance = Acceptance.AT_ONCE
    proves_by_reset: bool = True
    ramp_a_per_min: float | None = None
    return_delay_s: int = 60


class Fairness(StrEnum):
    """Who goes short when not everybody can be served."""

    PROPORTIONAL = "proportional"
    MAX_MIN = "max_min"
    ENERGY = "energy"


class Aim(StrEnum):
    """What counts once everybody gets what they need."""

    EARLY = "early"
    CHEAP = "cheap"
    LEVEL = "level"
    CALM = "calm"
    READY = "ready"


PRICED_AIMS: Final = frozenset({Aim.CHEAP, Aim.LEVEL})
"""Those for which it matters what energy and power cost."""


@dataclass(frozen=True, slots=True)
class SharingPolicy:
    """How a site shares what it has."""

    fairness: Fairness = Fairness.PROPORTIONAL
    aim: Aim = Aim.EARLY
