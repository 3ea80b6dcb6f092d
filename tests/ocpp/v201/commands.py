"""One command of each kind, for tests to which it does not matter what it says."""

from typing import Any, Final

from csms.domain.certificates import CertificateUse
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearMessage,
    ClearMonitors,
    ClearProfiles,
    Command,
    DeleteCertificate,
    DeliverCertificate,
    FetchLog,
    Firmware,
    HandleCustomerData,
    InstallCertificate,
    MonitoringBase,
    NetworkInterface,
    PublishFirmware,
    ReadCertificates,
    ReadCompositeSchedule,
    ReadListVersion,
    ReadSettings,
    ReadTransactionStatus,
    ReadVariables,
    ReportKind,
    RequestInventory,
    RequestMessages,
    RequestMonitors,
    RequestProfiles,
    RequestVariables,
    Reserve,
    ResetStation,
    SendData,
    SendLocalList,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    SetNetworkProfile,
    SetProfile,
    SettingName,
    ShowMessage,
    StartCharging,
    StopCharging,
    TellCost,
    TriggerReport,
    UnlockConnector,
    UnpublishFirmware,
    UpdateFirmware,
    VariableQuery,
    WriteSetting,
    WriteVariables,
)
from csms.domain.device_model import Monitor, MonitorKind, VariableValue
from csms.domain.display import DisplayMessage, DisplayText
from csms.domain.station import RateUnit
from tests.ocpp.v201.exchanges import HASH, PEM, TEMPERATURE, TOKEN, TRANSACTION, TWO

_PLACE: Final = "https://csms.example/file"
_CHECKSUM: Final = "0123456789abcdef0123456789abcdef"
_PROFILE: Final = ChargingProfile(
    profile_id=1,
    purpose=ProfilePurpose.TX_DEFAULT,
    stack_level=0,
    unit=RateUnit.AMPERE,
    periods=(ProfilePeriod(0, 6.0),),
)
_MONITOR: Final = Monitor(
    variable=TEMPERATURE, kind=MonitorKind.UPPER_THRESHOLD, value=55.5, severity=3
)
_MESSAGE: Final = DisplayMessage(message_id=1, text=DisplayText(content="Hei"))

COMMANDS: Final[tuple[Command[Any], ...]] = (
    CancelReservation(7),
    ChangeAvailability(is_operative=True),
    ClearCache(),
    ClearMessage(1),
    ClearMonitors((81,)),
    ClearProfiles(profile_id=1),
    DeleteCertificate(HASH),
    DeliverCertificate(chain=PEM),
    FetchLog(request_id=1, upload_to=_PLACE),
    HandleCustomerData(request_id=1, customer="5"),
    InstallCertificate(use=CertificateUse.CSMS_ROOT, pem=PEM),
    PublishFirmware(request_id=1, location=_PLACE, checksum=_CHECKSUM),
    ReadCertificates(),
    ReadCompositeSchedule(evse_number=1),
    ReadListVersion(),
    ReadSettings((SettingName.RATE_UNITS,)),
    ReadTransactionStatus(TRANSACTION),
    ReadVariables((VariableQuery(variable=TEMPERATURE),)),
    RequestInventory(request_id=1),
    RequestMessages(request_id=1),
    RequestMonitors(request_id=1),
    RequestProfiles(request_id=1),
    RequestVariables(request_id=1),
    Reserve(reservation_id=1, id_token=TOKEN, expires_at=TWO),
    ResetStation(),
    SendData(vendor="no.nordlys"),
    SendLocalList(version=1),
    SetMonitoringBase(MonitoringBase.ALL),
    SetMonitoringLevel(4),
    SetMonitors((_MONITOR,)),
    SetNetworkProfile(slot=1, url=_PLACE, security_profile=1, interface=NetworkInterface.WIRED_0),
    SetProfile(evse_number=1, profile=_PROFILE),
    ShowMessage(_MESSAGE),
    StartCharging(id_token=TOKEN, remote_start_id=1),
    StopCharging(TRANSACTION),
    TellCost(transaction=TRANSACTION, total=1.0),
    TriggerReport(kind=ReportKind.HEARTBEAT),
    UnlockConnector(evse_number=1),
    UnpublishFirmware(_CHECKSUM),
    UpdateFirmware(request_id=1, firmware=Firmware(location=_PLACE)),
    WriteSetting(SettingName.METER_INTERVAL_S, "60"),
    WriteVariables((VariableValue(variable=TEMPERATURE, value="20"),)),
)
