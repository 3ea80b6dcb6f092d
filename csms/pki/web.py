"""Asking servers of others over HTTP, and no more of them than can be used."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx2

_PLAIN: Final = {"accept-encoding": "identity"}


class WebError(Exception):
    """A server gave no answer that can be used; the text says what came."""


async def post(
    client: httpx2.AsyncClient,
    url: httpx2.URL,
    content: bytes,
    headers: Mapping[str, str],
    most_bytes: int,
) -> bytes:
    """Send something to a server; return what it answers. No redirect is followed.

    Who calls this sees to it that it does not take too long.

    Args:
        client: By which it is asked.
        url: Where.
        content: What is sent.
        headers: With it.
        most_bytes: A longer answer cannot be used.

    Raises:
        WebError: There was none, or it cannot be used.
    """
    place = f"{url.scheme}://{url.netloc.decode()}"
    try:
        async with client.stream(
            "POST", url, content=content, headers={**_PLAIN, **headers}
        ) as answer:
            if answer.status_code != HTTPStatus.OK:
                raise WebError(f"{place} answered {answer.status_code}")
            return await _read(answer, place, most_bytes)
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise WebError(f"{place}: {type(error).__name__}: {error}") from error


async def _read(answer: httpx2.Response, place: str, most_bytes: int) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > most_bytes:
            raise WebError(f"{place} answered more than {most_bytes} bytes")
    return bytes(body)
