"""OCSP responders: only those that are named in the settings are asked, and not twice in a row.

Where a responder is comes from stations, and so from anybody: it is held against a list before
anything is sent there.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import httpx2
import msgspec

from csms.clock import Clock
from csms.domain.certificates import CertificateHash, StatusQuery
from csms.pki.ocsp import OcspAnswer, OcspError, read_answer, write_request
from csms.pki.web import WebError, post

_MOST_BYTES: Final = 64 * 1024
_MOST_KEPT: Final = 1000
_PORTS: Final = {"http": 80, "https": 443}
_HEADERS: Final = {
    "content-type": "application/ocsp-request",
    "accept": "application/ocsp-response",
}


class Responders:
    """Asks responders, and remembers what they say until they have something newer to say.

    Args:
        allowed: Who may be asked: a host, at the usual ports, or `host:port`.
        clock: The time.
    """

    def __init__(self, allowed: Sequence[str], clock: Clock) -> None:
        self._allowed = frozenset(place for one in allowed for place in _places(one))
        self._clock = clock
        self._kept: OrderedDict[CertificateHash, tuple[bytes, datetime]] = OrderedDict()

    def recall(self, query: StatusQuery) -> tuple[bytes, OcspAnswer] | None:
        """What was said of a certificate before and still holds; None: nothing."""
        content, until = self._kept.get(query.certificate, (b"", None))
        now = self._clock.now()
        if until is None or now >= until:
            return None
        return content, read_answer(content, query.certificate, now)

    async def ask(self, client: httpx2.AsyncClient, query: StatusQuery) -> tuple[bytes, OcspAnswer]:
        """Ask a certificate's responder.

        Args:
            client: By which it is asked.
            query: Which certificate, and where.

        Raises:
            OcspError: There was no answer that can be used, or it may not be asked.
        """
        url = self._checked(query.responder_url)
        request = write_request(query.certificate)
        try:
            content = await post(client, url, request, _HEADERS, _MOST_BYTES)
        except WebError as error:
            raise OcspError(str(error)) from error
        return content, read_answer(content, query.certificate, self._clock.now())

    def keep(self, query: StatusQuery, content: bytes, answer: OcspAnswer) -> None:
        """Remember an answer for as long as it holds."""
        if answer.until is None:
            return
        self._kept.pop(query.certificate, None)
        self._kept[query.certificate] = (content, answer.until)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)

    def _checked(self, text: str) -> httpx2.URL:
        """Where a responder is, if it may be asked."""
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL as error:
            raise OcspError(f"expected a URL of a responder, got {text[:100]!r}") from error
        if url.scheme not in _PORTS or url.userinfo or not url.host:
            raise OcspError(f"expected a URL of a responder (http, https), got {text[:100]!r}")
        if (url.host, url.port or _PORTS[url.scheme]) not in self._allowed:
            raise OcspError(f"plug_and_charge.responders does not name {url.netloc.decode()[:100]}")
        return url


def normal(query: StatusQuery) -> StatusQuery:
    """A query as it is remembered: case does not matter, nor zeros in front of a serial number."""
    told = query.certificate
    lower = msgspec.structs.replace(
        told,
        issuer_name=told.issuer_name.lower(),
        issuer_key=told.issuer_key.lower(),
        serial=told.serial.lower().lstrip("0") or "0",
    )
    return msgspec.structs.replace(query, certificate=lower)


def _places(allowed: str) -> list[tuple[str, int]]:
    """Hosts and ports that an entry of the settings stands for."""
    url = httpx2.URL(f"http://{allowed}")
    has_port = allowed.rpartition(":")[2].isdecimal() and not allowed.endswith("]")
    ports = [url.port or 80] if has_port else list(_PORTS.values())
    return [(url.host, port) for port in ports]
