"""Requests that name their order: given again, they are answered and not carried out again.

The header is that of draft-ietf-httpapi-idempotency-key-header. An order is a key of whoever
shows the same credentials, at one path. What was done is kept; what was refused may be tried again
under its key. An answer that says `no-store` holds a secret, and is not kept.
"""

from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csms.api.client import credentials_of
from csms.api.errors import problem_answer, problem_response
from csms.domain.kept_answer import KEPT_FOR
from csms.domain.request_errors import OrderUnderWayError, OrderUsedError
from csms.service.answers import Answers

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 100
PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
    "description": "Names the order. One that was given before is not carried out again: for "
    f"{KEPT_FOR.total_seconds() / 3600:g} h it is answered as it was the first time, with the "
    "header `Idempotent-Replayed: true`; 409 if it asks for something else, or is still under way",
}
"""The header in the words of OpenAPI."""
_PREFIX: Final = "/api/"
_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class _Answer:
    """An answer, as far as it has come."""

    start: Message
    body: bytes = b""

    @property
    def may_be_kept(self) -> bool:
        headers = Headers(raw=self.start["headers"])
        is_done = self.start["status"] < HTTPStatus.MULTIPLE_CHOICES
        return is_done and "no-store" not in headers.get("cache-control", "")


class IdempotentRequests:
    """Answers requests again that were answered under their key.

    Args:
        app: The application behind it.
        answers: Keeps answers.
    """

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it as it was answered before."""
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self._app(scope, receive, send)
            return
        key = Headers(scope=scope).get(HEADER)
        if key is None or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
        elif not 1 <= len(key) <= LONGEST:
            detail = f"{HEADER}: expected 1 to {LONGEST} characters, got {len(key)}"
            await problem_answer(HTTPStatus.UNPROCESSABLE_ENTITY, detail)(scope, receive, send)
        else:
            await self._answer(_order(scope, key), scope, receive, send)

    async def _answer(self, order: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        asked = _asked(scope, body)
        try:
            with self._answers.turn(order):
                kept = await self._answers.find(order, asked)
                if kept is None:
                    await self._carry_out(order, asked, body, (scope, receive, send))
                    return
        except (OrderUnderWayError, OrderUsedError) as error:
            await problem_response(error)(scope, receive, send)
            return
        headers = {"Idempotent-Replayed": "true"}
        again = Response(kept.body, kept.status, headers, media_type=kept.media_type)
        await again(scope, receive, send)

    async def _carry_out(
        self, order: str, asked: str, body: bytes, request: tuple[Scope, Receive, Send]
    ) -> None:
        """Have a request answered, and keep the answer before it is told."""
        scope, receive, send = request
        answer = _Answer({"type": "http.response.start", "status": 500, "headers": []})
        is_read = False

        async def receive_body() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.start = message
            else:
                answer.body += message.get("body", b"")

        await self._app(scope, receive_body, gather)
        if answer.may_be_kept:
            status = answer.start["status"]
            media_type = Headers(raw=answer.start["headers"]).get("content-type")
            await self._answers.keep(order, asked, status, media_type, answer.body)
        await send(answer.start)
        await send({"type": "http.response.body", "body": answer.body})


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _order(scope: Scope, key: str) -> str:
    return _hash(credentials_of(scope), scope["method"], scope["path"], key)


def _asked(scope: Scope, body: bytes) -> str:
    media_type = Headers(scope=scope).get("content-type", "")
    return _hash(scope["query_string"].decode("latin-1"), media_type, sha256(body).hexdigest())


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
