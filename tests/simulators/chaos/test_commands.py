"""Commands that fail, and whether they are done all the same."""

import asyncio
from random import Random

from csms.ocpp.frames import Call, CallError, CallResult
from simulators.chaos.commands import CommandTrouble
from simulators.chaos.fault_kinds import FaultKind
from simulators.stations.link import Answer
from simulators.virtual_time import run_virtual


def outcomes(kind: FaultKind, action: str = "SetChargingProfile") -> list[tuple[str, bool]]:
    """What becomes of 200 commands while one kind of trouble lasts: the answer, and if done."""

    async def main() -> list[tuple[str, bool]]:
        trouble = CommandTrouble(Random(1))  # noqa: S311
        trouble.begin(kind, 60)
        found = []
        for number in range(200):
            done: list[Call] = []

            def obey(call: Call, done: list[Call] = done) -> Answer:
                done.append(call)
                return CallResult(call.message_id, {"status": "Accepted"})

            call = Call(message_id=str(number), action=action, payload={})
            found.append((_word(trouble(call, obey)), bool(done)))
        await asyncio.sleep(61)
        last = Call(message_id="last", action=action, payload={})
        assert _word(trouble(last, _obey)) == "Accepted"
        return found

    return run_virtual(main())


def _obey(call: Call) -> Answer:
    return CallResult(call.message_id, {"status": "Accepted"})


def _word(answer: Answer | None) -> str:
    if isinstance(answer, CallError):
        return str(answer.code)
    return str(answer.payload["status"]) if answer else "nothing"


def test_rejected_commands_are_not_done() -> None:
    assert set(outcomes(FaultKind.REJECT)) == {("Accepted", True), ("Rejected", False)}


def test_what_cannot_be_rejected_is_done() -> None:
    assert set(outcomes(FaultKind.REJECT, "GetVariables")) == {("Accepted", True)}


def test_errors_may_come_of_what_was_done() -> None:
    assert set(outcomes(FaultKind.CALL_ERROR)) == {
        ("Accepted", True),
        ("InternalError", True),
        ("InternalError", False),
    }


def test_unanswered_commands_may_be_done() -> None:
    found = outcomes(FaultKind.NO_ANSWER)
    assert set(found) == {("Accepted", True), ("nothing", True), ("nothing", False)}
    assert 70 < sum(word == "nothing" for word, _ in found) < 130
