"""The unit of work: all that one message changes, kept whole or not at all."""

from functools import cached_property

from csms.storage.control import ControlRepository
from csms.storage.database import Database
from csms.storage.history import HistoryRepository
from csms.storage.stations import SiteRepository, StationRepository, TokenRepository
from csms.storage.transactions import TransactionRepository
from csms.storage.unit import Unit


class SqlUnitOfWork(Unit):
    """A unit on the database, and the repositories on it.

    Args:
        database: Where things are kept.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database.writer, database.insert)

    @cached_property
    def sites(self) -> SiteRepository:
        """Sites."""
        return SiteRepository(self)

    @cached_property
    def stations(self) -> StationRepository:
        """Stations."""
        return StationRepository(self)

    @cached_property
    def tokens(self) -> TokenRepository:
        """Id tokens."""
        return TokenRepository(self)

    @cached_property
    def transactions(self) -> TransactionRepository:
        """Transactions."""
        return TransactionRepository(self)

    @cached_property
    def control(self) -> ControlRepository:
        """Plans and limits."""
        return ControlRepository(self)

    @cached_property
    def history(self) -> HistoryRepository:
        """The history's files."""
        return HistoryRepository(self)
