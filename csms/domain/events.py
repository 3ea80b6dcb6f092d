"""What stations report. Each event knows the type of the reply that it deserves.

Everything is in base units and UTC; nothing here depends on an OCPP version.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from csms.domain.authorization import Authorization, IdToken
from csms.domain.certificates import StatusQuery
from csms.domain.display import DisplayText
from csms.domain.identity import StationId
from csms.domain.metering import MeterSample
from csms.domain.station import ChargingState, ConnectorStatus, Registration, StationModel
from csms.domain.transaction import TransactionStage

ReplyT = TypeVar("ReplyT")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A reply that says no more than that the report is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootReply:
    """Whether the station may take part, and how often it should call.

    Attributes:
        cause: Why it may not, for versions that can say so.
    """

    registration: Registration
    at: datetime
    interval_s: int
    cause: str = ""


@dataclass(frozen=True, slots=True)
class TimeReply:
    """The time, for the station's clock."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionReply:
    """What a transaction's report is answered with.

    Attributes:
        transaction: The id that the transaction has from now on.
        verdict: On the token that came with the report, None if none came.
        total_cost: So far or, at the end, for all, in the station's currency; None: not told,
            which does not mean that it was free (2.0.1 I02, I03).
        priority: In this transaction, whatever the token's.
        message: For the driver to see.
    """

    transaction: str
    verdict: Authorization | None = None
    total_cost: float | None = None
    priority: int | None = None
    message: DisplayText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReply:
    """The answer to vendor-specific data."""

    is_vendor_known: bool
    data: Any = None


class StationEvent(msgspec.Struct, Generic[ReplyT], frozen=True, kw_only=True, gc=False):
    """Base of all reports.

    Attributes:
        asks_others: Whether somebody else's server is asked for the answer. That takes seconds, and
            the answer depends on nothing that the station tells in between.
    """

    asks_others: ClassVar[bool] = False
    station_id: StationId


class StationBooted(StationEvent[BootReply], frozen=True, kw_only=True):
    """The station has started, or says so at every reconnect."""

    model: StationModel
    reason: str | None = None


class HeartbeatReceived(StationEvent[TimeReply], frozen=True, kw_only=True):
    """The station is alive."""


class StatusChanged(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A connector, or with EVSE 0 the station, has another status.

    Attributes:
        charging_state: What the vehicle does, where the version tells it with the status (1.6).
    """

    evse_number: int
    connector_number: int
    status: ConnectorStatus
    charging_state: ChargingState | None = None
    error_code: str | None = None
    detail: str | None = None
    at: datetime | None = None


class AuthorizationAsked(StationEvent[Authorization], frozen=True, kw_only=True):
    """A driver has shown a token."""

    id_token: IdToken


class ContractShown(StationEvent[Authorization], frozen=True, kw_only=True):
    """A vehicle has shown the certificate of its contract (2.0.1 C07).

    Attributes:
        certificate: It and those above it, in PEM, where the station cannot judge them itself.
        queries: By which the issuers say whether these certificates still hold.
    """

    asks_others: ClassVar[bool] = True
    id_token: IdToken
    certificate: str | None = None
    queries: tuple[StatusQuery, ...] = ()


class TransactionReported(StationEvent[TransactionReply], frozen=True, kw_only=True):
    """A transaction has started, gone on or ended.

    Attributes:
        transaction: The station's id of it; None: we have to give one (OCPP 1.6).
        evse_number: Where, None where the version does not repeat it.
        seq_no: Number of the report within the station's sequence, None: the version has none.
        register_wh: The meter's register at the start or end.
        samples: Meter samples that came along.
        is_offline: The report was kept while the station had no connection.
        reservation_id: The reservation that the transaction has used up.
        phases_used: How many phases the vehicle uses.
        cable_max_a: What the cable can carry.
        charging_s: For how long energy has flowed so far.
    """

    stage: TransactionStage
    at: datetime
    transaction: str | None
    evse_number: int | None = None
    connector_number: int | None = None
    seq_no: int | None = None
    id_token: IdToken | None = None
    register_wh: float | None = None
    samples: tuple[MeterSample, ...] = ()
    charging_state: ChargingState | None = None
    trigger: str | None = None
    stop_reason: str | None = None
    is_offline: bool = False
    remote_start_id: int | None = None
    reservation_id: int | None = None
    phases_used: int | None = None
    cable_max_a: float | None = None
    charging_s: int | None = None


class MetersSampled(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Meter samples of an EVSE (0: of the station), within a transaction or not."""

    evse_number: int
    transaction: str | None
    samples: tuple[MeterSample, ...]


class DataReceived(StationEvent[DataReply], frozen=True, kw_only=True):
    """Vendor-specific data."""

    vendor: str
    message: str | None
    data: Any
