"""Whether vehicles that are plugged in come to charge: judged once for each of them."""

from enum import Enum, auto
from typing import Final

FAULTS: Final = frozenset(
    {
        *("DeAuthorized", "EmergencyStop", "GroundFault", "HardReset", "ImmediateReset"),
        *("OvercurrentFault", "PowerLoss", "PowerQuality", "Reboot"),
    }
)
"""Reasons for which transactions end (OCPP 1.6 and 2.0.1) that are no choice of the driver's."""


class PlugIn(Enum):
    """How far the vehicle at an EVSE has been judged."""

    NONE = auto()
    """There is none."""
    WAITING = auto()
    """It has come, and does not charge yet."""
    REFUSED = auto()
    """Its token was refused; another one may be shown."""
    JUDGED = auto()
    """It has been counted, or was there when the count began."""


class Verdict(Enum):
    """What has become of a vehicle that was plugged in."""

    SUCCESS = auto()
    """It charges, or has left by choice."""
    FAILURE = auto()
    """A fault or a refusal kept it from charging."""


def judge(
    before: PlugIn, *, is_plugged: bool, has_charged: bool, is_faulted: bool
) -> tuple[PlugIn, Verdict | None]:
    """Follow a vehicle one step.

    Args:
        before: How far it was judged.
        is_plugged: Whether a vehicle is there.
        has_charged: Whether it takes energy, or has taken some.
        is_faulted: Whether the EVSE is out of order.

    Returns:
        How far it is judged now, and the verdict where there is a new one.
    """
    if before in (PlugIn.WAITING, PlugIn.REFUSED):
        return _judge_waiting(
            before, is_plugged=is_plugged, has_charged=has_charged, is_faulted=is_faulted
        )
    if before is PlugIn.JUDGED and (is_plugged or is_faulted):
        return before, None
    if not is_plugged:
        return PlugIn.NONE, None
    return (PlugIn.JUDGED, Verdict.SUCCESS) if has_charged else (PlugIn.WAITING, None)


def _judge_waiting(
    before: PlugIn, *, is_plugged: bool, has_charged: bool, is_faulted: bool
) -> tuple[PlugIn, Verdict | None]:
    if has_charged:
        return PlugIn.JUDGED, Verdict.SUCCESS
    if is_faulted:
        return PlugIn.JUDGED, Verdict.FAILURE
    if not is_plugged:
        was_refused = before is PlugIn.REFUSED
        return PlugIn.NONE, Verdict.FAILURE if was_refused else Verdict.SUCCESS
    return before, None
