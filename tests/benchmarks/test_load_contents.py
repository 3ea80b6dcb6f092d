import json
from typing import Any

from benchmarks.load.contents import Contents, Timestamps
from benchmarks.load.template import Template

REPORT = Template('{"at":"<at:24>","seq":"<#seq_no:5>","wh":"<#register_wh:8>","id":"<id:10>"}')
PLAIN = Template('{"at":"<at:24>","token":"<token:10>"}')


def read(frame: bytes) -> Any:
    return json.loads(frame[6:])


def test_a_timestamp_has_milliseconds_and_is_utc() -> None:
    timestamps = Timestamps()

    assert timestamps.write(1_768_392_000_007) == b"2026-01-14T12:00:00.007Z"
    assert timestamps.write(1_768_392_000_999) == b"2026-01-14T12:00:00.999Z"
    assert timestamps.write(1_768_392_001_000) == b"2026-01-14T12:00:01.000Z"


def test_no_two_messages_of_a_station_have_the_same_time_or_id() -> None:
    contents = Contents(1, Timestamps())

    written = [read(contents.write(REPORT, 6.0)) for _ in range(100)]

    assert len({one["at"] for one in written}) == 100
    assert [one["at"] for one in written] == sorted(one["at"] for one in written)
    assert len({one["id"] for one in written}) == 100


def test_reports_of_a_transaction_are_numbered_without_a_gap() -> None:
    contents = Contents(1, Timestamps())
    contents.write(REPORT, 6.0)
    contents.begin_transaction()

    first = read(contents.write(REPORT, 6.0))
    contents.write(PLAIN, 6.0)
    second = read(contents.write(REPORT, 6.0))

    assert (first["seq"], second["seq"]) == (0, 1)


def test_the_register_never_falls() -> None:
    contents = Contents(1, Timestamps())

    registers = [read(contents.write(REPORT, 6.0))["wh"] for _ in range(5)]

    assert registers == sorted(set(registers))


def test_a_station_has_a_token_of_its_own() -> None:
    assert read(Contents(7, Timestamps()).write(PLAIN, 0.0))["token"] == "TAG0000007"  # noqa: S105
