"""A station is sent another password (OCPP 2.0.1 A01)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from csms.domain.commands import Command, CommandStatus, Outcome, SettingName, WriteSetting
from csms.domain.errors import InvalidInputError, PasswordInDoubtError
from csms.domain.identity import StationId
from csms.domain.security import Cause, Proof
from csms.service.password_rotation import PasswordRotation
from csms.service.requirements import SecurityPolicy
from tests.domain.sites import place, small_site
from tests.service.rig import Office, open_office

OLD, NEW, NEWEST = "Old-Horse-Battery", "New-Horse-Battery", "Newest-Horse-Battery"


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    site = small_site(place("G-01", "level-1", 0.0))
    async with open_office(database_file, site, policy=SecurityPolicy()) as opened:
        await opened.security.set_password("G-01", OLD)
        yield opened


@pytest.fixture
def rotation(office: Office) -> PasswordRotation:
    return PasswordRotation(office.security, office.gateway)


def answer(office: Office, status: CommandStatus) -> None:
    """Let the station answer so."""

    def reply(_station_id: StationId, _command: Command[Any]) -> Outcome:
        return Outcome(status=status)

    office.gateway.reply = reply


async def comes_with(office: Office, password: str) -> bool:
    admission = await office.security.door.admit("G-01", Proof(password=password.encode()))
    assert admission.is_granted or admission.cause == Cause.WRONG_PASSWORD
    return admission.is_granted


async def test_old_password_counts_no_more_once_the_new_one_is_accepted(
    office: Office, rotation: PasswordRotation
) -> None:
    # A01.FR.03
    assert await comes_with(office, OLD)
    assert (await rotation.rotate("G-01", NEW)).is_accepted
    assert office.gateway.sent == [("G-01", WriteSetting(SettingName.BASIC_AUTH_PASSWORD, NEW))]
    assert not office.security.state("G-01").has_next_password
    assert not await comes_with(office, OLD)
    assert await comes_with(office, NEW)


@pytest.mark.parametrize(
    "status", [CommandStatus.REJECTED, CommandStatus.NOT_SUPPORTED, CommandStatus.NOT_SENT]
)
async def test_old_password_stays_alone_where_the_new_one_is_refused(
    office: Office, rotation: PasswordRotation, status: CommandStatus
) -> None:
    # A01.FR.04
    answer(office, status)
    assert (await rotation.rotate("G-01", NEW)).status is status
    assert not await comes_with(office, NEW)
    assert await comes_with(office, OLD)


@pytest.mark.parametrize("status", [CommandStatus.TIMED_OUT, CommandStatus.FAILED])
async def test_station_that_may_have_taken_it_is_let_in_with_either(
    office: Office, rotation: PasswordRotation, status: CommandStatus
) -> None:
    answer(office, status)
    await rotation.rotate("G-01", NEW)
    with pytest.raises(PasswordInDoubtError):
        await rotation.rotate("G-01", NEWEST)
    assert await comes_with(office, NEW)
    assert not await comes_with(office, OLD)


async def test_doubt_ends_when_the_station_comes_with_the_old_one(
    office: Office, rotation: PasswordRotation
) -> None:
    assert await comes_with(office, OLD)
    answer(office, CommandStatus.TIMED_OUT)
    await rotation.rotate("G-01", NEW)
    assert await comes_with(office, OLD)
    assert not await comes_with(office, NEW)
    answer(office, CommandStatus.ACCEPTED)
    assert (await rotation.rotate("G-01", NEWEST)).is_accepted
    assert await comes_with(office, NEWEST)


async def test_station_that_has_to_start_anew_first_may_come_with_the_old_one(
    office: Office, rotation: PasswordRotation
) -> None:
    answer(office, CommandStatus.REBOOT_REQUIRED)
    await rotation.rotate("G-01", NEW)
    for password in (OLD, OLD, NEW):
        assert await comes_with(office, password)
    assert not await comes_with(office, OLD)


async def test_second_new_password_may_follow_the_first_on_the_same_connection(
    office: Office, rotation: PasswordRotation
) -> None:
    await rotation.rotate("G-01", NEW)
    await rotation.rotate("G-01", NEWEST)
    assert not await comes_with(office, OLD)
    assert not await comes_with(office, NEW)
    assert await comes_with(office, NEWEST)


async def test_new_password_counts_before_the_station_has_answered(
    office: Office, rotation: PasswordRotation, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, asked = office.gateway.shut("G-01"), asyncio.Event()
    send = office.gateway.send

    async def tell_and_send(station_id: StationId, command: Command[Any]) -> Any:
        asked.set()
        return await send(station_id, command)

    monkeypatch.setattr(office.gateway, "send", tell_and_send)
    async with asyncio.TaskGroup() as tasks:
        rotating = tasks.create_task(rotation.rotate("G-01", NEW))
        await asked.wait()
        with pytest.raises(PasswordInDoubtError):
            await rotation.rotate("G-01", NEWEST)
        assert await comes_with(office, NEW)
        gate.set()
    assert rotating.result().is_accepted
    assert not office.security.state("G-01").has_next_password
    assert await comes_with(office, NEW)


async def test_made_passwords_are_for_stations_of_both_versions_and_never_the_same(
    office: Office, rotation: PasswordRotation
) -> None:
    for _ in range(2):
        await rotation.rotate("G-01")
    first, second = [command.value for _, command in office.gateway.of(WriteSetting)]
    assert len(first) == len(second) == 40
    assert first != second
    assert set(first + second) <= set("0123456789abcdef")


async def test_what_no_station_can_have_is_not_sent(
    office: Office, rotation: PasswordRotation
) -> None:
    with pytest.raises(InvalidInputError):
        await rotation.rotate("G-01", "too short")
    assert office.gateway.sent == []


async def test_changes_are_written_down_without_the_password(
    office: Office, rotation: PasswordRotation
) -> None:
    await rotation.rotate("G-01", NEW)
    rows = await office.rows("SELECT kind, detail, origin FROM security_event ORDER BY number")
    assert [tuple(row.values()) for row in rows] == [
        ("ReconfigurationOfSecurityParameters", "password set", "csms"),
        ("ReconfigurationOfSecurityParameters", "was sent a new password", "csms"),
    ]
