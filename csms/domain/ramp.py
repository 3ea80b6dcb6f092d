"""Room that comes back gradually: what may be charged below a feeder rises in a straight line."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2s
from typing import Final

from csms.domain.identity import EvseId
from csms.domain.site import NO_AMPS, PhaseAmps

_SECONDS_PER_MINUTE: Final = 60
_DEFAULT_MINUTES: Final = 5
"""A feeder's whole limit comes back within as long, unless its site file says otherwise."""
_HASH_BYTES: Final = 4


class RampCause(StrEnum):
    """Why room comes back gradually; in words for a sentence."""

    LIMIT_OVER = "a limit was lifted"
    RETURN = "many chargers came back at once"
    START = "the server started"
    CUT = "limits had to be cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """What may be charged below a feeder, beside its uncontrolled load, by line.

    Attributes:
        from_a: What was allowed when it began.
        began_at: When that was.
        a_per_minute: How fast each line rises.
        held_a: What is allowed just now, as last looked at: nothing of that is taken back.
        is_slack: It leaves all the room that there was when it began.
    """

    from_a: PhaseAmps
    began_at: datetime
    a_per_minute: float
    cause: RampCause
    held_a: PhaseAmps = NO_AMPS
    is_slack: bool = False

    def at(self, instant: datetime) -> PhaseAmps:
        """How far it has risen at an instant."""
        return risen(self.from_a, self.began_at, self.a_per_minute, instant)

    def usable_at(self, instant: datetime) -> PhaseAmps:
        """What may be allowed at an instant: as far as it has risen, and what is allowed anyway."""
        first, second, third = map(max, self.at(instant), self.held_a)
        return (first, second, third)

    def holding(self, held_a: PhaseAmps) -> "Ramp":
        """With another look at what is allowed."""
        return replace(self, held_a=held_a)


def risen(
    from_a: PhaseAmps, began_at: datetime, a_per_minute: float, instant: datetime
) -> PhaseAmps:
    """Currents that rise in a straight line from an instant on, at another one."""
    passed_s = max(0.0, (instant - began_at).total_seconds())
    rise_a = a_per_minute * passed_s / _SECONDS_PER_MINUTE
    return (from_a[0] + rise_a, from_a[1] + rise_a, from_a[2] + rise_a)


def default_rate(limit_a: PhaseAmps) -> float:
    """How fast a feeder's lines rise where its site file does not say, in A per minute."""
    return max(limit_a) / _DEFAULT_MINUTES


def return_delay(evse_id: EvseId, at_most_s: int) -> int:
    """How many seconds an EVSE waits with its first raise after many have come back.

    The same for an EVSE on every machine and after every start, and spread evenly over EVSEs, so
    that their vehicles do not begin in the same second.
    """
    digest = blake2s(str(evse_id).encode(), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") * (at_most_s + 1) >> 8 * _HASH_BYTES
