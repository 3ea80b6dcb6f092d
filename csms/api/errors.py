"""Errors as answers: problem details (RFC 9457) that name the cause."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from csms.domain.errors import (
    ChargeFlexError,
    InvalidInputError,
    NoTransactionError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownSiteError,
    UnknownStationError,
)

_STATUS: Final[Mapping[type[ChargeFlexError], HTTPStatus]] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoTransactionError: HTTPStatus.CONFLICT,
    UnknownEvseError: HTTPStatus.NOT_FOUND,
    UnknownFeederError: HTTPStatus.NOT_FOUND,
    UnknownSiteError: HTTPStatus.NOT_FOUND,
    UnknownStationError: HTTPStatus.NOT_FOUND,
}


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = []


def explain_errors(app: FastAPI) -> None:
    """Let an application answer our errors as problem details."""
    app.exception_handler(ChargeFlexError)(_answer)
    app.exception_handler(RequestValidationError)(_answer_invalid)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, ChargeFlexError):
        status = _STATUS.get(type(error), status)
    return _problem(status, str(error), [])


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"at": "/".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in faults
    ]
    detail = "; ".join(f"{fault['at']}: {fault['message']}" for fault in errors)
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _problem(status: HTTPStatus, detail: str, errors: list[dict[str, Any]]) -> JSONResponse:
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(
        jsonable_encoder(problem), status_code=status, media_type="application/problem+json"
    )
