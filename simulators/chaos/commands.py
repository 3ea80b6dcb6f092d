"""Stations that for a while do not do, or do not say, what single commands ask for."""

import asyncio
import math
from random import Random
from typing import Final

from csms.ocpp.frames import Call, CallError, CallResult, ErrorCode
from simulators.chaos.fault_kinds import FaultKind
from simulators.stations.link import Answer
from simulators.stations.station import Obey

_EVERY_SECOND: Final = 0.5
_DONE: Final = 0.5
"""Of the commands that are not answered, are done all the same."""
_DONE_IN_ERROR: Final = 0.3
_CAN_BE_REJECTED: Final = frozenset(
    {
        "ChangeConfiguration",
        "GetCompositeSchedule",
        "RemoteStartTransaction",
        "RequestStartTransaction",
        "SetChargingProfile",
        "TriggerMessage",
    }
)


class CommandTrouble:
    """Comes between the calls of a CSMS and one station.

    Args:
        rng: Draws which commands fail.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._until_s: dict[FaultKind, float] = {}

    def begin(self, kind: FaultKind, lasts_s: float) -> None:
        """Let commands fail in one way for a while."""
        self._until_s[kind] = self._loop.time() + lasts_s

    def ends_in_s(self) -> float:
        """How long commands may still fail; below 0: since when none does."""
        return max(self._until_s.values(), default=-math.inf) - self._loop.time()

    def __call__(self, call: Call, obey: Obey) -> Answer | None:
        """Answer a call, or fail to."""
        match self._kind():
            case FaultKind.REJECT if call.action in _CAN_BE_REJECTED:
                return CallResult(call.message_id, {"status": "Rejected"})
            case FaultKind.CALL_ERROR:
                if self._rng.random() < _DONE_IN_ERROR:
                    obey(call)
                return CallError(message_id=call.message_id, code=ErrorCode.INTERNAL_ERROR)
            case FaultKind.NO_ANSWER:
                if self._rng.random() < _DONE:
                    obey(call)
                return None
            case _:
                return obey(call)

    def _kind(self) -> FaultKind | None:
        """In which way this command fails, if it does."""
        now_s = self._loop.time()
        kinds = [kind for kind, until_s in self._until_s.items() if now_s < until_s]
        if not kinds or self._rng.random() >= _EVERY_SECOND:
            return None
        return self._rng.choice(kinds)
