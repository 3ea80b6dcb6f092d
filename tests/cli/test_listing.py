"""Lists in the terminal are tables for people and JSON for programs."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from csms.cli.listing import tell_list

ROWS: Final[list[dict[str, Any]]] = [
    {
        "id": "G-01",
        "sites": ["garage", "depot"],
        "let_in": True,
        "seen_at": datetime(2026, 1, 14, 12, tzinfo=UTC),
        "count": 7,
        "model": None,
    }
]


def test_table_has_words_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    tell_list(ROWS, as_json=False, nothing="None.")
    told = capsys.readouterr().out
    for word in ("Let in", "Seen at", "garage, depot", "yes"):
        assert word in told


def test_json_has_all_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    tell_list(ROWS, as_json=True, nothing="None.")
    [told] = json.loads(capsys.readouterr().out)
    assert told == {**ROWS[0], "seen_at": "2026-01-14T12:00:00Z"}


def test_nothing_is_said_in_words_or_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    tell_list([], as_json=False, nothing="None.")
    tell_list([], as_json=True, nothing="None.")
    assert capsys.readouterr().out == "None.\n[]\n"
