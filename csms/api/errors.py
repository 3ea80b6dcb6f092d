"""Errors as answers: problem details (RFC 9457) that name the cause."""

import math
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from csms.domain.access_errors import (
    ForbiddenError,
    LastAdminError,
    NotLoggedInError,
    NotOwnError,
    TooManyTriesError,
    UnknownKeyError,
    UnknownUserError,
    UserExistsError,
    WrongLoginError,
)
from csms.domain.errors import (
    AdoptionRefusedError,
    ChargeFlexError,
    CommandForbiddenError,
    ExportFailedError,
    InvalidInputError,
    NoJournalError,
    NoPricesError,
    NoTransactionError,
    NotWaitingError,
    PasswordInDoubtError,
    SettingsError,
    SiteFileChangedError,
    SiteFileError,
    StationStaysError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownSiteError,
    UnknownStationError,
    UnknownTokenError,
    about,
)
from csms.domain.limit_errors import (
    ConnectorNotLimitedError,
    NoEnvelopeError,
    NotLimitedError,
    NotOfferedError,
    NotYoursError,
    NoWhatIfError,
    UnknownPartyError,
)
from csms.domain.request_errors import (
    BusyError,
    OrderUnderWayError,
    OrderUsedError,
    TooManyRequestsError,
)
from csms.language.languages import Language
from csms.language.reader import explained, language_of_faults
from csms.language.said import Said, joined
from csms.service.value_words import words_of

_PROBLEM_TYPE: Final = "application/problem+json"
_OF_ITS_STATUS: Final = "about:blank"
"""What RFC 9457 calls a problem that is no more than its status."""
_OURS: Final = "urn:chargeflex:"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FAILED: Final = Said("the server has failed at this; its log says why")
_STATUS: Final[Mapping[type[ChargeFlexError], HTTPStatus]] = {
    AdoptionRefusedError: HTTPStatus.CONFLICT,
    BusyError: HTTPStatus.TOO_MANY_REQUESTS,
    CommandForbiddenError: HTTPStatus.CONFLICT,
    ExportFailedError: HTTPStatus.SERVICE_UNAVAILABLE,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LastAdminError: HTTPStatus.CONFLICT,
    NoEnvelopeError: HTTPStatus.CONFLICT,
    NoJournalError: HTTPStatus.NOT_FOUND,
    NoPricesError: HTTPStatus.CONFLICT,
    NoTransactionError: HTTPStatus.CONFLICT,
    ConnectorNotLimitedError: HTTPStatus.NOT_FOUND,
    NotLimitedError: HTTPStatus.NOT_FOUND,
    NotLoggedInError: HTTPStatus.UNAUTHORIZED,
    NotOfferedError: HTTPStatus.CONFLICT,
    NotOwnError: HTTPStatus.NOT_FOUND,
    NotWaitingError: HTTPStatus.CONFLICT,
    NoWhatIfError: HTTPStatus.CONFLICT,
    NotYoursError: HTTPStatus.FORBIDDEN,
    PasswordInDoubtError: HTTPStatus.CONFLICT,
    SettingsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SiteFileChangedError: HTTPStatus.CONFLICT,
    SiteFileError: HTTPStatus.CONFLICT,
    StationStaysError: HTTPStatus.CONFLICT,
    OrderUnderWayError: HTTPStatus.CONFLICT,
    OrderUsedError: HTTPStatus.CONFLICT,
    TooManyRequestsError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyTriesError: HTTPStatus.TOO_MANY_REQUESTS,
    UnknownEvseError: HTTPStatus.NOT_FOUND,
    UnknownFeederError: HTTPStatus.NOT_FOUND,
    UnknownKeyError: HTTPStatus.NOT_FOUND,
    UnknownPartyError: HTTPStatus.UNAUTHORIZED,
    UnknownSiteError: HTTPStatus.NOT_FOUND,
    UnknownStationError: HTTPStatus.NOT_FOUND,
    UnknownTokenError: HTTPStatus.NOT_FOUND,
    UnknownUserError: HTTPStatus.NOT_FOUND,
    UserExistsError: HTTPStatus.CONFLICT,
    WrongLoginError: HTTPStatus.UNAUTHORIZED,
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


class RequestFault(BaseModel):
    """What is wrong at one place of a request."""

    at: str = Field(description="`body/amps/1`, `query/limit`, `$.profile.periods[0].limit`")
    message: str
    line: int | None = Field(default=None, description="Of the file that was sent")


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    type: str = Field(
        default=_OF_ITS_STATUS,
        description="Which problem it is, for programs: `urn:chargeflex:unknown-station`; "
        "`about:blank`: no more than the status says",
    )
    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(
        description="What was expected, and what came; in the language of the header "
        "`Content-Language`, for which `Accept-Language` asks, else in English"
    )
    errors: list[RequestFault] = Field(
        default=[], description="Where in the request, if that is known"
    )


PROBLEM_NAME: Final = "Problem"
PROBLEM_ANSWER: Final[dict[str, Any]] = {
    "description": "Problem details (RFC 9457)",
    "content": {_PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM_NAME}"}}},
}
"""An error in the words of OpenAPI."""
CONFLICT: Final = {**PROBLEM_ANSWER, "description": "It cannot be done as things stand"}
EVERYWHERE: Final[dict[int | str, dict[str, Any]]] = {
    400: {**PROBLEM_ANSWER, "description": "The request cannot be read"},
    401: {**PROBLEM_ANSWER, "description": "It is not known who asks"},
    403: {**PROBLEM_ANSWER, "description": "Who asks may not do this"},
    404: {**PROBLEM_ANSWER, "description": "There is no such thing"},
    422: {**PROBLEM_ANSWER, "description": "What was sent cannot be right; it says where and why"},
    429: {
        **PROBLEM_ANSWER,
        "description": "Too much at a time; it says when to try again",
        "headers": {
            "Retry-After": {"description": "In so many seconds", "schema": {"type": "integer"}}
        },
    },
    500: {**PROBLEM_ANSWER, "description": "The server has failed"},
}
"""What any request may be answered."""


def describe_problems() -> dict[str, Any]:
    """JSON Schemas of problems, by name, as OpenAPI refers to them."""
    template = "#/components/schemas/{model}"
    schema = Problem.model_json_schema(ref_template=template)
    return {**schema.pop("$defs"), PROBLEM_NAME: schema}


def explain_errors(app: FastAPI) -> None:
    """Let an application answer our errors as problem details."""
    app.exception_handler(ChargeFlexError)(_answer)
    app.exception_handler(InvalidBodyError)(_answer_invalid_body)
    app.exception_handler(RequestValidationError)(_answer_invalid)
    app.exception_handler(HTTPException)(_answer_http)
    app.exception_handler(Exception)(answer_failure)


def problem_answer(
    status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A problem that is no more than its status, as the answer to a request."""
    problem = Problem(title=status.phrase, status=status, detail=explained(detail))
    return _written(problem, headers, detail)


def status_of(error: Exception) -> HTTPStatus:
    """The status that an error is answered with."""
    if isinstance(error, ChargeFlexError):
        return _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem_of(error: ChargeFlexError) -> Problem:
    """An error of ours as a problem."""
    status = status_of(error)
    return Problem(
        type=_type_of(error),
        title=status.phrase,
        status=status,
        detail=explained(error.said),
        errors=_faults_of(error),
    )


def _faults_of(error: ChargeFlexError) -> list[RequestFault]:
    """What is wrong with a file, place by place."""
    faults = error.faults if isinstance(error, SettingsError) else ()
    return [RequestFault(at=one.key, message=one.message, line=one.line) for one in faults]


def problem_response(error: ChargeFlexError) -> JSONResponse:
    """An error of ours as an answer."""
    problem = problem_of(error)
    return _written(problem, _headers_of(error, problem), error.said)


def _headers_of(error: ChargeFlexError, problem: Problem) -> Mapping[str, str]:
    if isinstance(error, BusyError | TooManyRequestsError):
        return {"Retry-After": str(math.ceil(error.retry_after_s))}
    is_unknown = problem.status == HTTPStatus.UNAUTHORIZED
    return {"WWW-Authenticate": "Bearer"} if is_unknown else {}


async def answer_failure(_request: Request, _error: Exception) -> JSONResponse:
    """Tell that the server has failed; what at is for its log."""
    return problem_answer(HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ChargeFlexError)  # noqa: S101 - it is registered for no other
    return problem_response(error)


async def _answer_invalid_body(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InvalidBodyError)  # noqa: S101 - it is registered for no other
    return _refused([(error.at, error.message)])


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    return _refused(
        [("/".join(map(str, fault["loc"])), words_of(fault)) for fault in error.errors()]
    )


async def _answer_http(_request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths, methods that a path does not have."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    return problem_answer(HTTPStatus(error.status_code), error.detail, error.headers)


def _refused(faults: Sequence[tuple[str, str]]) -> JSONResponse:
    """Refuse a request, with the places that are wrong and why; all of it in one language."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    can_be_told = all(isinstance(why, Said) for _, why in faults)
    texts = [(at, why if can_be_told else str(why)) for at, why in faults]
    detail = joined([about(at, why) for at, why in texts], "; ")
    problem = Problem(
        type=f"{_OURS}invalid-input",
        title=status.phrase,
        status=status,
        detail=explained(detail),
        errors=[RequestFault(at=at, message=explained(why)) for at, why in texts],
    )
    return _written(problem, said=detail if can_be_told else "")


def _type_of(error: ChargeFlexError) -> str:
    """`UnknownStationError` is `urn:chargeflex:unknown-station`."""
    name = type(error).__name__.removesuffix("Error")
    return _OURS + _WORD.sub("-", name).lower()


def _written(
    problem: Problem, headers: Mapping[str, str] | None = None, said: str = ""
) -> JSONResponse:
    """Write a problem.

    Args:
        problem: It, in the language of whoever reads it.
        headers: More of the answer's headers.
        said: What its detail was made of.
    """
    told_in = language_of_faults() if isinstance(said, Said) else Language.EN
    language = {"Content-Language": told_in.value}
    return JSONResponse(
        problem.model_dump(mode="json"),
        status_code=problem.status,
        headers={**(headers or {}), **language},
        media_type=_PROBLEM_TYPE,
    )
