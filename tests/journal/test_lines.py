"""Lines of the journal: calls and answers stand in them word for word."""

import json
from typing import Any

from csms.domain.exchange import Exchange
from csms.journal.lines import read_line, write_line
from tests.journal.messages import NOON, exchange


def written(one: Exchange) -> Any:
    return json.loads(write_line(one))


def test_line_tells_who_called_whom_when_and_what_was_said() -> None:
    assert written(exchange(7)) == {
        "at": "2026-01-14T12:00:00Z",
        "station_id": "G-01",
        "by": "station",
        "version": "1.6",
        "action": "Heartbeat",
        "message_id": "7",
        "call": [2, "7", "Heartbeat", {}],
        "answer": [3, "7", {"currentTime": "2026-01-14T12:00:00Z"}],
        "took_ms": 100.0,
    }


def test_call_that_was_never_answered_says_why() -> None:
    unanswered = exchange(answered_at=None, answer=None, error="no answer within 30 s")
    line = written(unanswered)
    assert line["error"] == "no answer within 30 s"
    assert "answer" not in line
    assert "took_ms" not in line


def test_call_of_ours_is_told_apart() -> None:
    assert written(exchange(is_from_station=False))["by"] == "csms"


def test_text_that_is_no_call_is_kept_as_a_text() -> None:
    faulty = exchange(action="", message_id="", call='[2, "1", ', answer=None, answered_at=None)
    assert written(faulty)["call"] == '[2, "1", '


def test_message_of_several_lines_becomes_one_line() -> None:
    line = write_line(exchange(call='{\n  "a": 1\r\n}', answer="[3,\n1,{}]"))
    assert b"\n" not in line
    assert json.loads(line)["call"] == [2, "1", "Heartbeat", {"a": 1}]


def test_message_id_with_quotes_stays_what_it_is() -> None:
    assert written(exchange(message_id='a"b'))["call"][1] == 'a"b'


def test_line_that_was_written_is_read_again() -> None:
    entry = read_line(write_line(exchange(7)))
    assert (entry.at, entry.station_id, entry.action, entry.took_ms) == (
        NOON,
        "G-01",
        "Heartbeat",
        100.0,
    )
    assert bytes(entry.call) == b'[2,"7","Heartbeat",{}]'


def test_secrets_are_not_in_the_line() -> None:
    call = '{"key":"AuthorizationKey","value":"0011"}'
    assert b"0011" not in write_line(exchange(action="ChangeConfiguration", call=call))
