"""Sites, stations, EVSEs and connectors as they are kept."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId
from csms.domain.known_station import KnownStation
from csms.domain.limits import Standing, TimedLimit
from csms.domain.site import Earthing
from csms.domain.station import ChargingState, ConnectorStatus, StationModel
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.storage.rig import G1, SITE, add_sent_limit, known, put_site, report, sample

LONGEST_ID = "é" * 48


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


def status(number: int = 1, **more: Any) -> StatusChanged:
    fields = {
        "station_id": "G-01",
        "evse_number": 1,
        "status": ConnectorStatus.OCCUPIED,
        **more,
    }
    return StatusChanged(connector_number=number, **fields)


async def test_site_is_kept_with_its_tree_and_stations(database: Database) -> None:
    assert await rows(database, "SELECT id, name, timezone, earthing, voltage_v FROM site") == [
        ("fjordgata", "Fjordgata", "Europe/Oslo", "TN", 230.0)
    ]
    tree = await rows(database, "SELECT id, name, parent_id FROM feeder ORDER BY position")
    assert tree == [
        ("intake", "Intake", None),
        ("level-1", "Level 1", "intake"),
        ("level-2", "Level 2", "intake"),
    ]
    assert await rows(database, "SELECT id, site_id FROM station ORDER BY id") == [
        ("G-01", "fjordgata"),
        ("G-02", "fjordgata"),
    ]


async def test_site_file_that_has_changed_replaces_what_it_said(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_standing(G1, Standing.HELD, 6.0, NOON)
        await uow.stations.note_connected("G-01", "1.6", NOON)
        changed = replace(
            small_site(place("G-01", "intake", 6.0), place("G-03", "intake", 6.0)),
            earthing=Earthing.IT,
            feeders=SITE.feeders[:1],
        )
        await uow.sites.put(changed)
        await uow.commit()
    assert await rows(database, "SELECT id FROM feeder") == [("intake",)]
    assert await rows(database, "SELECT earthing FROM site") == [("IT",)]
    assert await rows(database, "SELECT id FROM station ORDER BY id") == [
        ("G-01",),
        ("G-02",),  # its transactions stay readable
        ("G-03",),
    ]
    async with SqlUnitOfWork(database) as uow:  # what was learned of a station stays
        assert await known(uow, "G-01") == KnownStation(
            protocol="1.6", has_reported=False, standings={1: (Standing.HELD, 6.0)}, connectors={}
        )


async def test_station_introduces_itself(database: Database) -> None:
    model = StationModel(vendor="Vendør", model="M-7", serial="0001", firmware="1.2")
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_connected("G-01", "2.0.1", NOON)
        await uow.stations.note_boot("G-01", model, after(1))
        await uow.stations.note_seen("G-01", after(2))
        await uow.commit()
    assert await Queries(database).station("G-01") == {
        "id": "G-01",
        "site_id": "fjordgata",
        "is_guest": False,
        "protocol": "2.0.1",
        "vendor": "Vendør",
        "model": "M-7",
        "serial": "0001",
        "firmware": "1.2",
        "booted_at": after(1),
        "seen_at": after(2),
        "registration": None,
    }


async def test_station_is_known_by_name_or_by_visit(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        assert await uow.stations.is_known("G-01")
        assert not await uow.stations.is_known("g-01")
        assert not await uow.stations.is_known(LONGEST_ID)
        assert await uow.stations.add(LONGEST_ID, None)
        assert not await uow.stations.add(LONGEST_ID, "fjordgata")
        assert await uow.stations.is_known(LONGEST_ID)
        assert await known(uow, "nobody") is None


async def test_guests_of_a_site_are_told_apart(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        for station_id in ("visitor-2", "visitor-1"):
            await uow.stations.adopt(station_id, "fjordgata")
        await uow.commit()
        assert await uow.stations.guests_of("fjordgata") == ["visitor-1", "visitor-2"]
        assert await uow.stations.guests_of("elsewhere") == []
        assert await known(uow, "visitor-1") == KnownStation(
            protocol=None,
            has_reported=False,
            standings={1: (Standing.UNKNOWN, 0.0)},
            connectors={},
        )


async def test_guest_that_is_given_a_place_is_none_any_more(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.adopt("G-03", "fjordgata")
        await uow.sites.put(small_site(place("G-03", "level-1", 6.0)))
        assert await uow.stations.guests_of("fjordgata") == []


async def test_guest_that_did_nothing_leaves_no_trace(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.adopt("visitor", "fjordgata")
        await uow.stations.note_boot("visitor", StationModel(vendor="N", model="M"), NOON)
        await uow.stations.note_status(status(station_id="visitor"), NOON)
        await uow.stations.drop_guest("visitor")
        await uow.commit()
        assert await uow.stations.guests_of("fjordgata") == []
        assert await known(uow, "visitor") is None
    assert await rows(database, "SELECT id FROM station ORDER BY id") == [("G-01",), ("G-02",)]
    for table in ("connector", "evse"):
        query = f"SELECT station_id FROM {table} WHERE station_id = 'visitor'"  # noqa: S608
        assert await rows(database, query) == []


async def test_guest_that_was_sent_a_limit_stays_readable_without_a_site(
    database: Database,
) -> None:
    limit = TimedLimit(starts_at=NOON, ends_at=after(15), steps=((0, 6.0),))
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.adopt("visitor", "fjordgata")
        await add_sent_limit(uow, EvseId("visitor", 1), limit, NOON, {"purpose": "tx"})
        await uow.stations.drop_guest("visitor")
        await uow.commit()
        assert await uow.stations.guests_of("fjordgata") == []
    assert await rows(database, "SELECT number FROM evse WHERE station_id = 'visitor'") == []
    row = await Queries(database).station("visitor")
    assert row is not None
    assert (row["site_id"], row["is_guest"]) == (None, False)


async def test_station_has_reported_once_it_booted_or_told_a_status(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_connected("G-01", "1.6", NOON)
        assert await reporters(uow) == []
        await uow.stations.note_status(status(), NOON)
        assert await reporters(uow) == ["G-01"]
        await uow.stations.note_boot("G-02", StationModel(vendor="N", model="M"), NOON)
        assert await reporters(uow) == ["G-01", "G-02"]


async def reporters(uow: SqlUnitOfWork) -> list[str]:
    """The stations of the site that have told anything of themselves."""
    stations = await uow.stations.known_at("fjordgata")
    return sorted(name for name, station in stations.items() if station.has_reported)


@pytest.mark.parametrize("what", ["a transaction", "a limit", "a reading"])
async def test_station_has_reported_that_did_something(database: Database, what: str) -> None:
    limit = TimedLimit(starts_at=NOON, ends_at=after(15), steps=((0, 6.0),))
    async with SqlUnitOfWork(database) as uow:
        match what:
            case "a transaction":
                await uow.transactions.begin(report(station_id="G-02"))
            case "a limit":
                facts = {"purpose": "tx"}
                await add_sent_limit(uow, EvseId("G-02", 1), limit, NOON, facts)
            case "a reading":
                await uow.transactions.add_samples("G-02", 1, None, [sample()])
        assert await reporters(uow) == ["G-02"]


async def test_newest_standing_of_an_evse_counts(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_standing(G1, Standing.HELD, 6.0, NOON)
        await uow.stations.note_standing(G1, Standing.UNKNOWN, 8.5, after(1))
        await uow.stations.note_standing(EvseId("G-01", 2), Standing.HELD, 0.0, NOON)
        await uow.commit()
        station = await known(uow, "G-01")
        assert station is not None
        assert station.standings == {
            1: (Standing.UNKNOWN, 8.5),
            2: (Standing.HELD, 0.0),
        }


async def test_status_of_the_first_connector_stands_for_its_evse(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_status(status(charging_state=ChargingState.CHARGING), NOON)
        await uow.stations.note_status(status(2, status=ConnectorStatus.FAULTED), NOON)
        await uow.stations.note_status(
            status(0, evse_number=0, status=ConnectorStatus.AVAILABLE), NOON
        )
        await uow.commit()
        stations = await uow.stations.known_at("fjordgata")
        assert stations["G-01"].connectors == {
            0: (ConnectorStatus.AVAILABLE, None),
            1: (ConnectorStatus.OCCUPIED, ChargingState.CHARGING),
        }
        assert stations["G-02"].connectors == {}


async def test_newest_status_replaces_the_one_before(database: Database) -> None:
    broken = status(status=ConnectorStatus.FAULTED, error_code="GroundFailure", detail="é", at=NOON)
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_status(broken, after(1))
        await uow.commit()
    query = "SELECT status, error_code, detail FROM connector"
    assert await rows(database, query) == [("faulted", "GroundFailure", "é")]
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_status(status(status=ConnectorStatus.AVAILABLE), after(2))
        await uow.commit()
    assert await rows(database, query) == [("available", None, None)]
