"""What is usual: a session of its own, objects and a commit for every message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from zlib import crc32

import orjson
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from csms.domain.events import MetersSampled, TransactionReported
from csms.domain.metering import gather_reading
from csms.storage.database import Database, DatabaseSettings
from csms.storage.tables import MeterReadingRow, TransactionEventRow, TransactionRow


class PlainDesk:
    """Keeps what the desk keeps of meter values and transaction reports, message by message.

    Nothing is judged, no site is brought up to date. SQLite has one writer at a time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        is_sqlite = database.engine.dialect.name == "sqlite"
        self._turn = asyncio.Lock() if is_sqlite else nullcontext()

    async def handle(self, event: MetersSampled | TransactionReported) -> None:
        """Keep a message; return after its commit."""
        reading = gather_reading(event.samples)
        samples = orjson.dumps([[one.measurand, one.value, one.phase] for one in event.samples])
        async with self._turn, AsyncSession(self._database.engine) as session:
            query = select(TransactionRow).where(
                TransactionRow.station_id == event.station_id,
                TransactionRow.transaction_id == event.transaction,
            )
            transaction = (await session.exec(query)).one()
            if reading is not None and reading.register_wh is not None:
                transaction.energy_wh = reading.register_wh
            at = event.samples[0].at
            session.add(
                MeterReadingRow(
                    at=at,
                    station_id=event.station_id,
                    evse_number=1,
                    digest=crc32(samples),
                    transaction_number=transaction.number,
                    samples=samples.decode(),
                )
            )
            if isinstance(event, TransactionReported):
                session.add(
                    TransactionEventRow(
                        at=at,
                        station_id=event.station_id,
                        transaction_id=str(event.transaction),
                        seq_no=event.seq_no or 0,
                        stage=str(event.stage),
                        received_at=at,
                    )
                )
            await session.commit()


@asynccontextmanager
async def open_plain_desk(url: str) -> AsyncIterator[PlainDesk]:
    """Open such a desk on a database that has tables, stations and transactions."""
    database = Database(DatabaseSettings(url=url))
    try:
        yield PlainDesk(database)
    finally:
        await database.close()
