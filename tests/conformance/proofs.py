"""How stations prove who they are: passwords, keys, certificates, and what they trust."""

import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from csms.domain.certificate import Signed
from csms.gateway.server import GatewaySettings
from csms.gateway.tls import CertificateFiles, TlsSettings
from csms.pki.authority import FolderAuthority
from csms.pki.own_authority import CaSettings, IssuerSettings
from csms.pki.requests import Bearer
from csms.service.requirements import SecurityPolicy
from tests.conformance.csms import Csms
from tests.conformance.states import OBEDIENT
from tests.conformance.station import Answer, Station, connected
from tests.pki.maker import Made, authority, key, make, name_of, pem

OPERATOR: Final = "Proving Ground"
HOST: Final = "127.0.0.1"
SECRET: Final = "Correct-Horse-Battery"  # noqa: S105 - to be tried
OTHER_SECRET: Final = "Another-Horse-Battery"  # noqa: S105


@dataclass(frozen=True)
class Keys:
    """Whom stations trust to be the system, and who signs their certificates.

    Attributes:
        folder: Where files are.
        root: Has signed the system's certificates.
        signer: Signs those by which stations prove who they are; it is kept in that folder.
        v2g_folder: Where the authority is for those that stations show to vehicles.
    """

    folder: Path
    root: Made
    signer: FolderAuthority
    v2g_folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        """Of a system that asks for proofs: a password at the least."""
        own = [
            make(name_of(HOST), self.root, kind=kind, hosts=[HOST])
            for kind in ("P-256", "RSA-2048")
        ]
        files = [one.write(self.folder, f"server-{n}") for n, one in enumerate(own)]
        tls = TlsSettings(
            certificates=tuple(CertificateFiles(*pair) for pair in files),
            client_ca=(self.folder / "ca.pem", self.v2g_folder / "ca.pem"),
        )
        return {
            "gateway": GatewaySettings(tls=tls),
            "security": SecurityPolicy(operator=OPERATOR),
            "ca": CaSettings(
                station=IssuerSettings(folder=self.folder),
                v2g=IssuerSettings(folder=self.v2g_folder, days=90),
            ),
        }

    def sign(self, station_id: str, *, days: tuple[int, int] = (0, 30)) -> str:
        """A station's certificate in PEM, for its key; `days` from today it is valid."""
        first, last = days
        from_when = datetime.now(UTC) + timedelta(days=first)
        signed = self.signer.sign(
            Bearer(station_id=station_id), request(station_id), from_when, last - first
        )
        assert isinstance(signed, Signed)
        return signed.chain

    def context(self, certificate: str | None = None) -> ssl.SSLContext:
        """What a station connects with: its trust, and its certificate, if it has any."""
        context = ssl.create_default_context(cadata=pem(self.root.certificate).decode())
        if certificate:
            _, secret = make(name_of("its key")).write(self.folder, "station")
            chain = self.folder / "chain.pem"
            chain.write_text(certificate)
            context.load_cert_chain(chain, secret)
        return context


def new_keys(folder: Path) -> Keys:
    """Authorities for the system and for stations."""
    now, v2g_folder = datetime.now(UTC), folder / "v2g"
    FolderAuthority.create(v2g_folder, "V2G", now, name="V2G CA")
    return Keys(folder, authority(), FolderAuthority.create(folder, OPERATOR, now), v2g_folder)


def signer_in(folder: Path) -> x509.Certificate:
    """The certificate of the authority in a folder."""
    return x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())


def request(station_id: str) -> str:
    """What a station asks to be signed, in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name_of(station_id, OPERATOR))
    return pem(builder.sign(key("P-256"), hashes.SHA256())).decode()


@asynccontextmanager
async def proven(
    csms: Csms,
    station_id: str,
    password: str | None = None,
    *,
    user: str | None = None,
    tls: ssl.SSLContext | None = None,
    answers: Mapping[str, Answer] | None = None,
) -> AsyncIterator[Station]:
    """A station that has connected by what it brings, and has not said anything yet.

    Args:
        csms: The system under test.
        station_id: Its identity.
        password: If it brings any.
        user: Whose password it says to be; None: its own.
        tls: What it connects with; None: in the clear.
        answers: What it answers beside what it needs to be set up, by action.
    """
    pair = f"{user or station_id}:{password}".encode()
    headers = {"Authorization": f"Basic {b64encode(pair).decode()}"} if password else None
    url, told = csms.tls_url if tls else csms.ocpp_url, {**OBEDIENT, **(answers or {})}
    async with connected(url, station_id, "2.0.1", told, headers=headers, tls=tls) as station:
        yield station


async def known_station(csms: Csms, password: str = SECRET) -> str:
    """The identity of a new station that has a password."""
    station_id = csms.fresh_station()
    path = f"/stations/{station_id}/security/password"
    answer = await csms.operator.put(path, json={"password": password})
    assert answer.is_success, answer.text
    return station_id
