"""The unit of work: all that one message changes, kept whole or not at all."""

from csms.storage.access import AccessRepository
from csms.storage.answers import AnswerRepository
from csms.storage.attempts import AttemptRepository
from csms.storage.audit import AuditRepository
from csms.storage.connector_orders import ConnectorOrderRepository
from csms.storage.control import ControlRepository
from csms.storage.database import Database
from csms.storage.demand import DemandRepository
from csms.storage.dialects import DialectRepository
from csms.storage.evse_bands import EvseBandRepository
from csms.storage.external_limits import ExternalLimitRepository
from csms.storage.forecasts import ForecastRepository
from csms.storage.grid import GridRepository
from csms.storage.grid_agreements import GridAgreementRepository
from csms.storage.grid_proof import GridProofRepository
from csms.storage.guard_events import GuardEventRepository
from csms.storage.history import HistoryRepository
from csms.storage.imposed_limits import ImposedLimitRepository
from csms.storage.jobs import JobRepository
from csms.storage.local_lists import LocalListRepository
from csms.storage.notices import NoticeRepository, VariableRepository
from csms.storage.prices import CostRepository, PriceRepository
from csms.storage.security import SecurityRepository
from csms.storage.site_days import SiteDayRepository
from csms.storage.site_versions import SiteVersionRepository
from csms.storage.stations import SiteRepository, StationRepository, TokenRepository
from csms.storage.timetables import TimetableRepository
from csms.storage.transactions import TransactionRepository
from csms.storage.unit import Unit
from csms.storage.weather import WeatherRepository


class SqlUnitOfWork(Unit):
    """A unit on the database, and the repositories on it.

    It does not hold those, so that it is gone when it is done, without a cycle.

    Args:
        database: Where things are kept.
    """

    __slots__ = ()

    def __init__(self, database: Database) -> None:
        super().__init__(database.writer, database.insert)

    @property
    def sites(self) -> SiteRepository:
        """Sites."""
        return SiteRepository(self)

    @property
    def stations(self) -> StationRepository:
        """Stations."""
        return StationRepository(self)

    @property
    def tokens(self) -> TokenRepository:
        """Id tokens."""
        return TokenRepository(self)

    @property
    def transactions(self) -> TransactionRepository:
        """Transactions."""
        return TransactionRepository(self)

    @property
    def control(self) -> ControlRepository:
        """Plans and limits."""
        return ControlRepository(self)

    @property
    def dialects(self) -> DialectRepository:
        """How makes of stations take charging profiles."""
        return DialectRepository(self)

    @property
    def local_lists(self) -> LocalListRepository:
        """Local lists of stations."""
        return LocalListRepository(self)

    @property
    def jobs(self) -> JobRepository:
        """Jobs of stations."""
        return JobRepository(self)

    @property
    def notices(self) -> NoticeRepository:
        """What stations have told beside charging."""
        return NoticeRepository(self)

    @property
    def variables(self) -> VariableRepository:
        """What stations have told of their components."""
        return VariableRepository(self)

    @property
    def external_limits(self) -> ExternalLimitRepository:
        """What others limit stations to."""
        return ExternalLimitRepository(self)

    @property
    def guard_events(self) -> GuardEventRepository:
        """What the guard of the limits has noted."""
        return GuardEventRepository(self)

    @property
    def imposed_limits(self) -> ImposedLimitRepository:
        """What others than the site files limit feeders to."""
        return ImposedLimitRepository(self)

    @property
    def connector_orders(self) -> ConnectorOrderRepository:
        """What the operator has decided of single connectors."""
        return ConnectorOrderRepository(self)

    @property
    def grid(self) -> GridRepository:
        """What grid companies have sent."""
        return GridRepository(self)

    @property
    def grid_agreements(self) -> GridAgreementRepository:
        """What was agreed on with grid companies."""
        return GridAgreementRepository(self)

    @property
    def grid_proof(self) -> GridProofRepository:
        """How feeders kept to their limits."""
        return GridProofRepository(self)

    @property
    def evse_bands(self) -> EvseBandRepository:
        """How EVSEs were."""
        return EvseBandRepository(self)

    @property
    def site_versions(self) -> SiteVersionRepository:
        """Versions of site files."""
        return SiteVersionRepository(self)

    @property
    def timetables(self) -> TimetableRepository:
        """When vehicles of fleets leave."""
        return TimetableRepository(self)

    @property
    def demand(self) -> DemandRepository:
        """What sites are expected to need."""
        return DemandRepository(self)

    @property
    def site_days(self) -> SiteDayRepository:
        """What was counted of sites, day by day."""
        return SiteDayRepository(self)

    @property
    def prices(self) -> PriceRepository:
        """Prices of energy."""
        return PriceRepository(self)

    @property
    def weather(self) -> WeatherRepository:
        """Outdoor temperatures."""
        return WeatherRepository(self)

    @property
    def costs(self) -> CostRepository:
        """What sites have drawn, and what transactions have cost."""
        return CostRepository(self)

    @property
    def forecasts(self) -> ForecastRepository:
        """Models of stays, and what they said."""
        return ForecastRepository(self)

    @property
    def security(self) -> SecurityRepository:
        """Credentials and security events."""
        return SecurityRepository(self)

    @property
    def attempts(self) -> AttemptRepository:
        """Who has tried to connect."""
        return AttemptRepository(self)

    @property
    def access(self) -> AccessRepository:
        """Users, their logins and keys."""
        return AccessRepository(self)

    @property
    def audit(self) -> AuditRepository:
        """Who has changed or commanded what."""
        return AuditRepository(self)

    @property
    def history(self) -> HistoryRepository:
        """The history's files."""
        return HistoryRepository(self)

    @property
    def answers(self) -> AnswerRepository:
        """Answers to requests that name their order."""
        return AnswerRepository(self)
