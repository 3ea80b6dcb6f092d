"""Has the audit log tell of requests that change or command something.

What came of a request is told to whoever asked only after it is written down.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csms.domain.access import Caller
from csms.domain.audit import AuditEntry
from csms.domain.identity import SiteId
from csms.domain.redaction import without_secret_fields
from csms.language.reader import kept_in_english
from csms.service.audit_log import AuditLog

_MOST_BYTES: Final = 64 * 1024
"""More of a body is not looked at: a table of tokens has millions."""
_JSON: Final = ("application/json", "application/problem+json")
_FORM: Final = "application/x-www-form-urlencoded"


class AuditTrail:
    """Writes requests down.

    Args:
        log: Where to.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def run(  # noqa: PLR0913, PLR0917 - a request is three of them
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        caller: Caller,
        action: str,
        site_id: SiteId | None,
    ) -> None:
        """Let an application answer a request, and write down what came of it."""
        asked, answered = _Body(), _Body()
        held: list[Message] = []

        async def receive_and_look() -> Message:
            message = await receive()
            asked.take(message)
            return message

        async def hold(message: Message) -> None:
            held.append(message)
            answered.take(message)

        result, status = "the server has failed", HTTPStatus.INTERNAL_SERVER_ERROR
        try:
            with kept_in_english() as english:
                await app(scope, receive_and_look, hold)
            if held:
                status = HTTPStatus(held[0]["status"])
                told = answered.read(Headers(raw=held[0]["headers"]))
                result = _result(status, told, english)
        finally:
            detail = _written(asked.read(Headers(scope=scope)), asked.size)
            await self.note(scope, caller, action, site_id, detail, status, result)
        for message in held:
            await send(message)

    async def note(  # noqa: PLR0913, PLR0917
        self,
        scope: Scope,
        caller: Caller,
        action: str,
        site_id: SiteId | None,
        detail: str,
        status: HTTPStatus,
        result: str,
    ) -> None:
        """Write one request down."""
        await self._log.note(
            AuditEntry(
                at=self._log.now(),
                who=caller.name,
                by=caller.kind,
                address=address_of(scope),
                action=action,
                target=f"{scope['method']} {scope['path']}",
                site_id=site_id,
                detail=detail,
                is_done=status < HTTPStatus.BAD_REQUEST,
                result=result,
            )
        )


class _Body:
    """Looks at what passes of a body."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def take(self, message: Message) -> None:
        """Look at a message."""
        part = message.get("body", b"")
        if part and self.size <= _MOST_BYTES:
            self._parts.append(part)
        self.size += len(part)

    def read(self, headers: Headers) -> Any:  # noqa: ANN401 - JSON
        """What it says; None: nothing, or nothing that can be read."""
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not self.size or self.size > _MOST_BYTES:
            return None
        body = b"".join(self._parts)
        if media_type == _FORM:
            fields = parse_qs(body.decode(errors="replace"))
            return {name: ", ".join(values) for name, values in fields.items()}
        try:
            return msgspec.json.decode(body) if media_type in _JSON else None
        except msgspec.MsgspecError:
            return None


def address_of(scope: Scope) -> str:
    """From where a request comes."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _written(told: Any, size: int) -> str:  # noqa: ANN401
    if told is None:
        return f"{size} bytes" if size else ""
    return msgspec.json.encode(without_secret_fields(told)).decode()


def _result(status: HTTPStatus, told: Any, english: Mapping[str, str]) -> str:  # noqa: ANN401
    """What came of it, in English, without anything else that was told: that may hold secrets."""
    words = f"{status.value} {status.phrase}"
    outcomes = told if isinstance(told, list) else [told]
    counted: dict[str, int] = {}
    for one in outcomes:
        if isinstance(one, Mapping) and (word := _outcome(one, english)):
            counted[word] = counted.get(word, 0) + 1
    if len(outcomes) == 1:
        return ": ".join([words, *counted])
    return f"{words}: {', '.join(f'{count} {word}' for word, count in counted.items())}"


def _outcome(told: Mapping[str, Any], english: Mapping[str, str]) -> str:
    """A word or a sentence of what a problem, or the outcome of a command, is."""
    inner = told.get("result") or told.get("problem") or told
    detail, status = inner.get("detail"), inner.get("status")
    if isinstance(status, str):
        return f"{status}, {detail}" if detail else status
    return english.get(str(detail), str(detail)) if detail else ""
