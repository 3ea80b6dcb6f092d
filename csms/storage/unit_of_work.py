"""The unit of work: all that one message changes, kept whole or not at all."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from csms.storage.control import ControlRepository
from csms.storage.database import Database
from csms.storage.stations import SiteRepository, StationRepository, TokenRepository
from csms.storage.transactions import TransactionRepository


class SqlUnitOfWork:
    """One database transaction and the repositories on it."""

    sites: SiteRepository
    stations: StationRepository
    tokens: TokenRepository
    transactions: TransactionRepository
    control: ControlRepository

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stack = AsyncExitStack()
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        connection = await self._stack.enter_async_context(self._database.writing())
        self._connection = connection
        self.sites = SiteRepository(connection)
        self.stations = StationRepository(connection)
        self.tokens = TokenRepository(connection)
        self.transactions = TransactionRepository(connection)
        self.control = ControlRepository(connection)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def commit(self) -> None:
        """Keep everything. What is not committed is forgotten."""
        if self._connection is None:
            raise RuntimeError("commit outside of the unit of work")
        await self._connection.commit()
