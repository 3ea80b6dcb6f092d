"""What a test lets be done at connectors."""

from datetime import datetime, timedelta

from csms.domain.commands import CommandStatus, Outcome
from csms.domain.connector_limit import ConnectorLimit
from csms.domain.errors import ChargeFlexError
from csms.domain.identity import EvseId
from csms.service.connector_course import ConnectorCourse, PowerSteps
from csms.service.connector_orders import LimitedConnector
from csms.service.plan_outlook import PriceOutlook
from tests.service.rig import NOON


class FakeConnectors:
    """Notes what is done, and answers as a test says.

    Attributes:
        done: What, and where.
        outcome: What stations answer to a start or a stop.
        warning: What is warned of with a limit.
        fault: Raised in place of an answer.
        has_prices: Whether the site has prices.
    """

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.outcome = Outcome(status=CommandStatus.ACCEPTED)
        self.warning = ""
        self.fault: ChargeFlexError | None = None
        self.has_prices = True

    async def start(self, evse_id: EvseId, token: str, _order: str | None) -> Outcome:
        """Start a transaction."""
        self._note("start", evse_id, token)
        return self.outcome

    async def stop(self, evse_id: EvseId, _order: str | None) -> Outcome:
        """Stop a transaction."""
        self._note("stop", evse_id)
        return self.outcome

    async def boost(self, evse_id: EvseId) -> None:
        """Charge a vehicle first."""
        self._note("boost", evse_id)

    async def end_boost(self, evse_id: EvseId) -> None:
        """Charge it as all others."""
        self._note("end_boost", evse_id)

    async def limit(
        self, evse_id: EvseId, amps: float, until_at: datetime | None, words: str
    ) -> LimitedConnector:
        """Limit a connector."""
        self._note("limit", evse_id, amps, until_at, words)
        limit = ConnectorLimit(evse=evse_id, amps=amps, from_at=NOON)
        return LimitedConnector(limit=limit, least_a=0.0, warning=self.warning)

    async def release(self, evse_id: EvseId) -> None:
        """Limit it no longer."""
        self._note("release", evse_id)

    async def of(self, _evse_id: EvseId, *, is_recent: bool) -> ConnectorCourse:
        """Two hours of 7 kW, of which 11 kW were allowed, and then 5 kW; prices of a day.

        Of the hour that is known at once, 4 kW are told.
        """
        since = NOON - timedelta(minutes=60 if is_recent else 120)
        minutes = [since + timedelta(minutes=minute) for minute in range(121)]
        minutes = [at for at in minutes if at <= NOON]
        hours = [NOON + timedelta(hours=hour) for hour in range(-2, 5)]
        prices = PriceOutlook(
            unit="NOK/kWh",
            t=tuple(at.timestamp() for at in hours),
            per_kwh=(1.2, 1.4, 1.9, 2.1, 0.8, 0.7, 0.7),
            is_assumed=(False,) * 7,
        )
        planned = [hours[0], NOON, hours[3], hours[5], hours[6]]
        return ConnectorCourse(
            begins_at=hours[0],
            now=NOON,
            ends_at=hours[6],
            drawn=PowerSteps(
                t=tuple(at.timestamp() for at in minutes),
                w=(4000.0 if is_recent else 7000.0,) * len(minutes),
            ),
            drawn_from=since,
            planned=PowerSteps(
                t=tuple(at.timestamp() for at in planned),
                w=(11_000.0, 5_000.0, 11_000.0, 0.0, 0.0),
            ),
            prices=prices if self.has_prices else None,
        )

    def _note(self, act: str, evse_id: EvseId, *more: object) -> None:
        if self.fault:
            raise self.fault
        self.done.append((act, str(evse_id), *more))
