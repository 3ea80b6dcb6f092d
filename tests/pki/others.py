"""Servers of others, for real on 127.0.0.1: an OCSP responder, and a supplier of contracts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from csms.domain.authorization import IdToken
from csms.domain.certificates import StatusQuery
from csms.domain.events import ContractShown
from csms.domain.notices import CertificateStatusAsked
from csms.pki.ocsp import hash_of
from csms.pki.vehicle_pki import OnlineVehiclePki
from tests.pki.maker import TODAY, Made, make, name_of, pem

EMAID = "DE8AAA1B2C3D4E5"


@dataclass
class HttpServer:
    """Answers every POST with what a test wants.

    Attributes:
        answer: The body of the next answers, unless a subclass makes them.
        status: Their status.
        gate: Set while it answers; otherwise it keeps who asks waiting.
        requests: What it was asked, head and body.
    """

    answer: bytes = b""
    status: int = 200
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def make_answer(self, body: bytes) -> bytes:
        return self.answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1]) if length else 0)
            self.requests.append((head, body))
            await self.gate.wait()
            answer = self.make_answer(body)
            writer.write(
                b"HTTP/1.1 %d X\r\nLocation: /\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                % (self.status, len(answer))
            )
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator["HttpServer"]:
        self.gate.set()
        async with await asyncio.start_server(self.serve, "127.0.0.1", port) as server:
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield self
            finally:
                self.gate.set()


@dataclass
class Responder(HttpServer):
    """Says of certificates what a test wants, signed by whom it wants.

    Attributes:
        issuer: Whose certificates it knows.
        signer: Who signs; None: the issuer.
        sent: Certificates that it sends along.
        revoked: Serial numbers of those that hold no longer.
        hours: From when until when an answer holds, from today; None: it does not say.
    """

    issuer: Made = field(kw_only=True)
    signer: Made | None = None
    sent: tuple[Made, ...] = ()
    revoked: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    hours: tuple[float, float | None] = (-1.0, 24.0)
    algorithm: Any = field(default_factory=hashes.SHA256)
    asked: list[int] = field(default_factory=list)

    def make_answer(self, body: bytes) -> bytes:
        if self.answer:
            return self.answer
        request = ocsp.load_der_ocsp_request(body)
        serial = request.serial_number
        self.asked.append(serial)
        status = ocsp.OCSPCertStatus.GOOD
        if serial in self.revoked:
            status = ocsp.OCSPCertStatus.REVOKED
        elif serial in self.unknown:
            status = ocsp.OCSPCertStatus.UNKNOWN
        signer = self.signer or self.issuer
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                request.issuer_name_hash,
                request.issuer_key_hash,
                serial,
                request.hash_algorithm,
                status,
                in_hours(self.hours[0]),
                None if self.hours[1] is None else in_hours(self.hours[1]),
                TODAY if status is ocsp.OCSPCertStatus.REVOKED else None,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        )
        if self.sent:
            builder = builder.certificates([one.certificate for one in self.sent])
        return builder.sign(signer.key, self.algorithm).public_bytes(Encoding.DER)


def in_hours(hours: float) -> datetime:
    return TODAY + timedelta(hours=hours)


def contract(by: Made, url: str | None, **options: Any) -> Made:
    """A contract's certificate, that says where its issuer can be asked."""
    return make(name_of(options.pop("name", EMAID)), by, responder=url, **options)


def query_of(one: Made, issuer: Made, url: str) -> StatusQuery:
    return StatusQuery(certificate=hash_of(one.certificate, issuer.certificate), responder_url=url)


def shown(*chain: Made, emaid: str = EMAID) -> ContractShown:
    """A vehicle shows a contract's certificate, and those above it."""
    text = b"".join(pem(one.certificate) for one in chain).decode()
    return ContractShown(station_id="G-01", id_token=IdToken(emaid, "eMAID"), certificate=text)


def told(*queries: StatusQuery) -> ContractShown:
    """A station tells by which hashes a contract's certificates are known."""
    return ContractShown(station_id="G-01", id_token=IdToken(EMAID, "eMAID"), queries=queries)


def asked(query: StatusQuery) -> CertificateStatusAsked:
    return CertificateStatusAsked(station_id="G-01", query=query)


def certificates(*made: Made) -> list[x509.Certificate]:
    return [one.certificate for one in made]


@asynccontextmanager
async def run(pki: OnlineVehiclePki) -> AsyncIterator[OnlineVehiclePki]:
    """Let it ask others until the context is left."""
    running = asyncio.create_task(pki.run())
    await asyncio.sleep(0)
    try:
        yield pki
    finally:
        running.cancel()
        await asyncio.wait([running])
