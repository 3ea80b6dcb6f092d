"""Tokens of the operator's list as programs and spreadsheets write them: JSON and CSV."""

from typing import Annotated, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from csms.domain.authorization import IdToken, TokenRecord, TokenStatus
from csms.domain.errors import InvalidInputError
from csms.language.said import Said, joined
from csms.service.csv_table import TableLine, read_table, refusal
from csms.service.instant import Instant

COLUMNS: Final = ("value", "kind", "status", "group", "expires_at")
MOST_LINES: Final = 20_000
_STATUSES: Final = {status.casefold(): status for status in TokenStatus}


def printable(text: str) -> str:
    """Refuse a text that holds more than people can read."""
    if not text.isprintable():
        raise ValueError(f"expected characters that can be printed, got {text!r}")
    return text


Printable: TypeAlias = Annotated[str, AfterValidator(printable)]
Written: TypeAlias = Annotated[str, Field(min_length=1, max_length=36), AfterValidator(printable)]
"""A token, or a group of tokens (OCPP 2.0.1 identifierString[36])."""


class TokenEntry(BaseModel):
    """What the operator says of a token."""

    model_config = ConfigDict(extra="forbid")

    kind: Printable = Field(
        default="ISO14443", description="Kind of token, in the words of OCPP 2.0.1"
    )
    status: TokenStatus = Field(
        default=TokenStatus.ACCEPTED, description="What stations are answered when it is shown"
    )
    group: Written | None = Field(
        default=None, description="Tokens of a group can stop each other's transactions"
    )
    expires_at: Instant | None = Field(default=None, description="It may charge until then")

    def record(self, value: str) -> TokenRecord:
        """What is kept of the token."""
        return TokenRecord(
            token=IdToken(value, self.kind),
            status=self.status,
            group=self.group,
            expires_at=self.expires_at,
        )


class TokenLine(TokenEntry):
    """A token of a table."""

    value: Written

    @field_validator("status", mode="before")
    @classmethod
    def _in_any_case(cls, word: object) -> object:
        return _STATUSES.get(word.casefold(), word) if isinstance(word, str) else word


def parse_csv(body: bytes) -> list[TokenRecord]:
    """Read tokens from a table with a heading, comma or semicolon between its columns.

    Raises:
        InvalidInputError: It cannot be read; it says in which line and column, and why.
    """
    lines = read_table(body, COLUMNS).lines
    if len(lines) > MOST_LINES:
        cause = Said(
            "expected at most %(most)s tokens, got %(came)s",
            most=f"{MOST_LINES:,}",
            came=f"{len(lines):,}",
        )
        raise InvalidInputError("file", cause)
    found: dict[str, tuple[str, TokenRecord]] = {}
    for line in lines:
        record = _record(line)
        key = record.token.key
        if key in found:
            cause = Said(
                "expected each token once, got %(token)s as in %(place)s",
                token=record.token.value,
                place=found[key][0],
            )
            raise InvalidInputError(joined((line.place, "value")), cause)
        found[key] = (line.place, record)
    return [record for _, record in found.values()]


def _record(line: TableLine) -> TokenRecord:
    try:
        entry = TokenLine.model_validate(line.fields)
    except ValidationError as error:
        raise refusal(line, error) from error
    return entry.record(entry.value)
