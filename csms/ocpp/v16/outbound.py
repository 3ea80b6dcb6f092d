"""Commands to a 1.6 station (OCPP 1.6 §5, security whitepaper §5), as one table."""

from typing import Any, Final

from csms.domain.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearProfiles,
    DeleteCertificate,
    DeliverCertificate,
    FetchDiagnostics,
    FetchLog,
    InstallCertificate,
    ReadCertificates,
    ReadCompositeSchedule,
    ReadListVersion,
    ReadSettings,
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
from csms.ocpp.adapter import Outbound
from csms.ocpp.v16 import certificates, charging, control, settings, tokens, upkeep
from csms.ocpp.v16.words import decode_done, decode_status

_CHARGING: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(ClearProfiles, "ClearChargingProfile", charging.encode_clear_profiles, decode_status),
    Outbound(
        ReadCompositeSchedule,
        "GetCompositeSchedule",
        charging.encode_read_composite,
        charging.decode_composite,
    ),
    Outbound(SetProfile, "SetChargingProfile", charging.encode_set_profile, decode_status),
)
_CONTROL: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(ChangeAvailability, "ChangeAvailability", control.encode_availability, decode_status),
    Outbound(ResetStation, "Reset", control.encode_reset, decode_status),
    Outbound(SendData, "DataTransfer", control.encode_send_data, control.decode_data_sent),
    Outbound(StartCharging, "RemoteStartTransaction", control.encode_start, control.decode_start),
    Outbound(StopCharging, "RemoteStopTransaction", control.encode_stop, decode_status),
    Outbound(
        TriggerReport,
        "ExtendedTriggerMessage",
        control.encode_extended_trigger,
        decode_status,
        fits=control.is_extended,
    ),
    Outbound(TriggerReport, "TriggerMessage", control.encode_trigger, decode_status),
    Outbound(UnlockConnector, "UnlockConnector", control.encode_unlock, decode_status),
)
_SETTINGS: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        ReadSettings,
        "GetConfiguration",
        settings.encode_read_settings,
        settings.decode_read_settings,
    ),
    Outbound(WriteSetting, "ChangeConfiguration", settings.encode_write_setting, decode_status),
)
_TOKENS: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        CancelReservation, "CancelReservation", tokens.encode_cancel_reservation, decode_status
    ),
    Outbound(ClearCache, "ClearCache", tokens.encode_clear_cache, decode_status),
    Outbound(
        ReadListVersion,
        "GetLocalListVersion",
        tokens.encode_read_list_version,
        tokens.decode_list_version,
    ),
    Outbound(Reserve, "ReserveNow", tokens.encode_reserve, decode_status),
    Outbound(SendLocalList, "SendLocalList", tokens.encode_send_list, decode_status),
)
_UPKEEP: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        FetchDiagnostics,
        "GetDiagnostics",
        upkeep.encode_fetch_diagnostics,
        upkeep.decode_diagnostics,
    ),
    Outbound(FetchLog, "GetLog", upkeep.encode_fetch_log, upkeep.decode_log),
    Outbound(
        UpdateFirmware,
        "SignedUpdateFirmware",
        upkeep.encode_signed_update,
        decode_status,
        fits=upkeep.is_signed,
    ),
    Outbound(UpdateFirmware, "UpdateFirmware", upkeep.encode_update, decode_done),
)
_CERTIFICATES: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(DeleteCertificate, "DeleteCertificate", certificates.encode_delete, decode_status),
    Outbound(DeliverCertificate, "CertificateSigned", certificates.encode_deliver, decode_status),
    Outbound(InstallCertificate, "InstallCertificate", certificates.encode_install, decode_status),
    Outbound(
        ReadCertificates,
        "GetInstalledCertificateIds",
        certificates.encode_read_certificates,
        certificates.decode_certificates,
    ),
)

OUTBOUND: Final[tuple[Outbound[Any, Any], ...]] = (
    *_CHARGING,
    *_CONTROL,
    *_SETTINGS,
    *_TOKENS,
    *_UPKEEP,
    *_CERTIFICATES,
)
