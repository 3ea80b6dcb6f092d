"""HTTP Basic authentication over real sockets, in both versions of OCPP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.security import SecurityProfile, SiteSecurity
from csms.domain.security_event import OwnEvent
from tests.domain.sites import place
from tests.gateway.secured import OTHER, SECRET, Secured, basic, secured, site_of
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile
VERSIONS = ("ocpp1.6", "ocpp2.0.1")


@pytest.fixture
async def gate(database_file: Path) -> AsyncIterator[Secured]:
    """Two stations that need passwords, of which the first has one."""
    async with secured(database_file) as opened:
        await opened.security.set_password("G-01", SECRET)
        yield opened


@pytest.mark.parametrize("version", VERSIONS)
async def test_station_with_its_password_is_served(gate: Secured, version: str) -> None:
    assert await gate.is_served("/ocpp/G-01", version, **basic("G-01", SECRET))
    assert await gate.events() == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        basic("G-01", OTHER),
        basic("G-01", SECRET.lower()),
        basic("G-01", ""),
        basic("G-02", SECRET),
        {"additional_headers": {"Authorization": "Bearer abc"}},
    ],
    ids=["none", "wrong", "other case", "empty", "another's name", "another scheme"],
)
async def test_station_without_its_password_is_refused(
    gate: Secured, version: str, options: dict[str, object]
) -> None:
    # OCPP 2.0.1 A00.FR.207
    assert await gate.refusal("/ocpp/G-01", version, **options) == 401
    assert len(gate.rig.registry) == 0


async def test_refused_station_is_told_what_is_expected(gate: Secured) -> None:
    async with gate.rig.mute_station("/ocpp/G-01") as (reader, _):
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert b'WWW-Authenticate: Basic realm="OCPP", charset="UTF-8"\r\n' in head


@pytest.mark.parametrize("name", ["NO*A/1", "NO*A%2F1"])
async def test_identity_counts_in_either_spelling(database_file: Path, name: str) -> None:
    site = site_of()
    site = replace(site, places=(*site.places, place("NO*A/1", "level-1", 0.0)))
    async with secured(database_file, site=site) as gate:
        await gate.security.set_password("NO*A/1", SECRET)
        assert await gate.is_served("/ocpp/NO*A%2F1", **basic(name, SECRET))


@pytest.mark.parametrize("sent", [b"\xaa\x0f" * 10, b"AA0F" * 10, b"aa0f" * 10])
async def test_key_of_16_may_come_as_digits_or_as_bytes(gate: Secured, sent: bytes) -> None:
    await gate.security.set_password("G-01", "aa0F" * 10)
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", sent))


async def test_station_for_which_no_password_is_set_is_refused_and_the_log_says_why(
    gate: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    assert await gate.refusal("/ocpp/G-02", **basic("G-02", SECRET)) == 401
    assert "refused station 'G-02': no password has been set for it" in caplog.text


@pytest.mark.parametrize("options", [{}, basic("X-1", SECRET)], ids=["without", "with a password"])
async def test_stranger_is_not_found_whatever_it_brings(
    gate: Secured, options: dict[str, object]
) -> None:
    # OCPP-J 1.6 §3.2
    assert await gate.refusal("/ocpp/X-1", **options) == 404
    assert gate.office.sites.of_station("X-1") is None


async def test_guest_that_was_given_a_password_finds_a_place_with_it(gate: Secured) -> None:
    await gate.security.set_password("X-1", SECRET)
    assert await gate.refusal("/ocpp/X-1", **basic("X-1", OTHER)) == 401
    assert gate.office.sites.of_station("X-1") is None
    assert await gate.is_served("/ocpp/X-1", **basic("X-1", SECRET))
    assert gate.office.live.is_guest("X-1")


async def test_stranger_with_a_password_is_not_found_where_no_site_takes_guests(
    database_file: Path,
) -> None:
    async with secured(database_file, site=site_of(guests=None)) as gate:
        await gate.security.set_password("X-1", SECRET)
        assert await gate.refusal("/ocpp/X-1", **basic("X-1", SECRET)) == 404


async def test_who_is_believed_needs_nothing_and_may_say_anything(database_file: Path) -> None:
    async with secured(database_file, NONE) as gate:
        for options in ({}, basic("G-01", SECRET), basic("G-02", SECRET)):
            assert await gate.is_served("/ocpp/G-01", **options)
        assert gate.security.passwords.reckoned == 0
        assert await gate.events() == []


async def test_station_that_came_with_a_password_is_never_let_in_without(
    database_file: Path,
) -> None:
    # 1.6 security whitepaper A05.FR.09
    async with secured(database_file, NONE) as gate:
        await gate.security.set_password("G-01", SECRET)
        assert await gate.is_served("/ocpp/G-01")
        assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))
        assert await gate.refusal("/ocpp/G-01") == 401
        assert gate.security.state("G-01").reached is PASSWORD
        await gate.security.set_profile("G-01", None)
        assert await gate.is_served("/ocpp/G-01")


async def test_what_was_reached_outlives_the_server(database_file: Path) -> None:
    async with secured(database_file, NONE) as gate:
        await gate.security.set_password("G-01", SECRET)
        assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))
    async with secured(database_file, NONE) as gate:
        assert await gate.refusal("/ocpp/G-01") == 401
        assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))


async def test_site_file_says_who_needs_what(database_file: Path) -> None:
    security = SiteSecurity(profile=NONE, by_station={"G-02": PASSWORD})
    async with secured(database_file, site=site_of(security)) as gate:
        assert await gate.is_served("/ocpp/G-01")
        assert await gate.is_served("/ocpp/guest")
        assert await gate.refusal("/ocpp/G-02") == 401


@pytest.mark.parametrize("profile", [TLS, CERTIFICATE])
async def test_station_below_its_profile_is_forbidden_whatever_its_password(
    database_file: Path, profile: SecurityProfile
) -> None:
    # OCPP 2.0.1 A00.FR.002
    async with secured(database_file, profile) as gate:
        await gate.security.set_password("G-01", SECRET)
        assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 403
        assert gate.security.passwords.reckoned == 0
        [event] = await gate.events()
        assert event == (
            "G-01",
            OwnEvent.BELOW_PROFILE,
            (
                f"it connects without TLS; security profile {profile:d} is required of 'G-01', "
                "from 127.0.0.1"
            ),
        )


async def test_wrong_passwords_are_written_down_and_soon_have_to_wait(gate: Secured) -> None:
    statuses = [await gate.refusal("/ocpp/G-01", **basic("G-01", OTHER)) for _ in range(7)]
    assert statuses == [401, 401, 401, 401, 401, 429, 429]
    assert gate.security.passwords.reckoned == 5
    assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 429
    gate.office.clock.turn(2)
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))
    assert await gate.events() == [
        (
            "G-01",
            OwnEvent.FAILED_TO_AUTHENTICATE,
            "its password is wrong; security profile 1 is required of 'G-01', from 127.0.0.1",
        )
    ]


async def test_who_guesses_locks_no_station_out_that_was_here_before(gate: Secured) -> None:
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))
    for _ in range(8):
        await gate.refusal("/ocpp/G-01", **basic("G-01", OTHER))
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))


async def test_guesses_at_many_stations_from_one_address_have_to_wait_as_well(
    gate: Secured,
) -> None:
    for number in range(60):
        assert await gate.refusal(f"/ocpp/X-{number}", **basic(f"X-{number}", OTHER)) == 404
    assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 429
    gate.office.clock.turn(1)
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))


async def test_password_set_by_another_process_counts_at_once(
    gate: Secured, database_file: Path
) -> None:
    async with secured(database_file) as other:
        await other.security.set_password("G-02", SECRET)
    assert await gate.is_served("/ocpp/G-02", **basic("G-02", SECRET))


async def test_password_that_another_process_took_away_counts_no_more_after_a_look(
    gate: Secured, database_file: Path
) -> None:
    assert await gate.is_served("/ocpp/G-01", **basic("G-01", SECRET))
    gate.office.clock.turn(3600)
    async with secured(database_file) as other:
        await other.security.set_password("G-01", OTHER)
    await gate.security.desk.catch_up()
    assert await gate.refusal("/ocpp/G-01", **basic("G-01", SECRET)) == 401


async def test_storm_of_stations_costs_one_argon2_each_and_the_next_one_none(
    database_file: Path,
) -> None:
    site = site_of()
    names = [f"S-{number}" for number in range(200)]
    site = replace(site, places=tuple(place(name, "level-1", 0.0) for name in names))
    async with secured(database_file, site=site) as gate:
        hashed = await gate.security.passwords.hash(SECRET)
        for name in names:
            await gate.security.desk.change(name, password_hash=hashed)
        for reckoned in (200, 200, 200):
            async with AsyncExitStack() as stack:
                await asyncio.gather(
                    *(
                        stack.enter_async_context(
                            gate.rig.station(
                                f"/ocpp/{name}", open_timeout=None, **basic(name, SECRET)
                            )
                        )
                        for name in names
                    )
                )
                assert len(gate.rig.registry) == 200
            assert gate.security.passwords.reckoned == reckoned


@pytest.mark.parametrize("password", [SECRET, OTHER], ids=["right", "wrong"])
async def test_passwords_are_in_no_log(
    gate: Secured, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.client").setLevel(logging.WARNING)  # the test's own end
    options = basic("G-01", password)
    if password == SECRET:
        assert await gate.is_served("/ocpp/G-01", **options)
    else:
        assert await gate.refusal("/ocpp/G-01", **options) == 401
    assert caplog.records
    written = options["additional_headers"]["Authorization"].removeprefix("Basic ")
    assert password not in caplog.text
    assert written not in caplog.text
