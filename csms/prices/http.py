"""Prices from a server of others, by GET."""

import asyncio
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

import httpx2

from csms.domain.errors import InvalidInputError, PriceSourceError
from csms.domain.price_source import HttpPlace, PriceShape
from csms.domain.prices import PriceSeries
from csms.domain.told_documents import MOST_BYTES
from csms.prices.reading import Wanted, read_prices

_MOST_REMEMBERED: Final = 8
_NOT_THERE: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})
_ACCEPT: Final = "application/json, text/csv"
_LONGEST_WAIT_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class _Version:
    """What a server calls the version of a document that it sent last."""

    tag: str = ""
    modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What asks for another version only (RFC 9110 §13.1)."""
        headers = {"if-none-match": self.tag, "if-modified-since": self.modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    version: _Version
    wait_s: float


class HttpPrices:
    """Asks a server for the prices of a day; what has not changed is not sent again.

    No redirect is followed: headers may hold a secret.

    Args:
        place: Where it is asked.
        shape: How its answer becomes prices.
        wanted: Which prices it should tell.
        zone: Whose days it is asked for.
    """

    def __init__(self, place: HttpPlace, shape: PriceShape, wanted: Wanted, zone: ZoneInfo) -> None:
        self._place = place
        self._shape = shape
        self._wanted = wanted
        self._zone = zone
        self._versions: dict[str, _Version] = {}

    async def fetch(self, day: date) -> PriceSeries | None:
        """The prices of a day, none if they are not there yet; None: nothing has changed.

        Raises:
            PriceSourceError: There was no answer in time, or none that can be used.
        """
        url = self._place.url.filled(day, self._zone)
        where = _without_query(url)
        answer = await self._ask(url, where)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        if answer.status in _NOT_THERE:
            return PriceSeries()
        if answer.status != HTTPStatus.OK:
            message = f"expected status 200, got {answer.status}"
            raise PriceSourceError(where, message, answer.wait_s)
        try:
            prices = read_prices(answer.body, self._shape, self._wanted)
        except InvalidInputError as error:
            raise PriceSourceError(where, str(error)) from error
        self._remember(url, answer.version)
        return prices

    async def _ask(self, url: str, where: str) -> _Answer:
        known = self._versions.get(url, _Version())
        headers = {"accept": _ACCEPT, **self._place.headers, **known.headers}
        timeout_s = self._place.timeout_s
        try:
            async with (
                asyncio.timeout(timeout_s),
                httpx2.AsyncClient(timeout=timeout_s) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                return _Answer(
                    status=response.status_code,
                    body=await _body(response, where),
                    version=_Version(
                        response.headers.get("etag", ""), response.headers.get("last-modified", "")
                    ),
                    wait_s=_wait_s(response.headers.get("retry-after", "")),
                )
        except TimeoutError as error:
            raise PriceSourceError(where, f"no answer within {timeout_s:g} s") from error
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            raise PriceSourceError(where, f"{type(error).__name__}: {error}") from error

    def _remember(self, url: str, version: _Version) -> None:
        self._versions.pop(url, None)
        self._versions[url] = version
        while len(self._versions) > _MOST_REMEMBERED:
            del self._versions[next(iter(self._versions))]


async def _body(response: httpx2.Response, where: str) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise PriceSourceError(where, f"expected at most {MOST_BYTES} bytes")
    return bytes(body)


def _wait_s(said: str) -> float:
    """For how long a server wants to be left alone; 0: it does not say so in seconds."""
    return min(float(said), _LONGEST_WAIT_S) if said.isascii() and said.isdigit() else 0.0


def _without_query(url: str) -> str:
    """A URL as it is told to people: what follows may hold a key."""
    return url.partition("?")[0]
