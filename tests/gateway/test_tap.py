"""What the journal hears of a connection: every call with its answer, and what was no call."""

import asyncio
from typing import Any

import pytest

from csms.domain.commands import CommandStatus, ResetKind, ResetStation
from csms.domain.exchange import Exchange
from tests.gateway.fakes import FakeJournal
from tests.gateway.rig import Rig, listening

SOFT = ResetStation(ResetKind.SOFT)


def told(exchange: Exchange) -> tuple[Any, ...]:
    """All of an exchange but its times."""
    call = exchange.call
    return (
        exchange.is_from_station,
        exchange.action,
        exchange.message_id,
        call if isinstance(call, str) else bytes(call).decode(),
        exchange.answer,
        exchange.error,
    )


async def test_call_of_a_station_is_noted_word_for_word_with_its_answer() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig, rig.station() as station:
        await station.send('[2, "7", "DataTransfer", { "vendorId":"V" }]')
        await station.receive()
    [exchange] = journal.noted
    assert (exchange.station_id, exchange.version) == ("G-01", "1.6")
    assert told(exchange) == (
        True,
        "DataTransfer",
        "7",
        '{ "vendorId":"V" }',
        '[3,"7",{"status":"UnknownVendorId"}]',
        None,
    )
    assert exchange.answered_at is not None
    assert exchange.answered_at >= exchange.called_at


async def test_call_that_is_refused_is_noted_with_the_code() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig, rig.station() as station:
        await station.ask("Dance", {})
    [exchange] = journal.noted
    assert exchange.error == "NotImplemented"
    assert exchange.answer is not None
    assert exchange.answer.startswith('[4,"7","NotImplemented"')


async def test_command_is_noted_with_the_answer_of_the_station() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        _, message_id, _, _ = await station.receive()
        await station.send([3, message_id, {"status": "Accepted"}])
        assert (await sending).status is CommandStatus.ACCEPTED
    [exchange] = journal.noted
    assert told(exchange) == (
        False,
        "Reset",
        message_id,
        '{"type":"Soft"}',
        f'[3,"{message_id}",{{"status":"Accepted"}}]',
        None,
    )


async def test_command_that_the_station_refuses_with_an_error_is_noted_with_its_code() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig, rig.station() as station:
        sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
        _, message_id, _, _ = await station.receive()
        await station.send([4, message_id, "NotSupported", "", {}])
        await sending
    assert [exchange.error for exchange in journal.noted] == ["NotSupported"]


async def test_command_that_is_never_answered_is_noted_as_such() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal), call_timeout_s=0.05) as rig, rig.station():
        assert (await rig.registry.send("G-01", SOFT)).status is CommandStatus.TIMED_OUT
    [exchange] = journal.noted
    assert (exchange.answer, exchange.error) == (None, "no answer in time")


async def test_command_whose_connection_is_lost_is_noted_as_such() -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig:
        async with rig.station() as station:
            sending = asyncio.create_task(rig.registry.send("G-01", SOFT))
            await station.receive()
        await sending
    assert [exchange.error for exchange in journal.noted] == ["the connection was lost"]


@pytest.mark.parametrize("text", ['[2, "1", ', b"\x00\xff"])
async def test_what_is_no_call_is_noted_as_it_came(text: str | bytes) -> None:
    journal = FakeJournal()
    async with listening(Rig(journal=journal)) as rig, rig.station() as station:
        await station.send(text)
        await station.receive()
    [exchange] = journal.noted
    assert exchange.action == ""
    assert exchange.call == (text if isinstance(text, str) else "\x00\\xff")
    assert exchange.error is not None
    assert exchange.answer is not None
