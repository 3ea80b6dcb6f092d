"""Errors as pages, where a browser asked for a page; programs get what they always get."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from csms.api.errors import answer_failure
from csms.api.readers import FOR_PROGRAMS
from csms.language.said import Said

PrintError: TypeAlias = Callable[[HTTPStatus, str], Response]

_TEXTS: Final = {HTTPStatus.NOT_FOUND: Said("Nothing is at this address.")}
_FAILED: Final = Said("The server has failed at this; its log says why.")


def explain_to_browsers(app: FastAPI, print_error: PrintError) -> None:
    """Let an application answer a browser's failed requests with pages.

    Args:
        app: The application; it answers programs already.
        print_error: Prints a page from a status and a sentence.
    """
    answer_program = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        if not _wants_page(request):
            answer = answer_program(request, error)
            return answer if isinstance(answer, Response) else await answer
        status = HTTPStatus(error.status_code)
        return print_error(status, _TEXTS.get(status, f"{error.detail}."))

    answer_invalid = app.exception_handlers[RequestValidationError]

    @app.exception_handler(RequestValidationError)
    async def correct(request: Request, error: RequestValidationError) -> Response:
        if not _wants_page(request):
            answer = answer_invalid(request, error)
            return answer if isinstance(answer, Response) else await answer
        return print_error(HTTPStatus.UNPROCESSABLE_ENTITY, _unreadable(error))

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> Response:
        if not _wants_page(request):
            return await answer_failure(request, error)
        return print_error(HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)


def _unreadable(error: RequestValidationError) -> Said:
    """Which parts of an address or of a form cannot be read."""
    names = dict.fromkeys(str(one["loc"][-1]) for one in error.errors() if one["loc"])
    return Said("Something in this address cannot be read: %(names)s.", names=", ".join(names))


def _wants_page(request: Request) -> bool:
    accepts_html = "text/html" in request.headers.get("accept", "")
    return accepts_html and not request.url.path.startswith(FOR_PROGRAMS)
