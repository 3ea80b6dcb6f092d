"""Files of what was measured and charged, over HTTP."""

import csv
import tempfile
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from csms.api.exports import ExportQuery
from csms.domain.export_wanted import Wanted
from tests.api.rig import Api
from tests.service.rig import after

EXPORT = "/api/v1/sites/fjordgata/export"


async def charged(api: Api) -> None:
    """A transaction that has ended, and one of another token that runs."""
    teller = await api.charge()
    api.office.clock.instant = after(60)
    await api.office.hear(teller.adapter, *teller.stops(after(60)))
    teller.transaction = "tx-2"
    await api.office.hear(teller.adapter, *teller.starts(after(60)), "G-02")


async def rows(api: Api, query: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    answer = await api.client.get(f"{EXPORT}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.text)))


async def test_transactions_are_a_file_as_the_command_writes_it(api: Api) -> None:
    await charged(api)
    answer = await api.client.get(EXPORT)
    assert answer.headers["content-disposition"] == (
        'attachment; filename="fjordgata-transactions.csv"'
    )
    first, second = csv.DictReader(StringIO(answer.text))
    assert (first["id_token"], first["number"]) == ("04A2B3C4", "1")
    assert first["energy_wh"] == "15000.0"
    assert first["started_local"] == "2026-01-14 13:00:00"
    assert (second["station_id"], second["ended_at"]) == ("G-02", "")


def test_a_query_says_what_is_wanted() -> None:
    query = ExportQuery.model_validate(
        {"from": "2026-01-14T13:30", "to": "2026-01-15", "station": "G-01", "evse": 2}
        | {"id_token": "04a2b3c4", "token_of": 2, "running": True}
    )
    assert query.wanted("fjordgata") == Wanted(
        what="transactions",
        begin="2026-01-14T13:30",
        end="2026-01-15",
        site_id="fjordgata",
        station_id="G-01",
        evse_number=2,
        id_token="04a2b3c4",  # noqa: S106 - no secret
        token_of=2,
        is_running=True,
    )
    query = ExportQuery.model_validate({"what": "feeders", "resolution": "day", "feeder": "i"})
    wanted = Wanted(what="feeders", resolution="day", site_id="fjordgata", feeder_id="i")
    assert query.wanted("fjordgata") == wanted


async def test_only_what_is_asked_for_is_in_it(api: Api) -> None:
    await charged(api)
    found = await rows(api, "running=true&from=2026-01-14T13:30&to=2026-01-15&station=G-02")
    assert [row["number"] for row in found] == ["2"]


async def test_readings_come_in_steps(api: Api) -> None:
    await charged(api)
    found = await rows(api, "what=meter-values&resolution=day&station=G-01")
    assert [row["starts_local"] for row in found] == ["2026-01-14 00:00:00"]


async def test_a_sheet_is_what_spreadsheets_read(api: Api) -> None:
    await charged(api)
    answer = await api.client.get(f"{EXPORT}?format=xlsx")
    with ZipFile(BytesIO(answer.content)) as book:
        assert "xl/workbook.xml" in book.namelist()


async def test_a_statement_of_a_token_is_a_pdf(api: Api) -> None:
    await charged(api)
    answer = await api.client.get(f"{EXPORT}?format=pdf&token_of=1")
    assert answer.headers["content-type"] == "application/pdf"
    [page] = PdfReader(BytesIO(answer.content)).pages
    text = page.extract_text()
    assert "Token 04A2B3C4" in text
    assert "2 transactions, 15.00 kWh" in text


async def test_a_statement_is_written_in_the_language_asked_for(api: Api) -> None:
    await charged(api)
    answer = await api.client.get(f"{EXPORT}?format=pdf&token_of=1&language=nb")
    [page] = PdfReader(BytesIO(answer.content)).pages
    text = page.extract_text()
    assert "Ladeoversikt" in text
    assert "2 ladeøkter, 15,00 kWh" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=feeders&format=pdf", "format: expected csv, xlsx or parquet for feeders"),
        ("from=noon", "from: expected a date or a time"),
        ("resolution=day", "resolution: expected none for transactions"),
        ("what=feeders&running=true", "token: expected none but for --what transactions"),
        ("what=everything", "query/what"),
        ("form=csv", "query/form"),
    ],
)
async def test_what_cannot_be_written_is_refused_with_the_cause(
    api: Api, query: str, said: str
) -> None:
    answer = await api.client.get(f"{EXPORT}?{query}")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


async def test_a_site_that_is_not_there_has_no_files(api: Api) -> None:
    assert (await api.client.get("/api/v1/sites/nowhere/export")).status_code == 404


def left_in(folder: Path) -> list[Path]:
    """Folders of exports."""
    return list(folder.glob("chargeflex-export-*"))


async def test_nothing_is_left_of_a_file_that_was_fetched(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await charged(api)
    await rows(api, "running=false")
    assert (await api.client.get(f"{EXPORT}?from=noon")).status_code == 422
    assert left_in(tmp_path) == []
