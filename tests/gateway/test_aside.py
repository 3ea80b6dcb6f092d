"""Calls for whose answer somebody else is asked do not hold up those that come after them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from csms.domain.commands import CommandStatus, ResetKind, ResetStation
from csms.domain.events import HeartbeatReceived, StationEvent
from csms.domain.notices import Agreement, SigningAsked
from tests.gateway.fakes import FakeHandler, ReplyT
from tests.gateway.rig import FakeStation, Rig, listening

TIME = {"currentTime": "2026-01-14T12:00:00Z"}
ACCEPTED = {"status": "Accepted"}
MOST_ASIDE = 8


@dataclass
class AskingHandler(FakeHandler):
    """Answers at once, but requests for certificates: others have to be asked for those.

    Attributes:
        others: Set while they answer.
        given_up: How many who waited for them have gone.
    """

    others: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: int = 0

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        if not event.asks_others:
            return await super().handle(event)
        async with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()
        try:
            await self.others.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        answer: ReplyT = self.replies[type(event)]
        return answer


def asking() -> tuple[Rig, AskingHandler]:
    handler = AskingHandler()
    handler.replies[SigningAsked] = Agreement(is_accepted=True)
    return Rig(handler=handler), handler


async def send(station: FakeStation, action: str, message_id: str, **payload: Any) -> None:
    await station.send([2, message_id, action, payload])


async def test_calls_after_one_that_waits_for_others_are_answered_before_it() -> None:
    rig, handler = asking()
    async with listening(rig), rig.station() as station:
        await send(station, "SignCertificate", "slow", csr="CSR")
        await send(station, "Heartbeat", "quick")
        assert await station.receive() == [3, "quick", TIME]
        assert await station.is_served()
        handler.others.set()
        assert await station.receive() == [3, "slow", ACCEPTED]


async def test_our_calls_are_answered_while_one_of_the_station_waits_for_others() -> None:
    rig, handler = asking()
    async with listening(rig), rig.station() as station:
        await send(station, "SignCertificate", "slow", csr="CSR")
        reset = asyncio.create_task(rig.registry.send("G-01", ResetStation(ResetKind.SOFT)))
        _, message_id, action, _ = await station.receive()
        assert action == "Reset"
        await station.send([3, message_id, ACCEPTED])
        assert (await reset).status is CommandStatus.ACCEPTED
        handler.others.set()
        assert await station.receive() == [3, "slow", ACCEPTED]


async def test_refusal_of_a_call_that_was_set_aside_says_which_one_it_was() -> None:
    rig, handler = asking()
    handler.replies[SigningAsked] = None  # the answer cannot be written
    async with listening(rig), rig.station() as station:
        handler.others.set()
        await send(station, "SignCertificate", "slow", csr="CSR")
        kind, message_id, code, *_ = await station.receive()
        assert (kind, message_id, code) == (4, "slow", "InternalError")
        assert await station.is_served()


async def test_no_more_than_a_few_calls_are_set_aside() -> None:
    rig, handler = asking()
    async with listening(rig), rig.station() as station:
        for number in range(MOST_ASIDE + 2):
            await send(station, "SignCertificate", f"slow-{number}", csr="CSR")
        await send(station, "Heartbeat", "late")
        await handler.until(MOST_ASIDE + 1)
        assert not any(isinstance(one, HeartbeatReceived) for one in handler.events)
        handler.others.set()
        answers = [await station.receive() for _ in range(MOST_ASIDE + 3)]
        assert {answer[1] for answer in answers} == {
            *(f"slow-{number}" for number in range(MOST_ASIDE + 2)),
            "late",
        }


async def test_same_message_id_twice_is_answered_twice() -> None:
    rig, handler = asking()
    async with listening(rig), rig.station() as station:
        for _ in range(2):
            await send(station, "SignCertificate", "slow", csr="CSR")
        await handler.until(2)
        handler.others.set()
        assert [await station.receive() for _ in range(2)] == [[3, "slow", ACCEPTED]] * 2


async def test_station_that_leaves_is_not_waited_for_and_its_next_connection_is_served() -> None:
    rig, handler = asking()
    async with listening(rig):
        for leaves_in_order in (True, False):
            before = handler.given_up
            async with rig.station() as station:
                await send(station, "SignCertificate", "slow", csr="CSR")
                assert await station.is_served()
                if not leaves_in_order:
                    station.socket.transport.abort()
            await rig.watch.until(lambda seen: seen[-1] == "G-01 gone")
            assert handler.given_up == before + 1
        async with rig.station() as station:
            assert await station.is_served()


async def test_newer_connection_does_not_wait_for_calls_that_were_set_aside() -> None:
    rig, _ = asking()
    async with listening(rig), rig.station() as older:
        await send(older, "SignCertificate", "slow", csr="CSR")
        assert await older.is_served()
        async with rig.station() as newer:
            assert await newer.is_served()
