"""One command for every action that 1.6 has for a station."""

from typing import Any, Final

from csms.domain.certificates import CertificateHash, CertificateUse, HashAlgorithm
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearProfiles,
    Command,
    DeleteCertificate,
    DeliverCertificate,
    FetchDiagnostics,
    FetchLog,
    Firmware,
    InstallCertificate,
    ReadCertificates,
    ReadCompositeSchedule,
    ReadListVersion,
    ReadSettings,
    ReportKind,
    Reserve,
    ResetStation,
    SendData,
    SendLocalList,
    SetProfile,
    StartCharging,
    StopCharging,
    TriggerReport,
    UnlockConnector,
    UpdateFirmware,
    WriteSetting,
)
from csms.domain.station import RateUnit
from tests.ocpp.v16.exchanges import NOON, PEM, TOKEN

_PROFILE: Final = ChargingProfile(
    profile_id=1,
    purpose=ProfilePurpose.TX_DEFAULT,
    stack_level=0,
    unit=RateUnit.AMPERE,
    periods=(ProfilePeriod(0, 6.0),),
)
_ROOT: Final = CertificateHash(
    algorithm=HashAlgorithm.SHA256, issuer_name="a1", issuer_key="b2", serial="FFF"
)
_SIGNED: Final = Firmware(location="https://f", certificate=PEM, signature="c2ln")

COMMANDS: Final[dict[str, Command[Any]]] = {
    "CancelReservation": CancelReservation(31),
    "CertificateSigned": DeliverCertificate(chain=PEM),
    "ChangeAvailability": ChangeAvailability(is_operative=True),
    "ChangeConfiguration": WriteSetting("LightIntensity", "40"),
    "ClearCache": ClearCache(),
    "ClearChargingProfile": ClearProfiles(profile_id=1),
    "DataTransfer": SendData(vendor="no.nordlys"),
    "DeleteCertificate": DeleteCertificate(_ROOT),
    "ExtendedTriggerMessage": TriggerReport(kind=ReportKind.LOG_STATUS),
    "GetCompositeSchedule": ReadCompositeSchedule(evse_number=1),
    "GetConfiguration": ReadSettings(("LightIntensity",)),
    "GetDiagnostics": FetchDiagnostics(upload_to="ftp://f"),
    "GetInstalledCertificateIds": ReadCertificates((CertificateUse.CSMS_ROOT,)),
    "GetLocalListVersion": ReadListVersion(),
    "GetLog": FetchLog(request_id=5, upload_to="ftp://f"),
    "InstallCertificate": InstallCertificate(use=CertificateUse.CSMS_ROOT, pem=PEM),
    "RemoteStartTransaction": StartCharging(id_token=TOKEN),
    "RemoteStopTransaction": StopCharging("7"),
    "ReserveNow": Reserve(id_token=TOKEN, expires_at=NOON, reservation_id=31),
    "Reset": ResetStation(),
    "SendLocalList": SendLocalList(version=1),
    "SetChargingProfile": SetProfile(evse_number=1, profile=_PROFILE),
    "SignedUpdateFirmware": UpdateFirmware(request_id=7, firmware=_SIGNED),
    "TriggerMessage": TriggerReport(kind=ReportKind.HEARTBEAT),
    "UnlockConnector": UnlockConnector(evse_number=1),
    "UpdateFirmware": UpdateFirmware(firmware=Firmware(location="https://f")),
}
