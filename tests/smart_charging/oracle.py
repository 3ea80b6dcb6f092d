"""What a plan must keep, reckoned here in plain numbers: nothing of the code under test.

Every phasor is added up one by one, as the module docstring of `taps` defines them.
"""

from collections.abc import Iterator

from smart_charging.problem import ChargingPlan, ChargingProblem, Evse
from smart_charging.taps import Tap


def current_a(
    asked: ChargingProblem, limits_a: list[float], feeder_key: str, line: int, slot: int
) -> float:
    """The current of a line (0 to 2) of a feeder, if every EVSE draws its limit in a slot."""
    below = _below(asked, feeder_key)
    drawn: list[tuple[str, Tap, float]] = [
        (one.feeder, one.tap, limit) for one, limit in zip(asked.evses, limits_a, strict=True)
    ]
    drawn += [(one.feeder, one.tap, float(one.amps[slot])) for one in asked.reservations]
    known, unknown = 0j, 0.0
    for at, tap, amps in drawn:
        if at in below and tap.is_angle_known:
            known += tap.phasors[line] * amps
        elif at in below:
            unknown += abs(tap.phasors[line]) * amps
    for one in asked.feeders:
        if one.key in below:
            unknown += float(one.uncontrolled_a[line, slot])
    return abs(known) + unknown


def faults(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Everything that is wrong with a plan."""
    if [one.key for one in plan.evses] != [one.key for one in asked.evses]:
        yield "other EVSEs"
        return
    for slot in range(len(asked.slots_s)):
        limits = [one.limits_a[slot] for one in plan.evses]
        floors = [one.floor_a for one in asked.evses]
        for feeder in asked.feeders:
            for line in range(3):
                most = max(
                    float(feeder.limit_a[line, slot]),
                    current_a(asked, floors, feeder.key, line, slot),
                )
                carried = current_a(asked, limits, feeder.key, line, slot)
                if carried > most + 2e-6:
                    yield f"{feeder.key} L{line + 1} slot {slot}: {carried} of {most}"
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        for slot, limit in enumerate(planned.limits_a):
            if not one.floor_a - 1e-6 <= limit <= max(one.max_a, one.floor_a) + 1e-6:
                yield f"{one.key} slot {slot}: {limit} out of bounds"
            if slot < asked.committed and not _can_be_sent(one, limit):
                yield f"{one.key} slot {slot}: {limit} cannot be sent"


def _can_be_sent(one: Evse, limit: float) -> bool:
    """0 or at least the minimum, in whole steps or exactly the maximum or the floor."""
    if limit == 0:
        return True
    steps = limit / one.step_a
    is_whole = abs(steps - round(steps)) < 1e-4
    is_bound = min(abs(limit - one.max_a), abs(limit - one.floor_a)) < 1e-6
    return limit >= one.min_a - 1e-6 and (is_whole or is_bound)


def _below(asked: ChargingProblem, feeder_key: str) -> set[str]:
    below = {feeder_key}
    for one in asked.feeders:  # parents come first
        if one.parent in below:
            below.add(one.key)
    return below
