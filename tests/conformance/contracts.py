"""Contracts of vehicles: who issues them also says whether they still hold (OCSP, RFC 6960)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.conformance.csms import Csms
from tests.conformance.station import Fields

EMAID: Final = {"idToken": "DE8AAA1B2C3D4E5", "type": "eMAID"}
SERIAL: Final = "4A11"
_NEW_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_VALID: Final = f"V\t401231235959Z\t\t{SERIAL}\tunknown\t/CN={EMAID['idToken']}\n"
_REVOKED: Final = _VALID.replace("V\t401231235959Z\t", "R\t401231235959Z\t260101000000Z")


@dataclass
class Issuer:
    """Issues one contract, and answers whether it still holds.

    Attributes:
        folder: Where keys and certificates are.
        url: Where it answers.
        asked: The serial numbers that it was asked about.
    """

    folder: Path
    url: str
    asked: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        """Its own certificate, in PEM."""
        return (self.folder / "root.pem").read_text()

    @property
    def contract(self) -> str:
        """The contract's certificate, in PEM."""
        return (self.folder / "contract.pem").read_text()

    async def issue(self) -> None:
        """Make a root, and a contract below it that says where to ask."""
        (self.folder / "aia").write_text(f"authorityInfoAccess=OCSP;URI:{self.url}\n")
        (self.folder / "index").write_text(_VALID)
        root = ("-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Mobility", "-days", "9")
        await self._openssl("req", "-x509", *_NEW_KEY, *root)
        wanted = ("-keyout", "contract.key", "-out", "contract.csr")
        name = ("-subj", f"/CN={EMAID['idToken']}")
        await self._openssl("req", "-new", *_NEW_KEY, *wanted, *name)
        signer = ("-CA", "root.pem", "-CAkey", "root.key", "-set_serial", f"0x{SERIAL}")
        below = ("-in", "contract.csr", "-out", "contract.pem", "-extfile", "aia", "-days", "9")
        await self._openssl("x509", "-req", *signer, *below)

    def revoke(self) -> None:
        """The contract holds no longer."""
        (self.folder / "index").write_text(_REVOKED)

    async def hash_of_contract(self) -> Fields:
        """By what a station asks about the contract without sending it."""
        about = ("-issuer", "root.pem", "-cert", "contract.pem", "-no_nonce", "-req_text")
        text = await self._openssl("ocsp", "-sha256", *about)
        found = dict(re.findall(r"(Issuer Name Hash|Issuer Key Hash): (\w+)", text))
        return {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": found["Issuer Name Hash"],
            "issuerKeyHash": found["Issuer Key Hash"],
            "serialNumber": SERIAL,
            "responderURL": self.url,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request over HTTP."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None, head
        body = await self._answer(await reader.readexactly(int(length[1])))
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    async def _answer(self, request: bytes) -> bytes:
        (self.folder / "request.der").write_bytes(request)
        signer = ("-CA", "root.pem", "-rsigner", "root.pem", "-rkey", "root.key", "-ndays", "1")
        files = ("-index", "index", "-reqin", "request.der", "-respout", "response.der")
        text = await self._openssl("ocsp", *signer, *files, "-req_text")
        self.asked += re.findall(r"Serial Number: (\w+)", text)
        return (self.folder / "response.der").read_bytes()

    async def _openssl(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "openssl",
            *arguments,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        told, complaints = await process.communicate()
        assert process.returncode == 0, complaints.decode()
        return told.decode()


@asynccontextmanager
async def issuing(csms: Csms, folder: Path) -> AsyncIterator[Issuer]:
    """An issuer that has issued its contract, and answers until the context is left.

    The system trusts it.
    """
    port = csms.others.responder_port
    issuer = Issuer(folder, f"http://127.0.0.1:{port}/")
    async with await asyncio.start_server(issuer.serve, "127.0.0.1", port):
        await issuer.issue()
        csms.trust(issuer.root)
        yield issuer
