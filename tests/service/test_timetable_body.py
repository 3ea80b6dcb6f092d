from datetime import date, time

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.identity import EvseId
from csms.domain.timetable import Departure
from csms.service.timetable_body import parse_csv, parse_days, write_csv

LINES = (
    Departure(
        who="04A2B3C4", weekdays=frozenset(range(5)), leaves_at=time(5, 30), energy_wh=120_500.0
    ),
    Departure(who=EvseId("North/1", 2), weekdays=frozenset(range(7)), leaves_at=time(22, 0)),
    Departure(who="04A2B3C4", day=date(2026, 12, 24), leaves_at=None),
)


def test_spreadsheet_of_this_country_is_read() -> None:
    """A byte order mark, semicolons, decimal commas, columns in another order, an empty line."""
    table = (
        "\ufeffdays;leaves_at;id_token;energy_kwh;evse\r\n"
        "Mon - Fri;05:30;04a2b3c4;120,5;\r\n"
        ";;;;\r\n"
        "daily;22:00;;;North/1/2\r\n"
        '2026-12-24;;"04A2B3C4";;\r\n'
    )
    assert parse_csv(table.encode()) == list(LINES)


def test_only_some_columns_are_needed() -> None:
    [one] = parse_csv(b"evse,leaves_at\nG-01/1,05:30\n")
    assert one == Departure(
        who=EvseId("G-01", 1), weekdays=frozenset(range(7)), leaves_at=time(5, 30)
    )


def test_what_is_written_is_read_as_the_same() -> None:
    text = write_csv(LINES)
    assert text.splitlines()[:2] == [
        "id_token,evse,days,leaves_at,energy_kwh",
        '04A2B3C4,,"mon,tue,wed,thu,fri",05:30,120.5',
    ]
    assert parse_csv(text.encode()) == list(LINES)


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [("daily", range(7)), ("SAT, sun", (5, 6)), ("mon-wed,fri", (0, 1, 2, 4)), ("tue", (1,))],
)
def test_days_of_the_week(text: str, weekdays: range | tuple[int, ...]) -> None:
    assert parse_days(text) == (frozenset(weekdays), None)


@pytest.mark.parametrize(
    ("table", "place", "cause"),
    [
        (b"", "line 1", "expected the columns id_token, evse, days"),
        (b"token,leaves_at\nX,05:30\n", "line 1", "got token"),
        (b"\xff\xfe", "file", "expected text in UTF-8"),
        (b"id_token,leaves_at\nX,5 o'clock\n", "line 2, leaves_at", "time"),
        (b"id_token,leaves_at\nX,05:30+01:00\n", "line 2, leaves_at", "without a zone"),
        (b"id_token,leaves_at\nX,05:30\nY,05:30,7\n", "line 3", "as many columns"),
        (b"id_token,leaves_at\nX\n", "line 2", "as many columns"),
        (b"id_token,evse,leaves_at\nX,G-01/1,05:30\n", "line 2", "either an id_token or an evse"),
        (b"leaves_at\n05:30\n", "line 2", "either an id_token or an evse"),
        (b"evse,leaves_at\nG-01,05:30\n", "line 2, evse", "STATION/NUMBER"),
        (b"evse,leaves_at\nG-01/0,05:30\n", "line 2, evse", "STATION/NUMBER"),
        (b"id_token,energy_kwh\nX,-3\n", "line 2, energy_kwh", "greater than 0"),
        (b"id_token,energy_kwh\nX,nan\n", "line 2, energy_kwh", "finite"),
        (b"id_token,days\nX,weekdays\n", "line 2, days", "mon-fri or sat,sun, daily"),
        (b"id_token,days\nX,fri-mon\n", "line 2, days", "span from mon to fri"),
        (b"id_token,days\nX,2026-02-30\n", "line 2, days", "a date such as"),
        (b'id_token,days\n"X,daily\n', "after line 1", "end of data"),
    ],
)
def test_wrong_table_is_told_with_line_and_column(table: bytes, place: str, cause: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        parse_csv(table)
    assert told.value.field == place
    assert cause in str(told.value)
