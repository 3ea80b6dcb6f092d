"""A site's past by quarters of the hour, out of readings and transactions."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from csms.domain.metering import Measurand, MeterSample
from csms.forecasting.demand_question import Placed, SiteAsked, ask_about
from csms.forecasting.demand_series import Span, read_series
from csms.history.reader import HistoryReader
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.sites import flat, place, small_site
from tests.history.conftest import (
    blank_file,
    blank_template,
    cluster,
    database,
    database_url,
    folder,
)
from tests.history.rig import report
from tests.service.rig import NOON, after
from tests.storage.rig import begun, put_site
from tests.storage.rig import report as told

__all__ = ["blank_file", "blank_template", "cluster", "database", "database_url", "folder"]

SITE = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0, (2,)))


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


def samples(
    minutes: range, measurand: Measurand, value: float, phase: str | None = None
) -> list[MeterSample]:
    return [
        MeterSample(at=after(minute), measurand=measurand, value=value, phase=phase)
        for minute in minutes
    ]


async def read(
    database: Database, folder: Path, minutes: int, asked: SiteAsked | None = None
) -> dict[str, "pd.Series[float]"]:
    asked = asked or ask_about(SITE, SITE.places)
    span = Span(begins_at=NOON - timedelta(days=1), ends_at=after(minutes))
    return await read_series(database, HistoryReader(database, folder), asked, span)


def test_what_is_asked_says_where_chargers_hang() -> None:
    asked = ask_about(SITE, SITE.places)
    assert (asked.site_id, asked.zone, asked.metered) == ("fjordgata", "Europe/Oslo", None)
    assert asked.places[1] == Placed(
        station_id="G-02",
        evse_number=1,
        feeders=("level-2", "intake"),
        lines=(2,),
        w_per_a=230.0,
    )
    loaded = small_site(intake_load=flat(10.0))
    assert ask_about(loaded, loaded.places).metered == "intake"


async def test_power_and_currents_of_feeders_are_sums(database: Database, folder: Path) -> None:
    await report(database, samples(range(31), Measurand.POWER_IMPORT, 6_900.0))
    await report(database, samples(range(31), Measurand.CURRENT_IMPORT, 16.0, "L1"), "G-02")
    found = await read(database, folder, 30)
    assert found["vehicles"].round(1).tolist() == [6_900.0 + 3_680.0] * 2
    assert found["feeder:level-1"].round(1).tolist() == [10.0, 10.0]
    assert found["feeder:level-2"].round(1).tolist() == [16.0, 16.0]
    assert found["feeder:intake"].round(1).tolist() == [26.0, 26.0]  # both are on L2
    assert found["vehicles"].index[0] == pd.Timestamp(NOON)


async def test_energy_of_registers_outranks_power(database: Database, folder: Path) -> None:
    registers = [
        MeterSample(
            at=after(minute), measurand=Measurand.ENERGY_IMPORT_REGISTER, value=100.0 * minute
        )
        for minute in range(16)
    ]
    await report(database, registers)
    found = await read(database, folder, 15)
    assert found["vehicles"].round(1).tolist() == [6_000.0]


async def test_vehicles_that_come_are_counted(database: Database, folder: Path) -> None:
    await report(database, samples(range(46), Measurand.POWER_IMPORT, 0.0))
    for number, minute in enumerate((1, 2, 31)):
        await begun(database, told(transaction=f"tx-{number}", at=after(minute)))
    found = await read(database, folder, 45)
    assert found["arrivals"].tolist() == [2.0, 0.0, 1.0]


async def test_root_that_is_metered_is_what_its_meter_shows(
    database: Database, folder: Path
) -> None:
    async with SqlUnitOfWork(database) as uow:
        for minute in range(30):
            currents = {
                "load_a": (20.0, 30.0, 10.0),
                "limit_a": (63.0, 63.0, 63.0),
                "uncontrolled_a": (5.0, 5.0, 5.0),
            }
            await uow.control.add_feeder_reading("fjordgata", "intake", after(minute), currents)
        await uow.commit()
    loaded = small_site(*SITE.places, intake_load=flat(10.0))
    found = await read(database, folder, 30, ask_about(loaded, loaded.places))
    assert found["feeder:intake"].tolist() == [30.0, 30.0]
    assert found["vehicles"].tolist() == [0.0, 0.0]


async def test_what_nobody_measured_is_as_a_week_before(database: Database, folder: Path) -> None:
    week = 7 * 24 * 60
    await report(database, samples(range(31), Measurand.POWER_IMPORT, 6_900.0))
    await report(database, samples(range(week + 30, week + 46), Measurand.POWER_IMPORT, 2_300.0))
    asked = ask_about(SITE, SITE.places)
    span = Span(begins_at=NOON, ends_at=after(week + 45))
    found = await read_series(database, HistoryReader(database, folder), asked, span)
    last = found["vehicles"].iloc[-3:].round(1).tolist()
    assert last == [6_900.0, 6_900.0, 2_300.0]


async def test_site_of_which_nothing_is_known_has_no_series(
    database: Database, folder: Path
) -> None:
    assert await read(database, folder, 30) == {}
