"""Connections end where what they were made by counts no more, or is not enough any more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from csms.domain.security import SecurityProfile
from csms.domain.security_event import OwnEvent
from csms.service.password_rotation import PasswordRotation
from csms.service.station_security import StationSecurity
from tests.gateway.rig import FakeStation
from tests.gateway.secured import OTHER, SECRET, Secured, basic, secured
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile
CHANGED = (1008, "its password counts no more")
RAISED = (1008, "its security profile is not enough any more")


@pytest.fixture
async def gate(database_file: Path) -> AsyncIterator[Secured]:
    """Two stations that need passwords, and have the same."""
    async with secured(database_file) as opened:
        for name in ("G-01", "G-02"):
            await opened.security.set_password(name, SECRET)
        yield opened


async def is_served(station: FakeStation) -> bool:
    return bool((await station.ask("Heartbeat", {}))[0] == 3)


async def test_connection_ends_when_its_password_is_replaced(gate: Secured) -> None:
    async with (
        gate.rig.station("/ocpp/G-01", **basic("G-01", SECRET)) as one,
        gate.rig.station("/ocpp/G-02", **basic("G-02", SECRET)) as other,
    ):
        await gate.security.set_password("G-01", SECRET)  # hashed anew, it is another one
        assert await one.closed() == CHANGED
        assert await is_served(other)
    await gate.security.set_password("G-01", OTHER)
    assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 401
    async with gate.rig.station("/ocpp/G-01", **basic("G-01", OTHER)) as back:
        assert await is_served(back)
    first, *_ = await gate.events()
    assert first == (
        "G-01",
        OwnEvent.FAILED_TO_AUTHENTICATE,
        "its password counts no more: the connection of 'G-01' is closed",
    )


async def test_connection_ends_when_its_station_is_forgotten(gate: Secured) -> None:
    async with gate.rig.station("/ocpp/G-01", **basic("G-01", SECRET)) as station:
        await gate.security.forget("G-01")
        assert await station.closed() == CHANGED


async def test_connection_ends_when_more_is_required_than_it_was_made_with(gate: Secured) -> None:
    async with gate.rig.station("/ocpp/G-01", **basic("G-01", SECRET)) as station:
        await gate.security.set_profile("G-01", PASSWORD)
        assert await is_served(station)
        await gate.security.set_profile("G-01", TLS)
        assert await station.closed() == RAISED
    assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 403
    kinds = [kind for _, kind, _ in await gate.events()]
    assert kinds[0] == OwnEvent.BELOW_PROFILE


async def test_connection_ends_by_what_the_command_line_changes(gate: Secured) -> None:
    office = gate.office
    command_line = StationSecurity(
        office.sites, gate.security._policy, office.open_uow, office.clock
    )
    async with gate.rig.station("/ocpp/G-01", **basic("G-01", SECRET)) as station:
        await command_line.desk.catch_up()
        await command_line.set_password("G-01", OTHER)
        assert await is_served(station)
        await gate.security._expel(await gate.security.desk.catch_up())
        assert await station.closed() == CHANGED


async def test_password_that_is_sent_leaves_the_connection_open(gate: Secured) -> None:
    rotation = PasswordRotation(gate.security, office_gateway := gate.office.gateway)
    async with gate.rig.station("/ocpp/G-01", **basic("G-01", SECRET)) as station:
        for _ in range(2):  # the second one replaces the password that it has come with
            await rotation.rotate("G-01")
            gate.office.clock.turn(60)
            await gate.security._expel(await gate.security.desk.catch_up())
            assert await is_served(station)
    assert len(office_gateway.sent) == 2
