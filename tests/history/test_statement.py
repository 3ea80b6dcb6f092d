"""Statements of transactions as PDF."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from csms.domain.errors import InvalidInputError
from csms.history.statement import Heading, write_statement

ZONES: Final = {"garage": ZoneInfo("Europe/Oslo")}
NEW_YEAR: Final = datetime(2025, 12, 31, 23, tzinfo=UTC)
HEADING: Final = Heading(
    site="Høyenhall borettslag",
    token="04A2B3C4",  # noqa: S106 - an id token
    begins_at=NEW_YEAR,
    ends_at=NEW_YEAR + timedelta(days=31),
)


def row(number: int, **more: Any) -> dict[str, Any]:
    """A transaction of two hours."""
    usual: dict[str, Any] = {
        "number": number,
        "site_id": "garage",
        "station_id": "G-01",
        "evse_number": 1,
        "id_token": "04A2B3C4",
        "started_at": NEW_YEAR + timedelta(hours=9),
        "ended_at": NEW_YEAR + timedelta(hours=11),
        "energy_wh": 12_345.0,
        "total_cost": 30.86,
    }
    return {**usual, **more}


def pages(path: Path) -> list[list[str]]:
    """What stands on each page, line by line."""
    return [page.extract_text().splitlines() for page in PdfReader(path).pages]


def test_statement_tells_every_transaction_and_what_they_come_to(tmp_path: Path) -> None:
    rows = [row(1), row(2, energy_wh=1_000.0, total_cost=None, ended_at=None)]
    assert write_statement(HEADING, rows, ZONES, tmp_path / "out.pdf") == 2
    [lines] = pages(tmp_path / "out.pdf")
    assert lines[:4] == [
        "Charging statement",
        "Høyenhall borettslag",
        "Transactions that began from 2026-01-01 00:00 until 2026-02-01 00:00",
        "Token 04A2B3C4",
    ]
    table = " ".join(lines)
    assert "1 G-01/1 04A2B3C4 2026-01-01 09:00 2026-01-01 11:00 12.35 30.86" in table
    assert "2 G-01/1 04A2B3C4 2026-01-01 09:00 runs 1.00 –" in table  # noqa: RUF001
    assert lines[-4:] == [
        "2 transactions, 13.35 kWh",
        "To pay: 30.86",
        "1 of them has no price",
        "Page 1 of 1",
    ]


def test_statement_of_many_has_pages_with_the_columns_on_each(tmp_path: Path) -> None:
    write_statement(HEADING, [row(n) for n in range(1, 101)], ZONES, tmp_path / "out.pdf")
    found = pages(tmp_path / "out.pdf")
    assert len(found) == 3
    assert [lines[-1] for lines in found] == ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]
    assert found[1][0] == "Number Charger Token Began Ended kWh Cost"
    assert found[2] == ["100 transactions, 1,234.50 kWh", "To pay: 3,086.00", "Page 3 of 3"]


def test_statement_of_nothing_says_so(tmp_path: Path) -> None:
    everything = Heading(site="", token="", begins_at=None, ends_at=None)
    assert write_statement(everything, [], {}, tmp_path / "out.pdf") == 0
    [lines] = pages(tmp_path / "out.pdf")
    assert "Transactions that began from the beginning until now" in lines
    assert "0 transactions, 0.00 kWh" in lines


def test_too_many_for_paper_are_refused_with_a_word_on_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="choose a shorter time, or csv or xlsx"):
        write_statement(HEADING, [row(1)] * 10_001, ZONES, tmp_path / "out.pdf")
