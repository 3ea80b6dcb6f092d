"""What stations tell beside charging: jobs, device model, limits of others, certificates, alerts.

Most are answered by no more than that they are kept. Like all events they know the type of the
reply that they deserve, are in base units and UTC, and depend on no version.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from csms.domain.certificates import SigningUse, StatusQuery
from csms.domain.charging_needs import ChargingNeeds, VehicleSchedule
from csms.domain.charging_profile import ChargingProfile, CompositeSchedule, LimitSource
from csms.domain.device_model import Monitor, StationAlert, Variable
from csms.domain.display import DisplayMessage
from csms.domain.events import Acknowledged, StationEvent


class JobKind(StrEnum):
    """What a station was asked to do at length."""

    DIAGNOSTICS = "diagnostics"
    FIRMWARE = "firmware"
    LOG = "log"
    PUBLISHING = "publishing"
    SIGNED_FIRMWARE = "signed_firmware"


class JobStage(StrEnum):
    """How far a job has come."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobProgressed(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Firmware, a log or diagnostics have come further (1.6 §4.4, §4.5; 2.0.1 L01, L03, N01).

    Attributes:
        word: The station's own word for the stage (`Downloading`, `InvalidSignature`, ...).
        request_id: Which job, None where the version does not tell.
        locations: Where published firmware is to be had.
    """

    kind: JobKind
    stage: JobStage
    word: str
    request_id: int | None = None
    locations: tuple[str, ...] = ()


class VariablesTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A part of the device model (2.0.1 B07, B08).

    Attributes:
        seq_no: From 0 on within the report.
        has_more: Whether another part follows.
    """

    request_id: int
    seq_no: int
    at: datetime
    variables: tuple[Variable, ...]
    has_more: bool = False


class MonitorsTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A part of the monitors that are set (2.0.1 N02)."""

    request_id: int
    seq_no: int
    at: datetime
    monitors: tuple[Monitor, ...]
    has_more: bool = False


class AlertsTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Events of the station itself (2.0.1 N07, N08, G05)."""

    seq_no: int
    at: datetime
    alerts: tuple[StationAlert, ...]
    has_more: bool = False


class CustomerDataTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A part of what a station keeps on a customer (2.0.1 N09, N10)."""

    request_id: int
    seq_no: int
    at: datetime
    text: str
    has_more: bool = False


class MessagesTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Messages that a station shows or will show (2.0.1 O03, O04)."""

    request_id: int
    messages: tuple[DisplayMessage, ...]
    has_more: bool = False


class ProfilesTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Charging profiles that a station holds (2.0.1 K09)."""

    request_id: int
    source: LimitSource
    evse_number: int
    profiles: tuple[ChargingProfile, ...]
    has_more: bool = False


class LimitTold(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Somebody else limits a station (2.0.1 K12).

    Attributes:
        evse_number: None: the whole station.
        is_grid_critical: Whether the grid needs it.
    """

    source: LimitSource
    evse_number: int | None
    is_grid_critical: bool = False
    schedules: tuple[CompositeSchedule, ...] = ()


class LimitReleased(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """Somebody else limits a station no longer (2.0.1 K13)."""

    source: LimitSource
    evse_number: int | None


class NeedsVerdict(StrEnum):
    """Whether a vehicle's needs can be used (2.0.1 K15)."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    PROCESSING = "Processing"


class NeedsReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a vehicle's needs, and the cause if they are rejected."""

    verdict: NeedsVerdict
    cause: str = ""


class NeedsTold(StationEvent[NeedsReply], frozen=True, kw_only=True):
    """A vehicle says what it needs (2.0.1 K15, K17)."""

    evse_number: int
    needs: ChargingNeeds


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something is agreed to, and if not, why."""

    is_accepted: bool
    cause: str = ""


class VehicleScheduleTold(StationEvent[Agreement], frozen=True, kw_only=True):
    """A vehicle says how it will charge (2.0.1 K15 to K17)."""

    evse_number: int
    schedule: VehicleSchedule


class ReservationEnding(StrEnum):
    """How a reservation has ended without being used."""

    EXPIRED = "expired"
    REMOVED = "removed"


class ReservationEnded(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A reservation is over (2.0.1 H04)."""

    reservation_id: int
    ending: ReservationEnding


class SecurityNoticed(StationEvent[Acknowledged], frozen=True, kw_only=True):
    """A security event (1.6 security whitepaper, 2.0.1 A04)."""

    kind: str
    at: datetime
    detail: str | None = None


class SigningAsked(StationEvent[Agreement], frozen=True, kw_only=True):
    """A station wants a certificate signed (1.6 security whitepaper, 2.0.1 A02, A03).

    Attributes:
        request: The PKCS #10 request in PEM.
        is_for_both: The station has named no use: the certificate is for all of them, and is
            delivered without one (2.0.1 part 2 §1.58.1).
    """

    asks_others: ClassVar[bool] = True
    request: str
    use: SigningUse = SigningUse.STATION
    is_for_both: bool = False


class VehicleCertificateReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a vehicle that wants a contract certificate, in EXI and base64."""

    is_accepted: bool
    exi: str = ""
    cause: str = ""


class VehicleCertificateAsked(StationEvent[VehicleCertificateReply], frozen=True, kw_only=True):
    """A vehicle wants a contract certificate installed or renewed (2.0.1 M01, M02).

    Attributes:
        exi: The request as the vehicle wrote it, in base64.
        schema: The version of ISO 15118 that it follows.
    """

    asks_others: ClassVar[bool] = True
    schema: str
    is_update: bool
    exi: str


class CertificateStatusReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a certificate's issuer (OCSP), in DER and base64; empty: none was had."""

    ocsp: str = ""
    cause: str = ""


class CertificateStatusAsked(StationEvent[CertificateStatusReply], frozen=True, kw_only=True):
    """A station asks whether a certificate is still good (2.0.1 M06)."""

    asks_others: ClassVar[bool] = True
    query: StatusQuery
