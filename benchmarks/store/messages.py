"""The messages that the desk is given: one transaction per station, metered again and again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, TypeAlias

from csms.domain.authorization import IdToken
from csms.domain.events import (
    HeartbeatReceived,
    MetersSampled,
    StationEvent,
    StatusChanged,
    TransactionReported,
)
from csms.domain.identity import StationId
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.transaction import TransactionStage

_REGISTER: Final = Measurand.ENERGY_IMPORT_REGISTER
_BY_PHASE: Final = (
    (Measurand.CURRENT_IMPORT, ("L1", "L2", "L3"), 15.9),
    (Measurand.VOLTAGE, ("L1-N", "L2-N", "L3-N"), 231.4),
    (Measurand.POWER_IMPORT, ("L1", "L2", "L3"), 3_679.0),
)


class Story:
    """What every station tells, in order.

    Args:
        station_ids: Who tells.
    """

    def __init__(self, station_ids: Sequence[StationId]) -> None:
        self.station_ids = station_ids
        self._began_at = datetime.now(UTC).replace(microsecond=0)
        self._ticks: Mapping[StationId, Iterator[int]] = {one: count(1) for one in station_ids}

    def starts(self) -> list[StationEvent[Any]]:
        """Every station begins a transaction."""
        return [
            TransactionReported(
                station_id=station_id,
                stage=TransactionStage.STARTED,
                at=self._began_at,
                transaction=f"tx-{station_id}",
                evse_number=1,
                connector_number=1,
                seq_no=0,
                id_token=IdToken("04A2B3C4"),
                samples=(MeterSample(at=self._began_at, measurand=_REGISTER, value=0.0),),
                charging_state=ChargingState.CHARGING,
            )
            for station_id in self.station_ids
        ]

    def meter_values(self, station_id: StationId) -> MetersSampled:
        """Twelve samples beside a transaction's reports."""
        return MetersSampled(
            station_id=station_id,
            evse_number=1,
            transaction=f"tx-{station_id}",
            samples=self._samples(next(self._ticks[station_id])),
        )

    def transaction_event(self, station_id: StationId) -> TransactionReported:
        """The same samples within a transaction's report."""
        tick = next(self._ticks[station_id])
        return TransactionReported(
            station_id=station_id,
            stage=TransactionStage.UPDATED,
            at=self._instant(tick),
            transaction=f"tx-{station_id}",
            seq_no=tick,
            samples=self._samples(tick),
            charging_state=ChargingState.CHARGING,
            trigger="MeterValuePeriodic",
        )

    def heartbeat(self, station_id: StationId) -> HeartbeatReceived:
        """It is alive."""
        return HeartbeatReceived(station_id=station_id)

    def status(self, station_id: StationId) -> StatusChanged:
        """Its connector is occupied."""
        return StatusChanged(
            station_id=station_id,
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            at=self._instant(next(self._ticks[station_id])),
        )

    def _instant(self, tick: int) -> datetime:
        return self._began_at + timedelta(milliseconds=tick)  # no clock is found to be wrong

    def _samples(self, tick: int) -> tuple[MeterSample, ...]:
        at = self._instant(tick)
        return (
            MeterSample(at=at, measurand=_REGISTER, value=30.0 * tick),
            *(
                MeterSample(at=at, measurand=measurand, value=value, phase=phase)
                for measurand, phases, value in _BY_PHASE
                for phase in phases
            ),
            MeterSample(at=at, measurand=Measurand.STATE_OF_CHARGE, value=55.0, location="EV"),
            MeterSample(at=at, measurand=Measurand.TEMPERATURE, value=31.5, location="Body"),
        )


Make: TypeAlias = Callable[[Story, StationId], StationEvent[Any]]

KINDS: Final[Mapping[str, Make]] = {
    "MeterValues": Story.meter_values,
    "TransactionEvent": Story.transaction_event,
    "StatusNotification": Story.status,
    "Heartbeat": Story.heartbeat,
}

FREQUENT: Final = ("MeterValues", "TransactionEvent")
"""What stations send all the time while they charge."""
