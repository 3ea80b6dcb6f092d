"""In which language people are told things: as they chose, else as their browser says."""

from http import HTTPStatus
from typing import Final

from fastapi import Depends
from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from csms.language.languages import Language, accepted, language_of
from csms.language.reader import COOKIE, PARAMETER, Reader, present_reader, read_by

FOR_PROGRAMS: Final = ("/api/v", "/static/", "/metrics", "/healthz", "/readyz")
"""Where programs ask: they are told in English, unless they ask for another language.

What went wrong they are told in the language of the one who is behind them, as a browser names it:
a page's script shows it. Programs that name none are told in English.
"""
_YEAR_S: Final = 365 * 24 * 3600


class Readers:
    """Lets every request be answered in its reader's language, and keeps what a reader chooses.

    Args:
        app: The application behind it.
        default: Whoever says nothing is told in this language.
    """

    def __init__(self, app: ASGIApp, default: Language) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer a choice by the same page in the language chosen."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        if scope["path"].startswith(FOR_PROGRAMS):
            read_by(Reader(is_chosen=True, own=self._reader(request, Language.EN)))
        elif (chosen := language_of(request.query_params.get(PARAMETER, ""))) and scope[
            "method"
        ] == "GET":
            await _keep(request, chosen)(scope, receive, send)
            return
        else:
            read_by(self._reader(request, self._default))
        await self._app(scope, receive, send)

    def _reader(self, request: HTTPConnection, default: Language) -> Reader:
        chosen = language_of(request.cookies.get(COOKIE, ""))
        accepts = accepted(request.headers.get("accept-language", ""))
        return Reader(
            language=chosen or accepts or default,
            is_chosen=chosen is not None,
            path=request.url.path,
            query=request.url.query,
        )


async def _told_in(language: Language = Language.EN) -> None:
    """Let texts for people be told in a language that is asked for."""
    own = present_reader().own if language is Language.EN else None
    read_by(Reader(language=language, is_chosen=True, own=own))


TOLD_IN: Final = Depends(_told_in)
"""Of routes whose answers hold texts for people."""


def _keep(request: HTTPConnection, chosen: Language) -> RedirectResponse:
    asked = [one for one in request.query_params.multi_items() if one[0] != PARAMETER]
    query = f"?{QueryParams(asked)}" if asked else ""
    path = f"/{request.url.path.lstrip('/')}"  # two slashes would be another host
    answer = RedirectResponse(f"{path}{query}", HTTPStatus.SEE_OTHER)
    answer.set_cookie(COOKIE, chosen.value, _YEAR_S, httponly=True, samesite="lax")
    return answer
