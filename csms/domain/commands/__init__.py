"""What stations are asked. Each command knows the type of its outcome."""

from csms.domain.commands.certificates import (
    CertificatesOutcome as CertificatesOutcome,
)
from csms.domain.commands.certificates import (
    DeleteCertificate as DeleteCertificate,
)
from csms.domain.commands.certificates import (
    DeliverCertificate as DeliverCertificate,
)
from csms.domain.commands.certificates import (
    InstallCertificate as InstallCertificate,
)
from csms.domain.commands.certificates import (
    Pem as Pem,
)
from csms.domain.commands.certificates import (
    ReadCertificates as ReadCertificates,
)
from csms.domain.commands.charging import (
    ClearProfiles as ClearProfiles,
)
from csms.domain.commands.charging import (
    CompositeOutcome as CompositeOutcome,
)
from csms.domain.commands.charging import (
    ReadCompositeSchedule as ReadCompositeSchedule,
)
from csms.domain.commands.charging import (
    RequestProfiles as RequestProfiles,
)
from csms.domain.commands.charging import (
    SetProfile as SetProfile,
)
from csms.domain.commands.control import (
    ChangeAvailability as ChangeAvailability,
)
from csms.domain.commands.control import (
    DataOutcome as DataOutcome,
)
from csms.domain.commands.control import (
    QueueOutcome as QueueOutcome,
)
from csms.domain.commands.control import (
    ReadTransactionStatus as ReadTransactionStatus,
)
from csms.domain.commands.control import (
    ReportKind as ReportKind,
)
from csms.domain.commands.control import (
    ResetKind as ResetKind,
)
from csms.domain.commands.control import (
    ResetStation as ResetStation,
)
from csms.domain.commands.control import (
    SendData as SendData,
)
from csms.domain.commands.control import (
    StartCharging as StartCharging,
)
from csms.domain.commands.control import (
    StartOutcome as StartOutcome,
)
from csms.domain.commands.control import (
    StopCharging as StopCharging,
)
from csms.domain.commands.control import (
    TellCost as TellCost,
)
from csms.domain.commands.control import (
    TriggerReport as TriggerReport,
)
from csms.domain.commands.control import (
    UnlockConnector as UnlockConnector,
)
from csms.domain.commands.display import (
    ClearMessage as ClearMessage,
)
from csms.domain.commands.display import (
    RequestMessages as RequestMessages,
)
from csms.domain.commands.display import (
    ShowMessage as ShowMessage,
)
from csms.domain.commands.outcome import (
    Command as Command,
)
from csms.domain.commands.outcome import (
    CommandStatus as CommandStatus,
)
from csms.domain.commands.outcome import (
    Job as Job,
)
from csms.domain.commands.outcome import (
    Outcome as Outcome,
)
from csms.domain.commands.outcome import (
    OutcomeT_co as OutcomeT_co,
)
from csms.domain.commands.settings import (
    ClearMonitors as ClearMonitors,
)
from csms.domain.commands.settings import (
    ComponentCriterion as ComponentCriterion,
)
from csms.domain.commands.settings import (
    InventoryKind as InventoryKind,
)
from csms.domain.commands.settings import (
    MonitorCriterion as MonitorCriterion,
)
from csms.domain.commands.settings import (
    MonitoringBase as MonitoringBase,
)
from csms.domain.commands.settings import (
    MonitorResult as MonitorResult,
)
from csms.domain.commands.settings import (
    MonitorsOutcome as MonitorsOutcome,
)
from csms.domain.commands.settings import (
    ReadSettings as ReadSettings,
)
from csms.domain.commands.settings import (
    ReadVariables as ReadVariables,
)
from csms.domain.commands.settings import (
    ReportSubject as ReportSubject,
)
from csms.domain.commands.settings import (
    RequestInventory as RequestInventory,
)
from csms.domain.commands.settings import (
    RequestMonitors as RequestMonitors,
)
from csms.domain.commands.settings import (
    RequestVariables as RequestVariables,
)
from csms.domain.commands.settings import (
    SetMonitoringBase as SetMonitoringBase,
)
from csms.domain.commands.settings import (
    SetMonitoringLevel as SetMonitoringLevel,
)
from csms.domain.commands.settings import (
    SetMonitors as SetMonitors,
)
from csms.domain.commands.settings import (
    SettingName as SettingName,
)
from csms.domain.commands.settings import (
    SettingsOutcome as SettingsOutcome,
)
from csms.domain.commands.settings import (
    VariableQuery as VariableQuery,
)
from csms.domain.commands.settings import (
    VariableResult as VariableResult,
)
from csms.domain.commands.settings import (
    VariablesOutcome as VariablesOutcome,
)
from csms.domain.commands.settings import (
    WriteSetting as WriteSetting,
)
from csms.domain.commands.settings import (
    WriteVariables as WriteVariables,
)
from csms.domain.commands.tokens import (
    CancelReservation as CancelReservation,
)
from csms.domain.commands.tokens import (
    ClearCache as ClearCache,
)
from csms.domain.commands.tokens import (
    ListEntry as ListEntry,
)
from csms.domain.commands.tokens import (
    ListUpdate as ListUpdate,
)
from csms.domain.commands.tokens import (
    ListVersionOutcome as ListVersionOutcome,
)
from csms.domain.commands.tokens import (
    ReadListVersion as ReadListVersion,
)
from csms.domain.commands.tokens import (
    Reserve as Reserve,
)
from csms.domain.commands.tokens import (
    SendLocalList as SendLocalList,
)
from csms.domain.commands.upkeep import (
    Apn as Apn,
)
from csms.domain.commands.upkeep import (
    ApnAuthentication as ApnAuthentication,
)
from csms.domain.commands.upkeep import (
    FetchDiagnostics as FetchDiagnostics,
)
from csms.domain.commands.upkeep import (
    FetchLog as FetchLog,
)
from csms.domain.commands.upkeep import (
    FileOutcome as FileOutcome,
)
from csms.domain.commands.upkeep import (
    Firmware as Firmware,
)
from csms.domain.commands.upkeep import (
    HandleCustomerData as HandleCustomerData,
)
from csms.domain.commands.upkeep import (
    LogKind as LogKind,
)
from csms.domain.commands.upkeep import (
    NetworkInterface as NetworkInterface,
)
from csms.domain.commands.upkeep import (
    PublishFirmware as PublishFirmware,
)
from csms.domain.commands.upkeep import (
    Retries as Retries,
)
from csms.domain.commands.upkeep import (
    SetNetworkProfile as SetNetworkProfile,
)
from csms.domain.commands.upkeep import (
    UnpublishFirmware as UnpublishFirmware,
)
from csms.domain.commands.upkeep import (
    UpdateFirmware as UpdateFirmware,
)
from csms.domain.commands.upkeep import (
    Url as Url,
)
from csms.domain.commands.upkeep import (
    Vpn as Vpn,
)
from csms.domain.commands.upkeep import (
    VpnKind as VpnKind,
)
