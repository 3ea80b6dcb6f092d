"""Commands to start, stop and restart, and to look at what happens."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ChargingProfile
from csms.domain.commands.outcome import Command, Outcome
from csms.domain.identity import WHOLE_STATION, EvseNumber, TransactionId


class StartOutcome(Outcome, frozen=True, kw_only=True):
    """Outcome of a remote start; the transaction's id where it is already running."""

    transaction: str | None = None


class StartCharging(Command[StartOutcome], frozen=True, kw_only=True, tag="start"):
    """Ask the station to start a transaction, optionally at once under a limit.

    Attributes:
        remote_start_id: By which its transaction is known again (2.0.1 F01.FR.25; 1.6 is not told
            it); None: whoever sends it gives it one.
        group: The token's group (2.0.1).
    """

    outcome_type: ClassVar[type[Outcome]] = StartOutcome
    id_token: IdToken
    remote_start_id: int | None = None
    evse_number: EvseNumber | None = None
    profile: ChargingProfile | None = None
    group: IdToken | None = None


class StopCharging(Command[Outcome], frozen=True, tag="stop"):
    """Ask the station to stop a transaction."""

    transaction: TransactionId


class ResetKind(StrEnum):
    """How to restart."""

    SOFT = "soft"
    """After running transactions have been ended in good order (2.0.1: when idle)."""
    HARD = "hard"
    """At once."""


class ResetStation(Command[Outcome], frozen=True, tag="reset"):
    """Ask the station, or one EVSE of it (2.0.1), to restart."""

    kind: ResetKind = ResetKind.SOFT
    evse_number: EvseNumber = WHOLE_STATION


class ReportKind(StrEnum):
    """Reports that a station can be asked to send now."""

    BOOT = "boot"
    HEARTBEAT = "heartbeat"
    METER_VALUES = "meter_values"
    STATUS = "status"
    TRANSACTION = "transaction"
    FIRMWARE_STATUS = "firmware_status"
    PUBLISHING_STATUS = "publishing_status"
    LOG_STATUS = "log_status"
    DIAGNOSTICS_STATUS = "diagnostics_status"
    STATION_CERTIFICATE = "station_certificate"
    V2G_CERTIFICATE = "v2g_certificate"
    COMBINED_CERTIFICATE = "combined_certificate"


class TriggerReport(Command[Outcome], frozen=True, kw_only=True, tag="trigger"):
    """Ask the station to send a report now."""

    kind: ReportKind
    evse_number: EvseNumber = WHOLE_STATION
    connector_number: Annotated[int, Meta(ge=1, le=99)] | None = None


class ChangeAvailability(Command[Outcome], frozen=True, kw_only=True, tag="change_availability"):
    """Take the station, an EVSE or a connector (2.0.1) out of use, or into use again.

    What charges goes on; then the outcome is that it is scheduled (1.6 §5.2, 2.0.1 G03, G04).
    """

    is_operative: bool
    evse_number: EvseNumber = WHOLE_STATION
    connector_number: Annotated[int, Meta(ge=1, le=99)] | None = None


class UnlockConnector(Command[Outcome], frozen=True, kw_only=True, tag="unlock"):
    """Release the cable of a connector (1.6 §5.18, 2.0.1 F05)."""

    evse_number: Annotated[int, Meta(ge=1, le=99)]
    connector_number: Annotated[int, Meta(ge=1, le=99)] = 1


class QueueOutcome(Outcome, frozen=True, kw_only=True):
    """What a station still has to say of a transaction, or of any.

    Attributes:
        is_ongoing: Whether it runs; None: no transaction was named.
        has_unsent: Whether reports wait to be sent.
    """

    is_ongoing: bool | None = None
    has_unsent: bool | None = None


class ReadTransactionStatus(Command[QueueOutcome], frozen=True, tag="transaction_status"):
    """Ask whether a transaction runs and whether reports wait to be sent (2.0.1 E14)."""

    outcome_type: ClassVar[type[Outcome]] = QueueOutcome
    transaction: TransactionId | None = None


class TellCost(Command[Outcome], frozen=True, kw_only=True, tag="tell_cost"):
    """Tell what a transaction has cost so far, for the driver to see (2.0.1 I02).

    Attributes:
        total: In the currency of the station.
    """

    transaction: TransactionId
    total: float


class DataOutcome(Outcome, frozen=True, kw_only=True):
    """What was answered to vendor-specific data."""

    data: Any = None


class SendData(Command[DataOutcome], frozen=True, kw_only=True, tag="send_data"):
    """Send vendor-specific data (1.6 §5.6, 2.0.1 P01)."""

    outcome_type: ClassVar[type[Outcome]] = DataOutcome
    vendor: Annotated[str, Meta(min_length=1, max_length=255)]
    message: Annotated[str, Meta(max_length=50)] | None = None
    data: Any = None
