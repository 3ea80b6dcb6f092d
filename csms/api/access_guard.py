"""The one place at which every request shows who asks, and is let pass or refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csms.api.audit_trail import AuditTrail
from csms.api.cross_site import is_own
from csms.api.errors import problem_answer
from csms.api.route_places import RoutePlaces
from csms.api.route_rules import SAFE_METHODS, Matched, Place, RouteRules, Rule
from csms.domain.access import ANYBODY, NOBODY, AccessMode, Caller, CallerKind, Permission
from csms.domain.identity import SiteId
from csms.language.reader import explained, read_by_user
from csms.language.said import Said
from csms.service.audit_log import AuditLog
from csms.service.caller import acting_for
from csms.service.logins import cookie_name

PrintError: TypeAlias = Callable[[HTTPStatus, str], Response]

_FOR_PROGRAMS: Final = ("/api/v", "/metrics")
_BEARER: Final = "bearer"
_LOOK_EVERY: Final = timedelta(seconds=30)
_MOST_BODY: Final = 4 * 1024 * 1024
_CROSS_SITE: Final = Said(
    "expected a request of this server's own pages, got one that another site has led here"
)
_FOREIGN_KEY: Final = Said("expected a key of this server that is not revoked, got another")
_NO_LOGIN: Final = Said("expected a login, or a header `Authorization: Bearer KEY`")
_LOGIN_OVER: Final = Said("log in first: your login is over")


class Identify(Protocol):
    """Finds out who somebody is."""

    async def by_cookie(self, cookie: str) -> Caller | None:
        """Who comes with a cookie, None if it counts no more."""
        ...

    async def by_bearer(self, token: str) -> Caller | None:
        """Who comes with a key, None if it is nobody's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who is let in.

    Attributes:
        identify: Finds out who somebody is.
        log: What is told of all that is changed.
        print_error: Prints errors for browsers; None: they are told what programs are.
    """

    mode: AccessMode
    identify: Identify
    log: AuditLog
    print_error: PrintError | None = None


class AccessGuard:
    """Lets requests pass whose caller may do what they ask for.

    Args:
        app: The application behind it.
        access: Who is let in.
        rules: What routes need.
        places: Where.
    """

    def __init__(
        self, app: ASGIApp, access: Access, rules: RouteRules, places: RoutePlaces
    ) -> None:
        self._app = app
        self._access = access
        self._rules = rules
        self._places = places
        self._trail = AuditTrail(access.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or (matched := self._rules.find(scope)) is None:
            await self._app(scope, receive, send)  # no route: nothing is done
            return
        asked = _Asked(scope, Headers(scope=scope), matched)
        caller = await self._identify(asked)
        if caller is not None and caller.kind is CallerKind.USER:  # a key is a program's
            read_by_user(caller.language)
        refusal = self._refuse_stranger(asked, caller)
        if refusal is not None:
            await refusal(scope, receive, send)
        elif asked.matched.rule.permission is None:
            with acting_for(caller or NOBODY):
                await self._app(scope, receive, send)
        else:
            await self._let_in(asked, caller or NOBODY, receive, send)

    async def _identify(self, asked: "_Asked") -> Caller | None:
        """Who asks; None: somebody whose key or token is nobody's."""
        is_open = self._access.mode is AccessMode.OPEN
        if (token := asked.bearer) is not None:
            caller = await self._access.identify.by_bearer(token)
            return ANYBODY if caller is None and is_open else caller
        if is_open:
            return ANYBODY
        cookie = asked.cookie
        return (cookie and await self._access.identify.by_cookie(cookie)) or NOBODY

    def _refuse_stranger(self, asked: "_Asked", caller: Caller | None) -> ASGIApp | None:
        """What somebody is answered who was led here, or has not shown who they are."""
        is_led = caller is not None and caller.kind in _BY_BROWSER and not asked.is_own(caller)
        if asked.is_unsafe and is_led:
            return self._answer(asked, HTTPStatus.FORBIDDEN, _CROSS_SITE)
        if asked.matched.rule.permission is None:
            return None
        if caller is None:
            return _unauthorized(_FOREIGN_KEY)
        return self._ask_for_login(asked) if caller.kind is CallerKind.NOBODY else None

    def _ask_for_login(self, asked: "_Asked") -> Response:
        if not asked.wants_page:
            return _unauthorized(_NO_LOGIN)
        if asked.is_unsafe:
            return self._answer(asked, HTTPStatus.UNAUTHORIZED, _LOGIN_OVER)
        return RedirectResponse(f"/login?next={quote(asked.address)}", HTTPStatus.SEE_OTHER)

    async def _let_in(self, asked: "_Asked", caller: Caller, receive: Receive, send: Send) -> None:
        rule, scope = asked.matched.rule, asked.scope
        body, receive = await _read(receive) if rule.place is Place.BODY else (b"", receive)
        sites = await self._places.sites(asked.matched, scope, body)
        [site_id] = sites if len(sites) == 1 else [None]
        permission = rule.permission
        is_logged = asked.is_unsafe and rule.is_logged
        if permission is None or not _may(caller, permission, rule.place, sites):
            cause = _cause(caller, rule, sites)
            if is_logged:
                status = HTTPStatus.FORBIDDEN
                name = asked.matched.name
                await self._trail.note(scope, caller, name, site_id, "", status, f"403: {cause}")
            await self._answer(asked, HTTPStatus.FORBIDDEN, cause)(scope, receive, send)
            return
        with acting_for(caller):
            if is_logged:
                name = asked.matched.name
                await self._trail.run(self._app, scope, receive, send, caller, name, site_id)
            else:
                await self._run(asked, caller, receive, send)

    async def _run(self, asked: "_Asked", caller: Caller, receive: Receive, send: Send) -> None:
        """Answer; a stream that goes on for ever ends when its caller may not see it any more."""
        looked_at, is_stream = self._access.log.now(), False

        async def look_and_send(message: Message) -> None:
            nonlocal looked_at, is_stream
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_stream = kind.startswith("text/event-stream")
            elif is_stream and (now := self._access.log.now()) - looked_at >= _LOOK_EVERY:
                looked_at = now
                if await self._identify(asked) != caller:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    raise _OverError
            await send(message)

        try:
            await self._app(asked.scope, receive, look_and_send)
        except* _OverError:
            pass

    def _answer(self, asked: "_Asked", status: HTTPStatus, cause: str) -> Response:
        if asked.wants_page and self._access.print_error:
            told = explained(cause)
            return self._access.print_error(status, f"{told[:1].upper()}{told[1:]}.")
        return problem_answer(status, cause)


_BY_BROWSER: Final = (CallerKind.NOBODY, CallerKind.ANYBODY, CallerKind.USER)


class _OverError(Exception):
    """A stream's caller may not see it any more."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request."""

    scope: Scope
    headers: Headers
    matched: Matched

    @property
    def is_unsafe(self) -> bool:
        return self.scope["method"] not in SAFE_METHODS

    def is_own(self, caller: Caller) -> bool:
        """Whether it comes from a page of ours; with a cookie it has to say so."""
        return is_own(self.headers, is_sure=caller.kind is not CallerKind.USER)

    @property
    def wants_page(self) -> bool:
        accepts_html = "text/html" in self.headers.get("accept", "")
        return accepts_html and not self.scope["path"].startswith(_FOR_PROGRAMS)

    @property
    def address(self) -> str:
        """Its path and query, to come back to."""
        query = self.scope["query_string"].decode("latin-1")
        path: str = self.scope["path"]
        return path + (f"?{query}" if query else "")

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == _BEARER else None

    @property
    def cookie(self) -> str | None:
        cookies = cookie_parser(self.headers.get("cookie", ""))
        return cookies.get(cookie_name(is_encrypted=self.scope["scheme"] == "https"))


def _may(
    caller: Caller, permission: Permission, place: Place, sites: frozenset[SiteId | None]
) -> bool:
    if place is Place.NOWHERE:
        return caller.may_anywhere(permission)
    return all(caller.may(permission, site_id) for site_id in sites)


def _cause(caller: Caller, rule: Rule, sites: frozenset[SiteId | None]) -> str:
    parts = {"who": caller.name, "permission": str(rule.permission)}
    if rule.place is Place.NOWHERE:
        return Said("%(who)s may not do this: expected the permission %(permission)s", **parts)
    where = Said("all sites") if None in sites else ", ".join(sorted(map(str, sites)))
    return Said(
        "%(who)s may not do this: expected the permission %(permission)s at %(where)s",
        **parts,
        where=where,
    )


def _unauthorized(cause: str) -> Response:
    answer = problem_answer(HTTPStatus.UNAUTHORIZED, cause)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """A body, of which no more is read than it may have, and how to receive it again."""
    messages: list[Message] = []
    size, is_more = 0, True
    while is_more and size <= _MOST_BODY:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        is_more = message.get("more_body", False)
    waiting = iter(messages)

    async def receive_again() -> Message:
        return next(waiting, None) or await receive()

    body = b"".join(message.get("body", b"") for message in messages)
    return (b"" if is_more else body), receive_again
