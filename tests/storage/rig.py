"""Rows to start from: a site, its stations, and what stations report."""

from datetime import datetime
from typing import Any, Final

from csms.domain.authorization import IdToken
from csms.domain.events import TransactionReported
from csms.domain.identity import EvseId
from csms.domain.known_station import KnownStation
from csms.domain.limits import TimedLimit
from csms.domain.metering import Measurand, MeterSample
from csms.domain.transaction import Transaction, TransactionStage
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.sites import place, small_site
from tests.service.rig import NOON

CARD: Final = IdToken("04A2B3C4")
G1: Final = EvseId("G-01", 1)
SITE: Final = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 0.0))


async def put_site(database: Database) -> None:
    """Keep the site and its two stations."""
    async with SqlUnitOfWork(database) as uow:
        await uow.sites.put(SITE)
        await uow.commit()


def start_v16(**more: Any) -> TransactionReported:
    """A StartTransaction: the station has no id for it."""
    return report(**{"transaction": None, "id_token": CARD, "register_wh": 1000.0, **more})


def report(**more: Any) -> TransactionReported:
    """A report on a transaction of G-01, its start unless it says otherwise."""
    fields: dict[str, Any] = {
        "station_id": "G-01",
        "stage": TransactionStage.STARTED,
        "at": NOON,
        "transaction": "tx-1",
        "evse_number": 1,
        "connector_number": 1,
    }
    return TransactionReported(**fields | more)


def sample(**more: Any) -> MeterSample:
    """A register of an energy meter."""
    fields: dict[str, Any] = {
        "at": NOON,
        "measurand": Measurand.ENERGY_IMPORT_REGISTER,
        "value": 1000.0,
    }
    return MeterSample(**fields | more)


async def begun(database: Database, event: TransactionReported) -> tuple[Transaction, bool]:
    """Begin a transaction in a unit of work of its own."""
    async with SqlUnitOfWork(database) as uow:
        found = await uow.transactions.begin(event)
        await uow.commit()
    return found


async def known(uow: SqlUnitOfWork, station_id: str) -> KnownStation | None:
    """What is known of a station of the site, None if the site has none of that name."""
    return (await uow.stations.known_at(SITE.site_id)).get(station_id)


async def open_of(uow: SqlUnitOfWork, station_id: str) -> list[Transaction]:
    """Transactions that run at a station of the site."""
    running = await uow.transactions.running_at(SITE.site_id)
    return [one for one in running if one.station_id == station_id]


async def add_sent_limit(
    uow: SqlUnitOfWork, evse: EvseId, limit: TimedLimit, sent_at: datetime, facts: dict[str, Any]
) -> int:
    """Keep one limit before it is sent; return its number."""
    return (await uow.control.add_sent_limits([(evse, limit, facts)], sent_at))[evse]
