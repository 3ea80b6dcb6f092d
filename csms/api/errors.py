"""Errors as answers: problem details (RFC 9457) that name the cause."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from csms.domain.errors import (
    AdoptionRefusedError,
    BusyError,
    ChargeFlexError,
    CommandForbiddenError,
    ExportFailedError,
    InvalidInputError,
    NoEnvelopeError,
    NoJournalError,
    NoPricesError,
    NotLimitedError,
    NotOfferedError,
    NoTransactionError,
    NotWaitingError,
    NotYoursError,
    NoWhatIfError,
    PasswordInDoubtError,
    StationStaysError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownPartyError,
    UnknownSiteError,
    UnknownStationError,
    UnknownTokenError,
)

_PROBLEM_TYPE: Final = "application/problem+json"
_STATUS: Final[Mapping[type[ChargeFlexError], HTTPStatus]] = {
    AdoptionRefusedError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.TOO_MANY_REQUESTS,
    CommandForbiddenError: HTTPStatus.CONFLICT,
    ExportFailedError: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoEnvelopeError: HTTPStatus.CONFLICT,
    NoJournalError: HTTPStatus.NOT_FOUND,
    NoPricesError: HTTPStatus.CONFLICT,
    NoTransactionError: HTTPStatus.CONFLICT,
    NotLimitedError: HTTPStatus.NOT_FOUND,
    NotOfferedError: HTTPStatus.CONFLICT,
    NotWaitingError: HTTPStatus.CONFLICT,
    NoWhatIfError: HTTPStatus.CONFLICT,
    NotYoursError: HTTPStatus.FORBIDDEN,
    PasswordInDoubtError: HTTPStatus.CONFLICT,
    StationStaysError: HTTPStatus.CONFLICT,
    UnknownEvseError: HTTPStatus.NOT_FOUND,
    UnknownFeederError: HTTPStatus.NOT_FOUND,
    UnknownPartyError: HTTPStatus.UNAUTHORIZED,
    UnknownSiteError: HTTPStatus.NOT_FOUND,
    UnknownStationError: HTTPStatus.NOT_FOUND,
    UnknownTokenError: HTTPStatus.NOT_FOUND,
}


class InvalidBodyError(ChargeFlexError):
    """A request's body cannot be understood.

    Attributes:
        at: Where: `$.profile.periods[0].limit`.
        message: Why.
    """

    def __init__(self, at: str, message: str) -> None:
        super().__init__(f"{at}: {message}")
        self.at = at
        self.message = message


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = []


PROBLEM_ANSWER: Final[dict[str, Any]] = {
    "description": "Problem details (RFC 9457)",
    "content": {_PROBLEM_TYPE: {"schema": Problem.model_json_schema()}},
}
"""An error in the words of OpenAPI."""


def explain_errors(app: FastAPI) -> None:
    """Let an application answer our errors as problem details."""
    app.exception_handler(ChargeFlexError)(_answer)
    app.exception_handler(InvalidBodyError)(_answer_invalid_body)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    app.exception_handler(HTTPException)(_answer_http)


def problem_answer(status: HTTPStatus, detail: str) -> JSONResponse:
    """A problem as the answer to a request that reaches no route."""
    return _problem(status, detail, [])


def status_of(error: Exception) -> HTTPStatus:
    """The status that an error is answered with."""
    if isinstance(error, ChargeFlexError):
        return _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    return HTTPStatus.INTERNAL_SERVER_ERROR


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    return _problem(status, str(error), [], _headers_of(error, status))


def _headers_of(error: Exception, status: HTTPStatus) -> Mapping[str, str]:
    if isinstance(error, BusyError):
        return {"Retry-After": str(math.ceil(error.retry_after_s))}
    return {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else {}


async def _answer_invalid_body(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InvalidBodyError)  # noqa: S101 - it is registered for no other
    fault = {"at": error.at, "message": error.message}
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), [fault])


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"at": "/".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in faults
    ]
    detail = "; ".join(f"{fault['at']}: {fault['message']}" for fault in errors)
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


async def _answer_http(_request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths, methods that a path does not have."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    return _problem(HTTPStatus(error.status_code), error.detail, [], error.headers)


def _problem(
    status: HTTPStatus,
    detail: str,
    errors: list[dict[str, Any]],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(
        jsonable_encoder(problem),
        status_code=status,
        headers=headers,
        media_type=_PROBLEM_TYPE,
    )
