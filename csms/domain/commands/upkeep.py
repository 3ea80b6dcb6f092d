"""Commands for upkeep: firmware, logs, customers' data, network (2.0.1 B09, L, N01, N09)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias

import msgspec
from msgspec import Meta

from csms.domain.authorization import IdToken
from csms.domain.certificates import CertificateHash
from csms.domain.commands.outcome import Command, Job, Outcome

Url: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512)]
_Count: TypeAlias = Annotated[int, Meta(ge=0, le=1000)]
_Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=7 * 86_400)]


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often a transfer is tried again, and after how long; None: as the station likes."""

    count: _Count | None = None
    every_s: _Seconds | None = None


class Firmware(msgspec.Struct, frozen=True, kw_only=True):
    """Where firmware is to be had.

    Attributes:
        retrieve_at: From when on; None: at once.
        install_at: From when on; None: when it has come.
        certificate: The one that it was signed with, in PEM; None: it is not signed.
        signature: In base64.
    """

    location: Url
    retrieve_at: datetime | None = None
    install_at: datetime | None = None
    certificate: Annotated[str, Meta(max_length=5500)] | None = None
    signature: Annotated[str, Meta(max_length=800)] | None = None

    @property
    def is_signed(self) -> bool:
        """Whether it comes with a signature."""
        return self.certificate is not None and self.signature is not None


class UpdateFirmware(Job[Outcome], frozen=True, kw_only=True, tag="update_firmware"):
    """Have firmware fetched and installed (1.6 §5.19 and security whitepaper, 2.0.1 L01, L02).

    1.6 is not told the job's number where the firmware is not signed, nor tells it.
    """

    firmware: Firmware
    retries: Retries = Retries()


class PublishFirmware(Job[Outcome], frozen=True, kw_only=True, tag="publish_firmware"):
    """Have a local controller fetch firmware and offer it to its stations (2.0.1 L03).

    Attributes:
        checksum: MD5 over the whole file, in hexadecimal digits.
    """

    location: Url
    checksum: Annotated[str, Meta(min_length=32, max_length=32)]
    retries: Retries = Retries()


class UnpublishFirmware(Command[Outcome], frozen=True, tag="unpublish_firmware"):
    """Have a local controller offer firmware no longer (2.0.1 L04)."""

    checksum: Annotated[str, Meta(min_length=32, max_length=32)]


class LogKind(StrEnum):
    """Which log."""

    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


class FileOutcome(Outcome, frozen=True, kw_only=True):
    """The name of the file that will be uploaded, None if there is none, or none was told."""

    file: str | None = None


class FetchLog(Job[FileOutcome], frozen=True, kw_only=True, tag="fetch_log"):
    """Have a log uploaded (1.6 security whitepaper, 2.0.1 N01)."""

    outcome_type: ClassVar[type[Outcome]] = FileOutcome
    upload_to: Url
    kind: LogKind = LogKind.DIAGNOSTICS
    since: datetime | None = None
    until: datetime | None = None
    retries: Retries = Retries()


class FetchDiagnostics(Command[FileOutcome], frozen=True, kw_only=True, tag="fetch_diagnostics"):
    """Have diagnostics uploaded by a station without logs (1.6 §5.9)."""

    outcome_type: ClassVar[type[Outcome]] = FileOutcome
    upload_to: Url
    since: datetime | None = None
    until: datetime | None = None
    retries: Retries = Retries()


class HandleCustomerData(Job[Outcome], frozen=True, kw_only=True, tag="customer_data"):
    """Have what a station keeps on a customer reported, removed, or both (2.0.1 N09, N10).

    Attributes:
        id_token: The customer; or one of the two below.
        customer: The customer's name, in the operator's own way.
        certificate: The customer's certificate.
    """

    is_reported: bool = True
    is_removed: bool = False
    id_token: IdToken | None = None
    customer: Annotated[str, Meta(max_length=64)] | None = None
    certificate: CertificateHash | None = None


class NetworkInterface(StrEnum):
    """Which of its networks a station uses."""

    WIRED_0 = "Wired0"
    WIRED_1 = "Wired1"
    WIRED_2 = "Wired2"
    WIRED_3 = "Wired3"
    WIRELESS_0 = "Wireless0"
    WIRELESS_1 = "Wireless1"
    WIRELESS_2 = "Wireless2"
    WIRELESS_3 = "Wireless3"


class ApnAuthentication(StrEnum):
    """How a station shows who it is to a mobile network."""

    AUTO = "AUTO"
    CHAP = "CHAP"
    NONE = "NONE"
    PAP = "PAP"


class Apn(msgspec.Struct, frozen=True, kw_only=True):
    """Access to a mobile network."""

    name: Url
    authentication: ApnAuthentication = ApnAuthentication.AUTO
    user: Annotated[str, Meta(max_length=20)] | None = None
    password: Annotated[str, Meta(max_length=20)] | None = None
    sim_pin: int | None = None
    preferred_network: Annotated[str, Meta(max_length=6)] | None = None
    is_preferred_only: bool = False


class VpnKind(StrEnum):
    """Protocol of a private network."""

    IKEV2 = "IKEv2"
    IPSEC = "IPSec"
    L2TP = "L2TP"
    PPTP = "PPTP"


class Vpn(msgspec.Struct, frozen=True, kw_only=True):
    """Access to a private network."""

    kind: VpnKind
    server: Url
    user: Annotated[str, Meta(max_length=20)]
    password: Annotated[str, Meta(max_length=20)]
    key: Annotated[str, Meta(max_length=255)]
    group: Annotated[str, Meta(max_length=20)] | None = None


class SetNetworkProfile(Command[Outcome], frozen=True, kw_only=True, tag="set_network_profile"):
    """Tell a station how to reach a central system (2.0.1 B09).

    Attributes:
        slot: Which of its profiles is replaced.
        timeout_s: How long it may wait for an answer.
    """

    slot: int
    url: Url
    security_profile: Annotated[int, Meta(ge=0, le=3)]
    interface: NetworkInterface
    timeout_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    apn: Apn | None = None
    vpn: Vpn | None = None
