"""What an export may be asked for, and how times are read."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.export_wanted import FileFormat, Wanted, read_instant

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"what": "transactions", "resolution": "day"}, "resolution: expected none for"),
        ({"what": "feeders", "station_id": "G-01"}, "station: expected none for feeders"),
        ({"what": "meter-values", "feeder_id": "main"}, "feeder: expected none but for --what"),
        ({"what": "meter-values", "evse_number": 1}, "evse: expected --station beside it"),
    ],
)
def test_what_does_not_go_together_is_told(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        Wanted(**asked).check(FileFormat.CSV)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-31", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("2026-07-01T12:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-07-01T12:00Z", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("2026-07-01 12:00+05:30", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_time_without_an_offset_is_the_sites(text: str, at: datetime) -> None:
    assert read_instant("from", text, {OSLO}) == at


def test_nothing_is_no_time() -> None:
    assert read_instant("from", None, {OSLO}) is None


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "", "9999-12-31T23:59:59-23:00"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(InvalidInputError, match="from: expected a date or a time such as"):
        read_instant("from", text, {OSLO})


def test_time_without_an_offset_is_refused_where_sites_differ_in_zone() -> None:
    zones = {OSLO, ZoneInfo("Europe/Helsinki")}
    with pytest.raises(InvalidInputError, match="to: expected an offset or --site"):
        read_instant("to", "2026-01-31", zones)
    assert read_instant("to", "2026-01-31T00:00Z", zones) == datetime(2026, 1, 31, tzinfo=UTC)
