"""What is written down of attempts on security, and of what stations tell of theirs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from csms.domain.identity import StationId


class Origin(StrEnum):
    """Who noticed."""

    CSMS = "csms"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """Something that touches security (OCPP 2.0.1 A04).

    Attributes:
        station_id: Who tells it, or whom it is about; None: nobody who is known.
        kind: In the words of OCPP 2.0.1 part 2 appendices §1, or one of `OwnEvent`.
        at: When it happened, by the clock of who noticed.
        detail: More of it, in words.
    """

    station_id: StationId | None
    kind: str
    at: datetime
    detail: str
    origin: Origin


class OwnEvent(StrEnum):
    """What this system notices, in the words of OCPP where it has any."""

    FAILED_TO_AUTHENTICATE = "FailedToAuthenticateAtCsms"
    INVALID_CERTIFICATE = "InvalidChargingStationCertificate"
    INVALID_TLS_VERSION = "InvalidTLSVersion"
    INVALID_TLS_CIPHER_SUITE = "InvalidTLSCipherSuite"
    BELOW_PROFILE = "BelowSecurityProfile"
    """Somebody came with less than the station's profile; OCPP has no word for it."""
    FAILED_HANDSHAKE = "FailedTLSHandshake"
    CERTIFICATE_ENDS = "CertificateEndsSoon"
    """A certificate in use ends soon, or has ended, and was not renewed; as above."""
    RECONFIGURED = "ReconfigurationOfSecurityParameters"


KEPT_DAYS: Final = 400
"""Events that are older are dropped."""
