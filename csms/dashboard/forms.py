"""What browsers make of forms."""

from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from fastapi import HTTPException, Request

from csms.domain.errors import ChargeFlexError, InvalidInputError
from csms.language.reader import explained
from csms.language.said import Said

_DIFFERENT: Final = Said("The new password was written in two ways: write it twice alike.")
_LARGEST: Final = 64 * 1024


class Form:
    """The fields of a form that was sent."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """What a field says; empty: nothing."""
        return self._fields.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """What all fields of a name say, but for empty ones."""
        return [value for value in self._fields.get(name, []) if value]


async def read_form(request: Request) -> Form:
    """Read a form of text fields.

    Raises:
        HTTPException: It is far too large.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "expected a small form")
    return Form(parse_qs(body.decode(errors="replace")))


def nothing_said(value: object) -> object:
    """A field of a form that was left empty says nothing."""
    return None if value == "" else value


def check_twice(password: str, again: str) -> None:
    """Make sure that somebody has written a new password twice alike.

    Raises:
        InvalidInputError: They have not.
    """
    if password != again:
        raise InvalidInputError("password", _DIFFERENT)


def faulty(error: ChargeFlexError) -> str:
    """What is said of a form that cannot be taken, in the reader's language."""
    return explained(error.cause if isinstance(error, InvalidInputError) else error.said)


def sentence(error: ChargeFlexError) -> str:
    """What went wrong, as a sentence in the reader's language."""
    return f"{explained(error.said)}."
