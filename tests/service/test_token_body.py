"""Tokens from tables: what spreadsheets write, and how a wrong line is told."""

from datetime import UTC, datetime

import pytest

from csms.domain.authorization import IdToken, TokenRecord, TokenStatus
from csms.domain.errors import InvalidInputError
from csms.service.token_body import parse_csv


def test_spreadsheet_of_this_country_is_read() -> None:
    """A byte order mark, semicolons, columns in another order, an empty line, any case."""
    table = (
        "\ufeffstatus;value;group;expires_at;kind\r\n"
        "blocked; 04A2B3C4 ;fleet;2027-01-01T00:00:00+01:00;ISO15693\r\n"
        ";;;;\r\n"
        ";04FFEE01;;;\r\n"
    )
    first, second = parse_csv(table.encode())
    assert first == TokenRecord(
        token=IdToken("04A2B3C4"),
        status=TokenStatus.BLOCKED,
        group="fleet",
        expires_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
    )
    assert first.token.kind == "ISO15693"
    assert second == TokenRecord(token=IdToken("04FFEE01"))
    assert second.token.kind == "ISO14443"


def test_only_the_token_itself_is_needed() -> None:
    assert parse_csv(b"value\n04A2B3C4\n") == [TokenRecord(token=IdToken("04A2B3C4"))]


@pytest.mark.parametrize(
    ("table", "place", "cause"),
    [
        (b"", "line 1", "expected the columns value, kind, status, group, expires_at, got none"),
        (b"token\nA\n", "line 1", "got token"),
        (b"value,group,value\nA,,B\n", "line 1", "expected each column once, got value twice"),
        (b"\xff\xfe", "file", "expected text in UTF-8"),
        (b"value,group\nA\n", "line 2", "expected as many columns as there are in the heading"),
        (b"value,group\n,fleet\n", "line 2, value", "Field required"),
        (b"value\nA\n\n" + b"4" * 37, "line 4, value", "String should have at most 36 characters"),
        (b'value\nA\n"x\x01y"\n', "line 3, value", "expected characters that can be printed"),
        (b"value,status\nA,Accepted\nB,Fine\n", "line 3, status", "Input should be 'Accepted'"),
        (
            b"value,expires_at\nA,2027-01-01T00:00\n",
            "line 2, expires_at",
            "Input should have timezone info",
        ),
        (
            b"value\nabc\nx\nABC\n",
            "line 4, value",
            "expected each token once, got ABC as in line 2",
        ),
        (b'value\n"A\n', "after line 1", "unexpected end of data"),
        (
            b"value\n" + b"".join(b"%d\n" % n for n in range(20_001)),
            "file",
            "at most 20,000 tokens",
        ),
    ],
)
def test_wrong_table_is_told_by_line_and_column(table: bytes, place: str, cause: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_csv(table)
    assert caught.value.field == place
    assert cause in caught.value.cause
