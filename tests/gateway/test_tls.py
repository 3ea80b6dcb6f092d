"""Real TLS over real sockets: versions, cipher suites, certificates of both sides."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from websockets.exceptions import InvalidHandshake

from csms.domain.certificate import Signed
from csms.domain.security import SecurityProfile
from csms.domain.security_event import OwnEvent
from csms.gateway import tls_port
from csms.gateway.tls import CertificateFiles, TlsSettings
from csms.pki.authority import FolderAuthority, replace_file, replace_key
from csms.pki.reading import read_certificates
from csms.pki.requests import Bearer
from tests.gateway.rig import request
from tests.gateway.secured import OTHER, SECRET, Secured, basic, secured
from tests.pki.maker import (
    TODAY,
    Made,
    authority,
    client_context,
    key,
    make,
    name_of,
    pem,
    revoking,
)
from tests.pki.test_requests import request as signing_request
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile
VERSIONS = ("ocpp1.6", "ocpp2.0.1")
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def root() -> Made:
    return authority()


@pytest.fixture(scope="module")
def clients() -> Made:
    """Who signs stations' certificates."""
    return authority("Stations")


def server(root: Made, kind: str = "P-256", **options: Any) -> Made:
    return make(name_of("csms"), root, kind=kind, hosts=["127.0.0.1"], **options)


def station(clients: Made, name: str = "G-01", **options: Any) -> Made:
    return make(name_of(name, options.pop("owner", "Fjord Charging")), clients, **options)


def settings(folder: Path, *own: Made, clients: Made | None = None, **more: Any) -> TlsSettings:
    """The port's settings, with all files written."""
    files = [CertificateFiles(*one.write(folder, f"server-{i}")) for i, one in enumerate(own)]
    if clients:
        (folder / "clients.pem").write_bytes(pem(clients.certificate))
        more["client_ca"] = (folder / "clients.pem",)
    return TlsSettings(certificates=tuple(files), **more)


async def handshake(gate: Secured, context: ssl.SSLContext) -> tuple[str, str, int]:
    """Agree on a connection; the cipher suite."""
    async with asyncio.timeout(PATIENCE_S):
        _, writer = await asyncio.open_connection("127.0.0.1", gate.rig.tls_port, ssl=context)
    suite: tuple[str, str, int] = writer.get_extra_info("cipher")
    writer.transport.abort()
    return suite


async def events(gate: Secured, count: int) -> list[tuple[str, str, str]]:
    """Wait until so many security events are kept."""
    async with asyncio.timeout(PATIENCE_S):
        while len(kept := await gate.events()) < count:  # noqa: ASYNC110 - it is a table
            await asyncio.sleep(0.01)
    return kept


async def agrees(gate: Secured, context: ssl.SSLContext) -> bool:
    """Whether a connection can be agreed on."""
    try:
        await handshake(gate, context)
    except (ssl.SSLError, ConnectionError):
        return False
    return True


@asynccontextmanager
async def tls_gate(
    folder: Path, profile: SecurityProfile, *own: Made, **options: Any
) -> AsyncIterator[Secured]:
    """Open a door with an encrypted port, before two stations of which the first has a password."""
    names = ("operator", "site")
    rest = {name: options.pop(name) for name in names if name in options}
    tls = settings(folder, *own, **options)
    async with secured(folder / "csms.db", profile, tls=tls, **rest) as gate:
        await gate.security.set_password("G-01", SECRET)
        yield gate


@pytest.mark.parametrize("version", VERSIONS)
async def test_station_with_its_password_over_tls_is_served(
    database_file: Path, root: Made, version: str
) -> None:
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        tls = client_context(database_file.parent, root)
        assert await gate.is_served("/ocpp/G-01", version, tls=tls, **basic("G-01", SECRET))
        assert gate.security.state("G-01").reached is TLS
        wrong = basic("G-01", OTHER)
        assert await gate.refusal("/ocpp/G-01", version, tls=tls, **wrong) == 401
        assert await gate.refusal("/ocpp/G-01", version, tls=tls) == 401
        right = basic("G-01", SECRET)
        assert await gate.refusal("/ocpp/G-01", version, **right) == 403  # without TLS


async def test_station_that_came_over_tls_is_let_in_without_no_more(
    database_file: Path, root: Made
) -> None:
    # OCPP 2.0.1 A05.FR.07
    async with tls_gate(database_file.parent, PASSWORD, server(root)) as gate:
        right, tls = basic("G-01", SECRET), client_context(database_file.parent, root)
        assert await gate.is_served("/ocpp/G-01", **right)
        assert await gate.is_served("/ocpp/G-01", tls=tls, **right)
        assert await gate.refusal("/ocpp/G-01", **right) == 403
        await gate.security.set_profile("G-01", PASSWORD)
        assert await gate.is_served("/ocpp/G-01", **right)


async def test_tls_alone_proves_nothing(database_file: Path, root: Made) -> None:
    async with tls_gate(database_file.parent, PASSWORD, server(root)) as gate:
        tls = client_context(database_file.parent, root)
        assert await gate.refusal("/ocpp/G-01", tls=tls) == 401


@pytest.mark.parametrize(
    ("suite", "bits"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", 128),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", 256),
        ("AES128-GCM-SHA256", 128),
        ("AES256-GCM-SHA384", 256),
    ],
)
async def test_every_prescribed_cipher_suite_is_spoken(
    database_file: Path, root: Made, suite: str, bits: int
) -> None:
    # OCPP 2.0.1 A00.FR.318: with two certificates
    own = server(root), server(root, "RSA-2048")
    async with tls_gate(database_file.parent, TLS, *own) as gate:
        context = client_context(database_file.parent, root)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(suite)
        assert await handshake(gate, context) == (suite, "TLSv1.2", bits)


async def test_tls_1_3_is_spoken_where_the_station_can(database_file: Path, root: Made) -> None:
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        suite = await handshake(gate, client_context(database_file.parent, root))
        assert suite[1] == "TLSv1.3"


@pytest.mark.parametrize(
    ("suite", "least", "most", "kind"),
    [
        ("ECDHE-ECDSA-AES128-SHA256", "TLSv1_2", "TLSv1_2", OwnEvent.INVALID_TLS_CIPHER_SUITE),
        ("AES128-SHA", "TLSv1_2", "TLSv1_2", OwnEvent.INVALID_TLS_CIPHER_SUITE),
        ("ALL:@SECLEVEL=0", "TLSv1_1", "TLSv1_1", OwnEvent.INVALID_TLS_VERSION),
        ("ALL:@SECLEVEL=0", "TLSv1", "TLSv1", OwnEvent.INVALID_TLS_VERSION),
    ],
)
async def test_other_suites_and_lower_versions_fail_in_the_handshake_and_are_written_down(
    database_file: Path, root: Made, suite: str, least: str, most: str, kind: OwnEvent
) -> None:
    # OCPP 2.0.1 A00.FR.313-322
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        context = client_context(database_file.parent, root)
        context.set_ciphers(suite)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion[least]
            context.maximum_version = ssl.TLSVersion[most]
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await handshake(gate, context)
        [(station_id, noticed, _)] = await events(gate, 1)
        assert (station_id, noticed) == ("", kind)


async def test_lowest_version_is_a_setting(database_file: Path, root: Made) -> None:
    async with tls_gate(database_file.parent, TLS, server(root), min_version="1.3") as gate:
        context = client_context(database_file.parent, root)
        assert (await handshake(gate, context))[1] == "TLSv1.3"
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        assert not await agrees(gate, context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_session_is_not_resumed_by_a_ticket(
    database_file: Path, root: Made, version: ssl.TLSVersion
) -> None:
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        context = client_context(database_file.parent, root)
        context.minimum_version = context.maximum_version = version
        options = basic("G-01", SECRET)
        async with gate.rig.station("/ocpp/G-01", tls=context, **options) as station:
            assert (await station.ask("Heartbeat", {}))[0] == 3
            session = station.socket.transport.get_extra_info("ssl_object").session
        assert not session or not session.has_ticket


@pytest.mark.parametrize("version", VERSIONS)
async def test_certificate_of_a_station_is_its_proof(
    database_file: Path, root: Made, clients: Made, version: str
) -> None:
    folder = database_file.parent
    own = station(clients)
    async with tls_gate(
        folder, CERTIFICATE, server(root), clients=clients, operator="Fjord Charging"
    ) as gate:
        tls = client_context(folder, root, own)
        assert await gate.is_served("/ocpp/G-01", version, tls=tls)
        assert gate.security.state("G-01").reached is CERTIFICATE
        without = client_context(folder, root)
        right = basic("G-01", SECRET)
        assert await gate.refusal("/ocpp/G-01", version, tls=without, **right) == 403
        assert await gate.refusal("/ocpp/G-02", version, tls=tls) == 403  # another's name
        assert gate.security.passwords.reckoned == 0
        kinds = [(name, kind) for name, kind, _ in await gate.events()]
        assert kinds == [
            ("G-01", OwnEvent.BELOW_PROFILE),
            ("G-02", OwnEvent.INVALID_CERTIFICATE),
        ]


@pytest.mark.parametrize(
    ("subject", "options", "status"),
    [
        (name_of("G-01", "Another Operator"), {}, 403),
        (name_of("G-01"), {}, 403),
        (name_of("a serial number", "Fjord Charging"), {"names": ["G-01"]}, None),
        (name_of("a serial number", "Fjord Charging"), {"names": ["G-02"]}, 403),
    ],
    ids=["another operator's", "nobody's", "alternative name", "another station's"],
)
async def test_certificate_has_to_be_made_out_to_the_operator_and_the_station(
    database_file: Path,
    root: Made,
    clients: Made,
    subject: Any,
    options: dict[str, Any],
    status: int | None,
) -> None:
    # OCPP 2.0.1 A00.FR.404, A00.FR.405
    folder = database_file.parent
    async with tls_gate(
        folder, CERTIFICATE, server(root), clients=clients, operator="Fjord Charging"
    ) as gate:
        tls = client_context(folder, root, make(subject, clients, **options))
        if status is None:
            assert await gate.is_served("/ocpp/G-01", tls=tls)
        else:
            assert await gate.refusal("/ocpp/G-01", tls=tls) == status


@pytest.mark.parametrize(
    "case", ["expired", "not valid yet", "self-signed", "of another authority"]
)
async def test_certificate_that_cannot_be_verified_fails_in_the_handshake_and_is_written_down(
    database_file: Path, root: Made, clients: Made, case: str
) -> None:
    # OCPP 2.0.1 A00.FR.403, A00.FR.407, A00.FR.408
    folder = database_file.parent
    own = {
        "expired": lambda: station(clients, days=(-10, -1)),
        "not valid yet": lambda: station(clients, days=(2, 10)),
        "self-signed": lambda: make(name_of("G-01", "Fjord Charging")),
        "of another authority": lambda: station(root),
    }[case]()
    async with tls_gate(folder, CERTIFICATE, server(root), clients=clients) as gate:
        tls = client_context(folder, root, own)
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError, InvalidHandshake)):
            async with gate.rig.station("/ocpp/G-01", tls=tls):
                pytest.fail("expected a refusal")
        [(station_id, kind, words)] = await events(gate, 1)
        assert (station_id, kind) == ("", OwnEvent.INVALID_CERTIFICATE)
        assert "certificate" in words


async def test_revoked_certificate_is_refused_and_named(
    database_file: Path, root: Made, clients: Made
) -> None:
    folder = database_file.parent
    revoked, good = station(clients), station(clients, "G-02")
    (folder / "crl.pem").write_bytes(revoking(clients, revoked))
    async with tls_gate(
        folder, CERTIFICATE, server(root), clients=clients, crl=(folder / "crl.pem",)
    ) as gate:
        assert await gate.refusal("/ocpp/G-01", tls=client_context(folder, root, revoked)) == 403
        assert await gate.is_served("/ocpp/G-02", tls=client_context(folder, root, good))
        [(station_id, kind, words)] = await gate.events()
        assert (station_id, kind) == ("G-01", OwnEvent.INVALID_CERTIFICATE)
        assert words.startswith("its certificate is revoked")


async def test_connection_ends_with_the_certificate_that_it_was_made_by(
    database_file: Path, root: Made, clients: Made
) -> None:
    folder = database_file.parent
    revoked, good = station(clients), station(clients, "G-02")
    crl = folder / "crl.pem"
    crl.write_bytes(revoking(clients))
    async with tls_gate(folder, TLS, server(root), clients=clients, crl=(crl,)) as gate:
        by = client_context(folder, root, revoked)
        right = basic("G-01", SECRET)  # it would do, if the certificate had not come first
        async with (
            gate.rig.station("/ocpp/G-01", tls=by, **right) as one,
            gate.rig.station("/ocpp/G-02", tls=client_context(folder, root, good)) as other,
        ):
            crl.write_bytes(revoking(clients, revoked))
            assert gate.rig.gateway is not None
            await gate.rig.gateway.reload()
            assert await one.closed() == (1008, "its certificate is revoked")
            assert (await other.ask("Heartbeat", {}))[0] == 3
        assert await gate.refusal("/ocpp/G-01", tls=by, **right) == 403
        assert [event[:2] for event in await gate.events()] == [
            ("G-01", OwnEvent.INVALID_CERTIFICATE)
        ]


async def test_station_of_a_lower_profile_needs_no_certificate_on_the_same_port(
    database_file: Path, root: Made, clients: Made
) -> None:
    folder = database_file.parent
    async with tls_gate(folder, TLS, server(root), clients=clients) as gate:
        tls = client_context(folder, root)
        assert await gate.is_served("/ocpp/G-01", tls=tls, **basic("G-01", SECRET))


async def test_certificates_are_changed_while_stations_stay_connected(
    database_file: Path, root: Made
) -> None:
    folder = database_file.parent
    other = authority("Another Root")
    async with tls_gate(folder, TLS, server(root)) as gate:
        right = basic("G-01", SECRET)
        old, new = client_context(folder, root), client_context(folder, other)
        async with gate.rig.station("/ocpp/G-01", tls=old, **right) as before:
            server(other).write(folder, "server-0")
            assert gate.rig.gateway is not None
            await gate.rig.gateway.reload()
            assert (await before.ask("Heartbeat", {}))[0] == 3
            assert not await agrees(gate, old)
            async with gate.rig.station("/ocpp/G-02", tls=new, offer=False) as after:
                assert (await after.closed())[0] == 1002  # it got as far as OCPP
            assert (await before.ask("Heartbeat", {}))[0] == 3


async def test_end_of_the_servers_own_certificate_is_written_down_every_day(
    database_file: Path, root: Made
) -> None:
    folder = database_file.parent
    ending = make(name_of("127.0.0.1"), root, hosts=["127.0.0.1"], days=(-1, 20))
    async with tls_gate(folder, TLS, ending) as gate:
        assert gate.rig.gateway is not None
        port = gate.rig.gateway._tls_port
        assert port is not None
        clock = gate.office.clock
        [(station_id, kind, words)] = await events(gate, 1)
        assert (station_id, kind) == ("", OwnEvent.CERTIFICATE_ENDS)
        assert words.startswith(f"{folder}/server-0.pem: this server's certificate ends at ")
        for hours in (1, 23, 25, 26):
            clock.turn(3600)
            port.remind(datetime.now(UTC) + timedelta(hours=hours))
        assert len(await events(gate, 2)) == 2


async def test_certificates_that_are_wrong_leave_the_old_ones_in_place(
    database_file: Path, root: Made, caplog: pytest.LogCaptureFixture
) -> None:
    folder = database_file.parent
    async with tls_gate(folder, TLS, server(root)) as gate:
        (folder / "server-0.pem").write_text("nonsense")
        assert gate.rig.gateway is not None
        await gate.rig.gateway.reload()
        assert "the certificates stay as they were" in caplog.text
        tls = client_context(folder, root)
        assert await gate.is_served("/ocpp/G-01", tls=tls, **basic("G-01", SECRET))


async def test_files_that_change_are_taken_up_without_being_asked(
    database_file: Path, root: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_port, "_LOOK_EVERY_S", 0.05)
    folder = database_file.parent
    other = authority("Another Root")
    async with tls_gate(folder, TLS, server(root)) as gate:
        server(other).write(folder, "server-0")
        context = client_context(folder, other)
        async with asyncio.timeout(PATIENCE_S):
            while not await agrees(gate, context):  # noqa: ASYNC110 - it looks by itself
                await asyncio.sleep(0.02)


async def test_plain_connection_to_the_encrypted_port_comes_to_nothing(
    database_file: Path, root: Made
) -> None:
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.rig.tls_port)
        writer.write(request("/ocpp/G-01"))
        async with asyncio.timeout(PATIENCE_S):
            assert b"101" not in await reader.read()
        writer.close()
        [(_, kind, words)] = await events(gate, 1)
        assert (kind, words) == (OwnEvent.FAILED_HANDSHAKE, "http request")


@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
async def test_our_own_authority_is_enough_for_both_sides(database_file: Path, kind: str) -> None:
    folder = database_file.parent
    own = FolderAuthority.create(folder / "pki", "Fjord Charging", TODAY)
    chain, secret = own.issue_server(["localhost", "127.0.0.1"], TODAY, 30)
    replace_file(folder / "pki" / "server.pem", chain)
    replace_key(folder / "pki" / "server.key", secret)
    signed = own.sign(Bearer(station_id="G-01"), signing_request(name_of("G-01"), kind), TODAY, 90)
    assert isinstance(signed, Signed)
    certificate = x509.load_pem_x509_certificate(signed.chain.encode())
    root = Made(read_certificates(folder / "pki" / "ca.pem")[0], None)
    tls = client_context(folder, root, Made(certificate, key(kind)))
    settings = TlsSettings(
        certificates=(
            CertificateFiles(folder / "pki" / "server.pem", folder / "pki" / "server.key"),
        ),
        client_ca=(folder / "pki" / "ca.pem",),
        crl=(folder / "pki" / "crl.pem",),
    )
    async with secured(database_file, CERTIFICATE, tls=settings, operator="Fjord Charging") as gate:
        assert await gate.is_served("/ocpp/G-01", tls=tls)
        own.revoke([certificate.serial_number], TODAY)
        assert gate.rig.gateway is not None
        await gate.rig.gateway.reload()
        assert await gate.refusal("/ocpp/G-01", tls=tls) == 403
