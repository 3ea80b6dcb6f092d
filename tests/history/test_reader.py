"""Reading what is wanted of the history, wherever it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from csms.domain.metering import Measurand, MeterSample
from csms.history.subjects import FEEDERS, Resolution
from csms.storage.database import Database
from csms.storage.history import Selection
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.history.rig import energies, read, readings, registers, report, run
from tests.service.rig import NOON, after
from tests.storage.rig import put_site


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def test_only_what_is_wanted_is_read_from_files_and_from_the_database(
    database: Database, folder: Path
) -> None:
    for station_id in ("G-01", "G-02"):
        await report(database, readings((0, 100.0), (30, 200.0)), station_id)
    await run(database, folder, NOON + timedelta(hours=3))
    for station_id in ("G-01", "G-02"):
        await report(database, readings((180, 300.0), (200, 400.0)), station_id)
    wanted = Selection(station_id="G-02", begins_at=after(30), ends_at=after(200))
    found = await read(database, folder, Resolution.RAW, wanted)
    assert registers(found) == [("G-02", 30.0, 200.0), ("G-02", 180.0, 300.0)]
    steps = await read(database, folder, Resolution.QUARTER, wanted)
    assert energies(steps) == [(30.0, 0.0), (180.0, 175.0), (195.0, 25.0)]
    assert (await read(database, folder, Resolution.RAW, Selection(evse_number=2))).empty
    assert (await read(database, folder, Resolution.DAY, Selection(site_id="elsewhere"))).empty


async def test_empty_history_has_its_columns(database: Database, folder: Path) -> None:
    found = await read(database, folder, Resolution.RAW)
    assert list(found.columns) == [
        *("site_id", "station_id", "evse_number", "measured_at", "transaction_number"),
        *("register_wh", "power_w", "current_l1_a", "current_l2_a", "current_l3_a"),
        *("soc_pct", "samples"),
    ]
    assert (await read(database, folder, Resolution.DAY)).empty


async def test_reading_keeps_all_that_it_told(database: Database, folder: Path) -> None:
    voltage = MeterSample(at=NOON, measurand=Measurand.VOLTAGE, value=231.4, phase="L1-N")
    signed = MeterSample(
        at=NOON, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=None, signed="AP;0;3;ALCV3"
    )
    await report(database, (*readings((0, 5.0)), voltage, signed))
    await run(database, folder, NOON + timedelta(hours=3))
    [row] = (await read(database, folder, Resolution.RAW)).to_dict("records")
    assert (row["register_wh"], row["transaction_number"]) == (5.0, 7)
    assert row["samples"] == (
        '[["Energy.Active.Import.Register",5.0],["Voltage",231.4,"L1-N"],'
        '["Energy.Active.Import.Register",null,null,"Sample.Periodic","Outlet","AP;0;3;ALCV3"]]'
    )


async def test_days_are_those_of_the_sites_clocks(database: Database, folder: Path) -> None:
    forward = datetime(2026, 3, 29, tzinfo=UTC)  # Oslo puts its clocks forward at 1:00 UTC
    samples = [
        MeterSample(
            at=forward + timedelta(hours=hours),
            measurand=Measurand.ENERGY_IMPORT_REGISTER,
            value=1000.0 + 100 * hours,
        )
        for hours in range(-2, 26)
    ]
    await report(database, samples)
    for _ in range(2):
        found = await read(database, folder, Resolution.DAY)
        assert [at.isoformat() for at in found["starts_at"]] == [
            "2026-03-27T23:00:00+00:00",
            "2026-03-28T23:00:00+00:00",
            "2026-03-29T22:00:00+00:00",
        ]
        assert found["energy_wh"].tolist() == pytest.approx([100.0, 2300.0, 300.0])
        await run(database, folder, forward + timedelta(days=2))


async def test_gain_over_midnight_is_shared_by_both_days(database: Database, folder: Path) -> None:
    midnight = 11 * 60  # in Oslo, in minutes after noon in UTC
    await report(database, readings((midnight - 10, 1000.0)))
    await run(database, folder, after(midnight + 115), after_h=2)
    await report(database, readings((midnight + 20, 1300.0)))
    await run(database, folder, after(midnight + 300))
    found = await read(database, folder, Resolution.DAY)
    assert found["energy_wh"].tolist() == pytest.approx([100.0, 200.0])


async def test_register_is_remembered_over_a_long_silence(database: Database, folder: Path) -> None:
    await report(database, readings((0, 1000.0)))
    await run(database, folder, NOON + timedelta(hours=3))
    forty_days = 40 * 24 * 60
    await report(database, readings((forty_days, 1500.0)))
    for _ in range(2):
        found = await read(database, folder, Resolution.QUARTER)
        assert energies(found) == [(0.0, 0.0), (forty_days, 500.0)]
        await run(database, folder, NOON + timedelta(days=41))


async def test_station_without_a_site_has_a_history_too(database: Database, folder: Path) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.add("lonely", None)
        await uow.commit()
    await report(database, readings((0, 100.0), (1, 160.0)), "lonely")
    await run(database, folder, NOON + timedelta(hours=3))
    found = await read(database, folder, Resolution.DAY)
    assert found[["site_id", "station_id", "energy_wh"]].to_numpy().tolist() == [
        ["", "lonely", 60.0]
    ]


async def test_feeders_have_their_load_limit_and_building_by_line(
    database: Database, folder: Path
) -> None:
    async with SqlUnitOfWork(database) as uow:
        for minutes in (0, 1, 20):
            currents = {
                "load_a": (10.0 + minutes, 5.0, 0.0),
                "limit_a": (63.0 - minutes, 63.0, 63.0),
                "uncontrolled_a": (4.0, 3.0, 2.0 + minutes),
            }
            await uow.control.add_feeder_reading("fjordgata", "intake", after(minutes), currents)
        await uow.commit()
    for _ in range(2):
        raw = await read(database, folder, Resolution.RAW, subject=FEEDERS)
        assert raw["load_l1_a"].tolist() == [10.0, 11.0, 30.0]
        [first, second] = (
            await read(database, folder, Resolution.QUARTER, subject=FEEDERS)
        ).to_dict("records")
        assert (first["feeder_id"], first["starts_at"]) == ("intake", NOON)
        assert (first["load_l1_mean_a"], first["load_l1_max_a"]) == (10.5, 11.0)
        assert (first["limit_l1_min_a"], first["uncontrolled_l3_mean_a"]) == (62.0, 2.5)
        assert (second["starts_at"], second["load_l1_max_a"]) == (after(15), 30.0)
        await run(database, folder, NOON + timedelta(hours=3))
    async with database.reading() as connection:
        left = await connection.execute(text("SELECT count(*) FROM feeder_reading"))
        assert left.scalar_one() == 0
    wanted = Selection(feeder_id="panel")
    assert (await read(database, folder, Resolution.RAW, wanted, FEEDERS)).empty
