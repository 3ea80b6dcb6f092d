"""Limits on feeders, across the step that lets a party have several."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlmodel.sql.sqltypes import UTCDateTime

from csms.domain.imposed_limit import LimitParty
from csms.storage.database import Database, DatabaseSettings, _upgrade
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.test_imposed_limits import limit

_BEFORE = "0011"
_TABLE = sa.table(
    "imposed_limit",
    *map(sa.column, ("site_id", "feeder_id", "party")),
    sa.column("amps", sa.JSON()),
    sa.column("from_at", UTCDateTime()),
    sa.column("until_at", UTCDateTime()),
    sa.column("words"),
)


async def test_limit_stays_and_gets_company_and_the_first_stays_if_it_is_undone(
    empty_url: str,
) -> None:
    database = Database(DatabaseSettings(url=empty_url))
    row = {
        "site_id": "fjordgata",
        "feeder_id": "intake",
        "party": "operator",
        "amps": [20.0, 16.5, 0.0],
        "from_at": NOON,
        "until_at": after(30),
        "words": "work on the cable",
    }
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade, _BEFORE)
        await connection.execute(sa.insert(_TABLE), [row])
    await database.upgrade()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.imposed_limits.at_site("fjordgata") == [limit()]
        both = [limit(from_at=after(10)), limit()]
        await uow.imposed_limits.replace("fjordgata", "intake", LimitParty.OPERATOR, both)
        await uow.commit()
    async with database.engine.begin() as connection:
        await connection.run_sync(_downgrade)
        rows = (await connection.execute(sa.select(_TABLE))).mappings().all()
    assert [dict(one) for one in rows] == [row]
    await database.upgrade()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.imposed_limits.at_site("fjordgata") == [limit()]
    await database.close()


def _downgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "csms.storage:migrations")
    config.attributes["connection"] = connection
    command.downgrade(config, _BEFORE)
