"""`chargeflex export`: what was measured and charged, as files."""

import asyncio
import csv
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.altered import altered
from csms.domain.grid_proof import Measured, ProofQuarter
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.metering import Measurand, MeterSample
from csms.history.run import RunSettings, run_history
from csms.history.subjects import Resolution
from csms.settings.site_file import read_site
from csms.storage.database import Database, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.cli.rig import GARAGE, Ran, chargeflex, settings_file
from tests.service.rig import NOON, after
from tests.storage.rig import report

STATION = "G-01"


@pytest.fixture(autouse=True)
def no_database_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARGEFLEX_DATABASE_URL", raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The garage's settings; one station has charged for an hour, half of which is in files."""
    config = settings_file(tmp_path)
    asyncio.run(charge(tmp_path))
    return config


async def charge(folder: Path) -> None:
    database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
    await database.upgrade()
    async with SqlUnitOfWork(database) as uow:
        await uow.sites.put(read_site(GARAGE))
        started, _ = await uow.transactions.begin(altered(report(), station_id=STATION))
        await uow.transactions.add_samples(
            STATION,
            1,
            started.number,
            [
                MeterSample(
                    at=after(minutes), measurand=Measurand.ENERGY_IMPORT_REGISTER, value=1000.0 * i
                )
                for i, minutes in enumerate((0, 15, 30, 45, 60))
            ],
        )
        currents = dict.fromkeys(("load_a", "limit_a", "uncontrolled_a"), (20.0, 10.0, 0.0))
        await uow.control.add_feeder_reading("fjordgata", "intake", after(1), currents)
        await uow.commit()
    settings = RunSettings(
        folder=folder / "history", after=timedelta(hours=1), keep_days=dict.fromkeys(Resolution)
    )
    await run_history(database, settings, NOON + timedelta(hours=1, minutes=40))
    await database.close()


def export(config: Path, name: str, *more: object) -> Ran:
    return chargeflex("export", "--config", config, "--out", config.parent / name, *more)


def rows(config: Path, name: str = "out.csv") -> list[dict[str, str]]:
    with (config.parent / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_files_and_database_are_exported_as_one(config: Path) -> None:
    ran = export(config, "out.csv", "--from", "2026-01-14")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"5 rows written to {config.parent}/out.csv.\n"
    with closing(sqlite3.connect(config.parent / "csms.db")) as database:
        [(left,)] = database.execute("SELECT count(*) FROM meter_reading")
    assert left == 2  # the other readings are in files
    found = [(row["station_id"], row["starts_local"], row["energy_wh"]) for row in rows(config)]
    assert found == [
        (STATION, f"2026-01-14 13:{minute:02}:00", f"{wh:.1f}")
        for minute, wh in ((0, 1000), (15, 1000), (30, 1000), (45, 1000))
    ] + [(STATION, "2026-01-14 14:00:00", "0.0")]
    assert list(rows(config)[0]) == [
        *("site_id", "station_id", "evse_number", "starts_at", "starts_local", "energy_wh"),
        *("power_mean_w", "power_max_w"),
        *(f"current_l{line}_{what}_a" for what in ("mean", "max") for line in (1, 2, 3)),
        *("soc_pct", "register_wh", "registered_at", "registered_local", "readings"),
    ]


def test_readings_are_exported_as_they_came_and_within_the_time(config: Path) -> None:
    ran = export(
        config,
        "out.csv",
        *("--resolution", "raw", "--station", STATION, "--evse", 1),
        *("--from", "2026-01-14T13:15", "--to", "2026-01-14T12:45Z"),
    )
    assert (ran.code, ran.err) == (0, "")
    assert [(row["measured_at"], row["register_wh"]) for row in rows(config)] == [
        ("2026-01-14 12:15:00+00", "1000.0"),
        ("2026-01-14 12:30:00+00", "2000.0"),
    ]


def test_transactions_are_exported_by_their_start(config: Path) -> None:
    assert export(config, "out.csv", "--what", "transactions", "--site", "fjordgata").code == 0
    [row] = rows(config)
    assert (row["number"], row["site_id"], row["station_id"]) == ("1", "fjordgata", STATION)
    assert (row["transaction_id"], row["ended_at"]) == ("tx-1", "")
    assert row["started_local"] == "2026-01-14 13:00:00"
    ran = export(config, "none.csv", "--what", "transactions", "--from", "2026-02-01")
    assert ran.out.startswith("0 rows written")


def test_feeders_are_exported(config: Path) -> None:
    more = ("--what", "feeders", "--feeder", "intake", "--resolution", "day")
    assert export(config, "out.csv", *more).code == 0
    [row] = rows(config)
    assert (row["feeder_id"], row["load_l1_max_a"]) == ("intake", "20.0")
    assert row["starts_local"] == "2026-01-14 00:00:00"


def test_how_limits_were_kept_to_is_exported(config: Path) -> None:
    asyncio.run(limit(config.parent))
    assert export(config, "out.csv", "--what", "proof", "--feeder", "intake").code == 0
    first, second = rows(config)
    assert list(first) == [
        *("site_id", "feeder_id", "starts_at", "starts_local", "limited_by"),
        *(f"{name}_l{line}_a" for name in ("limit", "mean", "peak") for line in (1, 2, 3)),
        *("margin_a", "measured_s", "over_s"),
        *("fed_limited_by", "fed_limit_w", "fed_peak_w", "fed_over_s"),
    ]
    assert (first["starts_local"], first["limited_by"]) == ("2026-01-14 13:00:00", "Nett AS")
    assert (first["limit_l1_a"], first["mean_l1_a"], first["margin_a"]) == ("20.0", "10.0", "8.5")
    assert (first["over_s"], second["over_s"]) == ("30.0", "15.0")
    assert (second["mean_l1_a"], second["measured_s"]) == ("", "0.0")
    ran = export(config, "none.csv", "--what", "proof", "--to", "2026-01-14T13:00")
    assert ran.out.startswith("0 rows written")


async def limit(folder: Path) -> None:
    """Record two quarters of an hour, and a breach over their border."""
    measured = Measured(
        seconds=900.0, load_as=(9000.0, 0.0, 0.0), peak_a=(11.5, 0.0, 0.0), margin_a=8.5
    )
    first = ProofQuarter(
        feeder_id="intake",
        starts_at=NOON,
        limited_by="Nett AS",
        limit_a=(20.0, 20.0, 20.0),
        measured=measured,
    )
    breach = GuardEvent(
        kind=GuardEventKind.OVER_LIMIT,
        at=after(14.5),
        cause="It is a test",
        feeder_id="intake",
        line=1,
        lasted_s=45.0,
    )
    database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
    async with SqlUnitOfWork(database) as uow:
        second = replace(first, starts_at=after(15), measured=None)
        await uow.grid_proof.put("fjordgata", [first, second])
        await uow.guard_events.add("fjordgata", [breach])
        await uow.commit()
    await database.close()


@pytest.mark.parametrize(("name", "magic"), [("out.xlsx", b"PK"), ("out.parquet", b"PAR1")])
def test_format_follows_the_name(config: Path, name: str, magic: bytes) -> None:
    assert export(config, name).code == 0
    assert (config.parent / name).read_bytes()[: len(magic)] == magic


def test_format_may_be_said(config: Path) -> None:
    assert export(config, "out.txt", "--format", "csv").code == 0
    assert len(rows(config, "out.txt")) == 5


@pytest.mark.parametrize(
    ("name", "more", "complaint"),
    [
        ("out.doc", (), "out: expected a name that ends in .csv, .xlsx, .parquet or .pdf, got "),
        ("nowhere/out.csv", (), "out: expected a file in a folder that is there, got "),
        ("out.csv", ("--site", "elsewhere"), "no site is called 'elsewhere'\n"),
        ("out.csv", ("--station", "X-9"), "no station is called 'X-9'\n"),
        ("out.csv", ("--from", "soon"), "from: expected a date or a time such as 2026-01-31"),
        (
            "out.csv",
            ("--from", "2026-01-02", "--to", "2026-01-02"),
            "to: expected a time after 2026-01-02, got 2026-01-02\n",
        ),
        ("out.csv", ("--evse", 1), "evse: expected --station beside it\n"),
        (
            "out.csv",
            ("--what", "transactions", "--resolution", "day"),
            "resolution: expected none for transactions\n",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    config: Path, name: str, more: tuple[object, ...], complaint: str
) -> None:
    ran = export(config, name, *more)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(complaint)
    assert ran.err.count("\n") == 1
    assert not (config.parent / name).exists()


def test_file_of_the_history_that_is_gone_is_told(config: Path) -> None:
    for path in (config.parent / "history").rglob("*.parquet"):
        path.unlink()
    ran = export(config, "out.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "out.csv: cannot be exported: " in ran.err
    assert ran.err.count("\n") == 1
