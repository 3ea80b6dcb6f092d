"""Commands to a 2.0.1 station, and how each is written and its answer understood (part 2 §1).

`FetchDiagnostics` has no entry: here diagnostics are a log.
"""

from typing import Any, Final

from csms.domain import commands
from csms.ocpp.adapter import Outbound
from csms.ocpp.v201 import (
    certificates,
    charging,
    control,
    display,
    inventory,
    monitoring,
    network,
    reservations,
    settings,
    tokens,
    transactions,
    upkeep,
)
from csms.ocpp.v201.answers import accept, read_status
from csms.ocpp.v201.requests import encode_bare

_CHARGING: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.ClearProfiles, "ClearChargingProfile", charging.encode_clear_profiles, read_status
    ),
    Outbound(
        commands.ReadCompositeSchedule,
        "GetCompositeSchedule",
        charging.encode_read_composite,
        charging.decode_composite,
    ),
    Outbound(
        commands.RequestProfiles,
        "GetChargingProfiles",
        charging.encode_request_profiles,
        read_status,
    ),
    Outbound(commands.SetProfile, "SetChargingProfile", charging.encode_set_profile, read_status),
)
_CONTROL: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.ChangeAvailability, "ChangeAvailability", control.encode_availability, read_status
    ),
    Outbound(
        commands.ReadTransactionStatus,
        "GetTransactionStatus",
        transactions.encode_read_status,
        transactions.decode_read_status,
    ),
    Outbound(commands.ResetStation, "Reset", control.encode_reset, read_status),
    Outbound(commands.SendData, "DataTransfer", control.encode_send_data, control.decode_send_data),
    Outbound(
        commands.StartCharging,
        "RequestStartTransaction",
        control.encode_start,
        control.decode_start,
    ),
    Outbound(commands.StopCharging, "RequestStopTransaction", control.encode_stop, read_status),
    Outbound(commands.TellCost, "CostUpdated", transactions.encode_cost, accept),
    Outbound(commands.TriggerReport, "TriggerMessage", control.encode_trigger, read_status),
    Outbound(commands.UnlockConnector, "UnlockConnector", control.encode_unlock, read_status),
)
_SETTINGS: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.ReadSettings,
        "GetVariables",
        settings.encode_read_settings,
        settings.decode_read_settings,
    ),
    Outbound(
        commands.ReadVariables,
        "GetVariables",
        settings.encode_read_variables,
        settings.decode_read_variables,
    ),
    Outbound(
        commands.RequestInventory, "GetBaseReport", inventory.encode_request_inventory, read_status
    ),
    Outbound(
        commands.RequestVariables, "GetReport", inventory.encode_request_variables, read_status
    ),
    Outbound(
        commands.SetNetworkProfile, "SetNetworkProfile", network.encode_network_profile, read_status
    ),
    Outbound(
        commands.WriteSetting,
        "SetVariables",
        settings.encode_write_setting,
        settings.decode_write_setting,
    ),
    Outbound(
        commands.WriteVariables,
        "SetVariables",
        settings.encode_write_variables,
        settings.decode_write_variables,
    ),
)
_MONITORING: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.ClearMonitors,
        "ClearVariableMonitoring",
        monitoring.encode_clear_monitors,
        monitoring.decode_clear_monitors,
    ),
    Outbound(
        commands.RequestMonitors,
        "GetMonitoringReport",
        monitoring.encode_request_monitors,
        read_status,
    ),
    Outbound(commands.SetMonitoringBase, "SetMonitoringBase", monitoring.encode_base, read_status),
    Outbound(
        commands.SetMonitoringLevel, "SetMonitoringLevel", monitoring.encode_level, read_status
    ),
    Outbound(
        commands.SetMonitors,
        "SetVariableMonitoring",
        monitoring.encode_set_monitors,
        monitoring.decode_set_monitors,
    ),
)
_TOKENS: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.CancelReservation, "CancelReservation", reservations.encode_cancel, read_status
    ),
    Outbound(commands.ClearCache, "ClearCache", encode_bare, read_status),
    Outbound(
        commands.ReadListVersion,
        "GetLocalListVersion",
        encode_bare,
        tokens.decode_list_version,
    ),
    Outbound(commands.Reserve, "ReserveNow", reservations.encode_reserve, read_status),
    Outbound(commands.SendLocalList, "SendLocalList", tokens.encode_local_list, read_status),
)
_UPKEEP: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(commands.FetchLog, "GetLog", upkeep.encode_fetch_log, upkeep.decode_fetch_log),
    Outbound(
        commands.HandleCustomerData, "CustomerInformation", upkeep.encode_customer_data, read_status
    ),
    Outbound(
        commands.PublishFirmware, "PublishFirmware", upkeep.encode_publish_firmware, read_status
    ),
    Outbound(
        commands.UnpublishFirmware,
        "UnpublishFirmware",
        upkeep.encode_unpublish_firmware,
        upkeep.decode_unpublish_firmware,
    ),
    Outbound(commands.UpdateFirmware, "UpdateFirmware", upkeep.encode_update_firmware, read_status),
)
_CERTIFICATES: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.DeleteCertificate, "DeleteCertificate", certificates.encode_delete, read_status
    ),
    Outbound(
        commands.DeliverCertificate, "CertificateSigned", certificates.encode_deliver, read_status
    ),
    Outbound(
        commands.InstallCertificate, "InstallCertificate", certificates.encode_install, read_status
    ),
    Outbound(
        commands.ReadCertificates,
        "GetInstalledCertificateIds",
        certificates.encode_read_certificates,
        certificates.decode_certificates,
    ),
)
_DISPLAY: Final[tuple[Outbound[Any, Any], ...]] = (
    Outbound(
        commands.ClearMessage, "ClearDisplayMessage", display.encode_clear_message, read_status
    ),
    Outbound(
        commands.RequestMessages, "GetDisplayMessages", display.encode_request_messages, read_status
    ),
    Outbound(commands.ShowMessage, "SetDisplayMessage", display.encode_show, read_status),
)

OUTBOUND: Final = (
    *_CHARGING,
    *_CONTROL,
    *_SETTINGS,
    *_MONITORING,
    *_TOKENS,
    *_UPKEEP,
    *_CERTIFICATES,
    *_DISPLAY,
)
