"""Units of work: what is kept together or not at all."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from csms.service.access_stores import AccessStore, AuditStore
from csms.service.answer_store import AnswerStore
from csms.service.connector_store import ConnectorOrderStore
from csms.service.demand_store import DemandStore
from csms.service.forecast_store import ForecastStore
from csms.service.grid_stores import GridAgreementStore, GridProofStore, GridStore
from csms.service.notice_stores import (
    ExternalLimitStore,
    ImposedLimitStore,
    JobStore,
    LocalListStore,
    NoticeStore,
    TimetableStore,
    VariableStore,
)
from csms.service.price_stores import CostStore, PriceStore
from csms.service.stores import (
    AttemptStore,
    ControlStore,
    DialectStore,
    EvseBandStore,
    GuardEventStore,
    SecurityStore,
    SiteDayStore,
    SiteStore,
    SiteVersionStore,
    StationStore,
    TokenStore,
    TransactionStore,
)
from csms.service.weather_store import WeatherStore


class UnitOfWork(AbstractAsyncContextManager["UnitOfWork"], Protocol):
    """All that one message changes, kept whole or not at all."""

    @property
    def sites(self) -> SiteStore:
        """Sites."""
        ...

    @property
    def evse_bands(self) -> EvseBandStore:
        """How EVSEs were."""
        ...

    @property
    def site_versions(self) -> SiteVersionStore:
        """Versions of site files."""
        ...

    @property
    def stations(self) -> StationStore:
        """Stations."""
        ...

    @property
    def tokens(self) -> TokenStore:
        """Id tokens."""
        ...

    @property
    def transactions(self) -> TransactionStore:
        """Transactions."""
        ...

    @property
    def control(self) -> ControlStore:
        """Plans and limits."""
        ...

    @property
    def dialects(self) -> DialectStore:
        """How makes of stations take charging profiles."""
        ...

    @property
    def local_lists(self) -> LocalListStore:
        """Local lists of stations."""
        ...

    @property
    def jobs(self) -> JobStore:
        """Jobs of stations."""
        ...

    @property
    def notices(self) -> NoticeStore:
        """What stations have told beside charging."""
        ...

    @property
    def variables(self) -> VariableStore:
        """What stations have told of their components."""
        ...

    @property
    def external_limits(self) -> ExternalLimitStore:
        """What others limit stations to."""
        ...

    @property
    def guard_events(self) -> GuardEventStore:
        """What the guard of the limits has noted."""
        ...

    @property
    def imposed_limits(self) -> ImposedLimitStore:
        """What others than the site files limit feeders to."""
        ...

    @property
    def connector_orders(self) -> ConnectorOrderStore:
        """What the operator has decided of single connectors."""
        ...

    @property
    def grid(self) -> GridStore:
        """What grid companies have sent."""
        ...

    @property
    def grid_agreements(self) -> GridAgreementStore:
        """What was agreed on with grid companies."""
        ...

    @property
    def grid_proof(self) -> GridProofStore:
        """How feeders kept to their limits."""
        ...

    @property
    def timetables(self) -> TimetableStore:
        """When vehicles of fleets leave."""
        ...

    @property
    def demand(self) -> DemandStore:
        """What sites are expected to need."""
        ...

    @property
    def site_days(self) -> SiteDayStore:
        """What was counted of sites, day by day."""
        ...

    @property
    def prices(self) -> PriceStore:
        """Prices of energy."""
        ...

    @property
    def weather(self) -> WeatherStore:
        """Outdoor temperatures."""
        ...

    @property
    def costs(self) -> CostStore:
        """What sites have drawn, and what transactions have cost."""
        ...

    @property
    def forecasts(self) -> ForecastStore:
        """Models of stays, and what they said."""
        ...

    @property
    def security(self) -> SecurityStore:
        """Credentials and security events."""
        ...

    @property
    def attempts(self) -> AttemptStore:
        """Who has tried to connect."""
        ...

    @property
    def access(self) -> AccessStore:
        """Users, their logins and keys."""
        ...

    @property
    def audit(self) -> AuditStore:
        """Who has changed or commanded what."""
        ...

    @property
    def answers(self) -> AnswerStore:
        """Answers to requests that name their order."""
        ...

    def commit(self) -> Awaitable[None]:
        """Keep everything; done when it is kept. What is not committed is forgotten."""
        ...


OpenUnitOfWork: TypeAlias = Callable[[], UnitOfWork]
"""Opens a new unit of work."""
