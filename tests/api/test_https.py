"""The API and its pages over TLS: a real client that trusts the certificate's authority."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import pytest

from csms.api.server import HttpTls, bind, serve_http, tls_context
from csms.domain.errors import CertificateFileError
from tests.api.rig import Api
from tests.pki.maker import Made, authority, client_context, make, name_of, new_key

PATIENCE_S: Final = 20.0


@dataclass
class Secured:
    """An application at a port for TLS.

    Attributes:
        files: Its certificate and key.
        encrypts: What it encrypts with.
    """

    port: int
    root: Made
    files: HttpTls
    encrypts: ssl.SSLContext

    async def ask(self, trusted: ssl.SSLContext, host: str = "localhost") -> httpx2.Response:
        """Ask for the sites, on a connection of its own."""
        url = f"https://{host}:{self.port}/api/v1/sites"
        async with httpx2.AsyncClient(
            verify=trusted, trust_env=False, timeout=PATIENCE_S
        ) as client:
            return await client.get(url)


@asynccontextmanager
async def secured(api: Api, folder: Path) -> AsyncIterator[Secured]:
    """Serve an application with a certificate for localhost."""
    root = authority()
    server = make(name_of("localhost"), root, names=["localhost"])
    files = HttpTls(*server.write(folder, "http"))
    encrypts = tls_context(files)
    assert encrypts is not None
    stop = asyncio.Event()
    with bind("127.0.0.1", 0) as at:
        serving = asyncio.ensure_future(serve_http(api.app, at, stop, encrypts))
        try:
            yield Secured(at.getsockname()[1], root, files, encrypts)
        finally:
            stop.set()
            async with asyncio.timeout(PATIENCE_S):
                await serving


async def test_who_trusts_the_authority_is_served(api: Api, tmp_path: Path) -> None:
    async with secured(api, tmp_path) as server:
        answer = await server.ask(client_context(tmp_path, server.root))
        assert [site["site_id"] for site in answer.json()] == ["fjordgata"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_old_versions_of_tls_are_not_spoken(
    api: Api, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    async with secured(api, tmp_path) as server:
        context = client_context(tmp_path, server.root)
        context.minimum_version = context.maximum_version = version
        assert (await server.ask(context)).status_code == 200
        assert server.encrypts.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_server_of_another_authority_or_name_is_not_believed(
    api: Api, tmp_path: Path
) -> None:
    async with secured(api, tmp_path) as server:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await server.ask(client_context(tmp_path, authority("Another")))
        with pytest.raises(httpx2.ConnectError, match="IP address mismatch"):
            await server.ask(client_context(tmp_path, server.root), "127.0.0.1")


async def test_nothing_is_told_in_the_clear(api: Api, tmp_path: Path) -> None:
    async with (
        secured(api, tmp_path) as server,
        httpx2.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client,
    ):
        with pytest.raises(httpx2.TransportError):
            await client.get(f"http://localhost:{server.port}/api/v1/sites")


async def test_renewed_certificate_is_shown_to_who_connects_from_then_on(
    api: Api, tmp_path: Path
) -> None:
    async with secured(api, tmp_path) as server:
        newer = authority("Newer")
        make(name_of("localhost"), newer, names=["localhost"]).write(tmp_path, "http")
        server.files.load_into(server.encrypts)
        assert (await server.ask(client_context(tmp_path, newer))).status_code == 200
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await server.ask(client_context(tmp_path, server.root))


def test_certificate_that_does_not_fit_its_key_is_refused(tmp_path: Path) -> None:
    root = authority()
    chain, _ = make(name_of("one"), root).write(tmp_path, "one")
    _, secret = make(name_of("two"), root, secret=new_key()).write(tmp_path, "two")
    with pytest.raises(CertificateFileError, match=r"one\.pem.*whose key is .*two\.key"):
        tls_context(HttpTls(chain, secret))
