"""The outbox: what waits for a station, what is sent when it comes, and what is given up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    CancelReservation,
    ChangeAvailability,
    Command,
    CommandStatus,
    Outcome,
    Reserve,
    ResetStation,
    SetNetworkProfile,
    UnlockConnector,
    WriteSetting,
)
from csms.domain.errors import NotWaitingError
from csms.domain.events import TransactionReported
from csms.domain.notices import ReservationEnded, ReservationEnding
from csms.domain.outbox import Order
from csms.domain.transaction import TransactionStage
from csms.service.command_desk import CommandDesk
from csms.service.outbox import Outbox
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect
from tests.service.test_command_rules import network

SITE: Final = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))
CLOSED: Final = ChangeAvailability(is_operative=False)
ACCEPTED: Final = Outcome(status=CommandStatus.ACCEPTED)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A site of two stations, of which none is there."""
    async with open_office(database_file, SITE) as opened:
        opened.gateway.reply = lambda _station_id, _command: ACCEPTED
        yield opened


def desk_of(office: Office) -> CommandDesk:
    return CommandDesk(office.sites, office.gateway, office.open_uow, office.clock)


async def order(office: Office, command: Command[Any], **how: Any) -> Outcome:
    sent = await desk_of(office).command("G-01", command, Order(**how))
    return sent.outcome


async def look(office: Office) -> None:
    """Look into the outbox once, and let all be sent that can be."""
    outbox = Outbox(office.sites, desk_of(office), office.open_uow, office.clock)
    async with asyncio.TaskGroup() as tasks:
        await outbox.look(tasks)


def come(office: Office, *stations: str) -> None:
    """Stations connect and are set up."""
    connect(office.live, *(stations or ("G-01",)))
    for station_id in stations or ("G-01",):
        office.live.stations[station_id].is_ready = True


async def statuses(office: Office) -> list[str]:
    return [row["status"] for row in await office.rows("SELECT * FROM station_job ORDER BY number")]


async def test_command_waits_for_a_station_that_is_away_and_is_sent_when_it_has_come(
    office: Office,
) -> None:
    outcome = await order(office, CLOSED)
    assert outcome.status is CommandStatus.WAITING
    assert outcome.detail == "for the station to come, until 2026-01-15T12:00:00Z"
    assert office.gateway.sent == []
    come(office)
    await look(office)
    assert office.gateway.sent == [("G-01", CLOSED)]
    assert await statuses(office) == ["accepted"]


async def test_command_that_was_sent_is_not_sent_again(office: Office) -> None:
    await order(office, CLOSED)
    come(office)
    await look(office)
    await look(office)
    assert office.gateway.sent == [("G-01", CLOSED)]


async def test_command_waits_until_the_station_is_set_up(office: Office) -> None:
    await order(office, CLOSED)
    connect(office.live, "G-01")
    office.live.stations["G-01"].is_ready = False
    await look(office)
    assert office.gateway.sent == []


async def test_what_waits_is_sent_after_a_restart_in_the_order_in_which_it_was_given(
    database_file: Path,
) -> None:
    commands = [CLOSED, WriteSetting("a", "1"), WriteSetting("b", "2")]
    async with open_office(database_file, SITE) as office:
        for command in commands:
            await order(office, command)
    async with open_office(database_file, SITE) as office:
        office.gateway.reply = lambda _station_id, _command: ACCEPTED
        come(office)
        await look(office)
        assert [command for _, command in office.gateway.sent] == commands


@pytest.mark.parametrize("command", [ResetStation(), UnlockConnector(evse_number=1)])
async def test_command_about_this_moment_does_not_wait(
    office: Office, command: Command[Any]
) -> None:
    away = Outcome(status=CommandStatus.NOT_SENT, detail="the station is not connected")
    office.gateway.reply = lambda _station_id, _command: away
    assert await order(office, command) == away
    come(office)
    office.gateway.sent.clear()
    await look(office)
    assert office.gateway.sent == []


async def test_operator_says_how_long_a_command_waits(office: Office) -> None:
    assert (await order(office, ResetStation(), wait_s=60)).status is CommandStatus.WAITING
    assert (await order(office, CLOSED, wait_s=0)).status is CommandStatus.ACCEPTED


async def test_reservation_waits_no_longer_than_it_lasts(office: Office) -> None:
    reserve = Reserve(id_token=IdToken("04A2B3C4"), expires_at=after(30))
    outcome = await order(office, reserve)
    assert outcome.detail == "for the station to come, until 2026-01-14T12:30:00Z"


async def test_command_whose_station_does_not_come_in_time_is_given_up(office: Office) -> None:
    await order(office, CLOSED, wait_s=60)
    office.clock.turn(60)
    come(office)
    await look(office)
    assert office.gateway.sent == []
    assert await statuses(office) == ["expired"]


async def test_of_commands_about_the_same_only_the_newest_waits(office: Office) -> None:
    opened = ChangeAvailability(is_operative=True)
    for command in (CLOSED, ChangeAvailability(is_operative=False, evse_number=1), opened):
        await order(office, command)
    assert await statuses(office) == ["superseded", "waiting", "waiting"]
    come(office)
    await look(office)
    assert [command for _, command in office.gateway.sent][-1] == opened


async def test_commands_to_another_station_are_not_superseded(office: Office) -> None:
    await order(office, CLOSED)
    await desk_of(office).command("G-02", CLOSED)
    assert await statuses(office) == ["waiting", "waiting"]


async def test_order_that_is_given_again_is_not_carried_out_again(office: Office) -> None:
    come(office)
    first = await desk_of(office).command("G-01", CLOSED, Order(key="a"))
    again = await desk_of(office).command("G-01", CLOSED, Order(key="a"))
    assert (again.job, again.outcome.status) == (first.job, CommandStatus.ACCEPTED)
    assert office.gateway.sent == [("G-01", CLOSED)]


async def test_same_key_at_another_station_is_another_order(office: Office) -> None:
    come(office, "G-01", "G-02")
    await desk_of(office).command("G-01", CLOSED, Order(key="a"))
    await desk_of(office).command("G-02", CLOSED, Order(key="a"))
    assert [station_id for station_id, _ in office.gateway.sent] == ["G-01", "G-02"]


async def test_command_that_waits_can_be_taken_back(office: Office) -> None:
    sent = await desk_of(office).command("G-01", CLOSED)
    await desk_of(office).cancel(sent.job)
    come(office)
    await look(office)
    assert office.gateway.sent == []
    assert await statuses(office) == ["cancelled"]


async def test_command_that_was_sent_cannot_be_taken_back(office: Office) -> None:
    come(office)
    sent = await desk_of(office).command("G-01", CLOSED)
    with pytest.raises(NotWaitingError, match="job 1 does not wait for its station"):
        await desk_of(office).cancel(sent.job)


async def test_station_that_leaves_again_gets_the_rest_next_time(office: Office) -> None:
    def answer(_station_id: str, _command: Command[Any]) -> Outcome:
        office.live.stations["G-01"].is_connected = False
        return ACCEPTED

    office.gateway.reply = answer
    for name in ("a", "b"):
        await order(office, WriteSetting(name, "1"))
    come(office)
    await look(office)
    assert await statuses(office) == ["accepted", "waiting"]


async def test_command_whose_station_leaves_before_it_is_sent_waits(office: Office) -> None:
    come(office)
    office.gateway.reply = lambda _station_id, _command: Outcome(status=CommandStatus.NOT_SENT)
    assert (await order(office, CLOSED)).status is CommandStatus.WAITING


async def test_secrets_are_kept_only_while_they_wait(office: Office) -> None:
    profile = network(2)
    await order(office, profile)
    [row] = await office.rows("SELECT waiting, command FROM station_job")
    assert row["waiting"] is not None
    come(office)
    await look(office)
    [row] = await office.rows("SELECT waiting FROM station_job")
    assert row["waiting"] is None
    assert office.gateway.of(SetNetworkProfile) == [("G-01", profile)]


async def test_command_that_was_being_sent_when_the_server_ended_is_not_sent_again(
    office: Office,
) -> None:
    await order(office, CLOSED)
    async with office.open_uow() as uow:
        assert await uow.jobs.take(1, NOON)
        await uow.commit()
    office.clock.turn(1)
    async with office.open_uow() as uow:
        await uow.jobs.close_unanswered(office.clock.now())
        await uow.commit()
    come(office)
    await look(office)
    assert office.gateway.sent == []
    [row] = await office.rows("SELECT status, detail FROM station_job")
    assert (row["status"], row["detail"]) == (
        "timed_out",
        "the server ended before an answer had come",
    )


RESERVE: Final = Reserve(id_token=IdToken("04A2B3C4"), expires_at=after(60), evse_number=1)


async def reservation(office: Office) -> tuple[Any, Any, bool]:
    """How the first reservation stands: stage, word, whether it has ended."""
    rows = await office.rows("SELECT stage, word, finished_at FROM station_job WHERE number = 1")
    return rows[0]["stage"], rows[0]["word"], rows[0]["finished_at"] is not None


async def test_reservation_is_in_force_until_its_time_is_over(office: Office) -> None:
    come(office)
    await order(office, RESERVE)
    office.clock.instant = after(59)
    await look(office)
    assert await reservation(office) == ("running", None, False)
    office.clock.instant = after(60)
    await look(office)
    assert await reservation(office) == ("done", "expired", True)


async def test_reservation_that_a_station_refuses_is_not_in_force(office: Office) -> None:
    come(office)
    office.gateway.reply = lambda _station_id, _command: Outcome(status=CommandStatus.REJECTED)
    await order(office, RESERVE)
    assert await reservation(office) == (None, None, True)


async def test_reservation_that_is_given_up_has_ended(office: Office) -> None:
    come(office)
    await order(office, RESERVE)
    await order(office, CancelReservation(1))
    office.clock.instant = after(61)
    await look(office)
    assert await reservation(office) == ("done", "cancelled", True)


@pytest.mark.parametrize("ending", ["expired", "removed"])
async def test_station_tells_how_a_reservation_has_ended(office: Office, ending: str) -> None:
    come(office)
    await order(office, RESERVE)
    told = ReservationEnded(station_id="G-01", reservation_id=1, ending=ReservationEnding(ending))
    await office.handle(told)
    assert await reservation(office) == ("done", ending, True)


@pytest.mark.parametrize("station_id", ["G-01", "G-02"])
async def test_transaction_uses_up_the_reservation_of_its_own_station(
    office: Office, station_id: str
) -> None:
    come(office)
    await order(office, RESERVE)
    for _ in range(2):
        await office.handle(
            TransactionReported(
                station_id=station_id,
                stage=TransactionStage.STARTED,
                at=NOON,
                transaction=None,
                evse_number=1,
                id_token=RESERVE.id_token,
                register_wh=1000.0,
                reservation_id=1,
            )
        )
    is_used = station_id == "G-01"
    expected = ("done", "used", True) if is_used else ("running", None, False)
    assert await reservation(office) == expected


async def test_number_of_another_job_ends_no_reservation(office: Office) -> None:
    come(office)
    await order(office, CLOSED)
    before = await office.rows("SELECT * FROM station_job")
    await office.handle(
        ReservationEnded(station_id="G-01", reservation_id=1, ending=ReservationEnding.EXPIRED)
    )
    assert await office.rows("SELECT * FROM station_job") == before


async def test_database_is_left_alone_while_nothing_waits_and_asked_as_soon_as_something_does(
    office: Office,
) -> None:
    desk = desk_of(office)
    outbox = Outbox(office.sites, desk, office.open_uow, office.clock)
    running = asyncio.create_task(outbox.run())
    looks: list[float] = []
    look = outbox.look

    async def noted(tasks: asyncio.TaskGroup) -> None:
        looks.append((office.clock.now() - NOON).total_seconds())
        await look(tasks)

    outbox.look = noted  # type: ignore[method-assign]
    await until(office, 60)
    assert len(looks) == 1
    await desk.command("G-01", CLOSED, Order())
    await until(office, 62.1)
    assert len(looks) >= 2
    running.cancel()


async def until(office: Office, second: float) -> None:
    """Let others work until so many seconds after noon."""
    while (office.clock.now() - NOON).total_seconds() < second:  # noqa: ASYNC110 - no event comes
        await asyncio.sleep(0)
