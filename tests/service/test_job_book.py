"""Commands under numbers: written down before they are sent, and settled with what came of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    Command,
    CommandStatus,
    FetchDiagnostics,
    FetchLog,
    FileOutcome,
    Outcome,
    RequestInventory,
    Reserve,
    ResetStation,
    SetNetworkProfile,
    StartCharging,
    StartOutcome,
)
from csms.domain.device_model import Attribute, Component, Variable, VariableName
from csms.domain.errors import CommandForbiddenError, UnknownStationError
from csms.service.command_desk import CommandDesk, Sent
from tests.domain.sites import place, small_site
from tests.service.rig import CommitError, Office, after, open_office
from tests.service.sites import connect
from tests.service.test_command_rules import network

SITE = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))
TOKEN = IdToken("04A2B3C4")


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE) as opened:
        connect(opened.live, "G-01", "G-02")
        yield opened


@pytest.fixture
def desk(office: Office) -> CommandDesk:
    return desk_of(office)


def desk_of(office: Office) -> CommandDesk:
    return CommandDesk(office.sites, office.gateway, office.open_uow, office.clock)


def answering(office: Office, outcome: Outcome) -> None:
    office.gateway.reply = lambda _station_id, _command: outcome


async def jobs(office: Office) -> list[dict[str, Any]]:
    return await office.rows("SELECT * FROM station_job ORDER BY number")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (RequestInventory(), "request_id"),
        (StartCharging(id_token=TOKEN), "remote_start_id"),
        (Reserve(id_token=TOKEN, expires_at=after(60)), "reservation_id"),
    ],
)
async def test_command_without_a_number_is_given_one(
    office: Office, desk: CommandDesk, command: Command[Any], field: str
) -> None:
    assert [(await desk.command("G-01", command)).job for _ in range(2)] == [1, 2]
    assert [getattr(sent, field) for _, sent in office.gateway.sent] == [1, 2]


async def test_numbers_go_on_after_a_restart(database_file: Path) -> None:
    for number in (1, 2):
        async with open_office(database_file, SITE) as office:
            sent = await desk_of(office).command("G-01", RequestInventory())
            assert sent.job == number


async def test_number_that_an_operator_gives_stays(office: Office, desk: CommandDesk) -> None:
    reserve = Reserve(id_token=TOKEN, expires_at=after(60), reservation_id=77)
    await desk.command("G-01", reserve)
    assert office.gateway.sent == [("G-01", reserve)]


async def test_every_command_is_kept_with_what_came_of_it(
    office: Office, desk: CommandDesk
) -> None:
    outcome = Outcome(status=CommandStatus.ACCEPTED)
    assert await desk.command("G-01", ResetStation()) == Sent(outcome, 1)
    [row] = await jobs(office)
    assert (row["kind"], row["status"], row["finished_at"] is None) == ("reset", "accepted", False)


async def test_command_that_could_not_be_written_down_is_not_sent(
    office: Office, desk: CommandDesk
) -> None:
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await desk.command("G-01", RequestInventory())
    assert office.gateway.sent == []


async def test_secrets_are_sent_and_not_kept(office: Office, desk: CommandDesk) -> None:
    log = FetchLog(upload_to="ftp://anna:geheim@host.example/in")
    await desk.command("G-01", log)
    [(_, sent)] = office.gateway.of(FetchLog)
    assert sent.upload_to == "ftp://anna:geheim@host.example/in"
    [row] = await jobs(office)
    assert "geheim" not in row["command"]


ENDINGS: dict[str, tuple[Command[Any], Outcome, bool, str | None]] = {
    "inventory that comes": (
        RequestInventory(),
        Outcome(status=CommandStatus.ACCEPTED),
        False,
        None,
    ),
    "inventory that may come": (
        RequestInventory(),
        Outcome(status=CommandStatus.TIMED_OUT),
        False,
        None,
    ),
    "inventory that does not come": (
        RequestInventory(),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
        True,
        None,
    ),
    "log": (
        FetchLog(upload_to="ftp://h"),
        FileOutcome(status=CommandStatus.ACCEPTED, file="log.txt"),
        False,
        "log.txt",
    ),
    "no diagnostics": (
        FetchDiagnostics(upload_to="ftp://h"),
        FileOutcome(status=CommandStatus.ACCEPTED),
        True,
        None,
    ),
    "start": (
        StartCharging(id_token=TOKEN),
        StartOutcome(status=CommandStatus.ACCEPTED, transaction="tx-1"),
        True,
        "tx-1",
    ),
}


@pytest.mark.parametrize(
    ("command", "outcome", "is_finished", "result"), ENDINGS.values(), ids=ENDINGS.keys()
)
async def test_what_came_of_a_job_is_kept(
    office: Office,
    desk: CommandDesk,
    command: Command[Any],
    outcome: Outcome,
    is_finished: bool,
    result: str | None,
) -> None:
    answering(office, outcome)
    await desk.command("G-01", command)
    [row] = await jobs(office)
    assert (row["status"], row["result"]) == (outcome.status, result)
    assert (row["finished_at"] is not None) == is_finished


async def test_commands_to_many_are_sent_without_waiting_for_each_other(
    office: Office, desk: CommandDesk
) -> None:
    gate = office.gateway.shut("G-01")

    def open_gate(station_id: str, command: Command[Any]) -> Outcome:
        gate.set()  # the first answer lets the other station answer
        return Outcome(status=CommandStatus.ACCEPTED)

    office.gateway.reply = open_gate
    results = await desk.command_all(["G-01", "X-99", "G-02"], ResetStation())
    answered = [one for one in results.values() if isinstance(one, Sent)]
    assert [one.outcome.status for one in answered] == [CommandStatus.ACCEPTED] * 2
    assert {one.job for one in answered} == {1, 2}
    assert isinstance(results["X-99"], UnknownStationError)


async def test_station_is_not_led_to_less_security_than_it_has_told(
    office: Office, desk: CommandDesk
) -> None:
    name = VariableName(component=Component(name="SecurityCtrlr"), name="SecurityProfile")
    told = Variable(name=name, attributes=(Attribute(value="2"),))
    async with office.open_uow() as uow:
        await uow.variables.put("G-01", [told], after(0))
        await uow.commit()
    with pytest.raises(CommandForbiddenError, match="expected security profile 2 or higher"):
        await desk.command("G-01", network(1))
    await desk.command("G-01", network(2))
    await desk.command("G-02", network(1))
    assert [name for name, _ in office.gateway.of(SetNetworkProfile)] == ["G-01", "G-02"]
