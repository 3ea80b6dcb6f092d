"""Calls that a 2.0.1 station makes, and by what each is understood and answered (part 2 §1)."""

from typing import Any, Final

from csms.ocpp.adapter import Inbound
from csms.ocpp.payloads import (
    decode_data,
    decode_heartbeat,
    encode_data,
    encode_heartbeat,
    encode_nothing,
)
from csms.ocpp.v201 import (
    alerts,
    certificates,
    charging,
    control,
    display,
    inventory,
    monitoring,
    reservations,
    tokens,
    transactions,
    upkeep,
    vehicles,
)
from csms.ocpp.v201.answers import encode_agreement

INBOUND: Final[tuple[Inbound[Any, Any], ...]] = (
    Inbound("Authorize", tokens.decode_authorize, tokens.encode_authorize),
    Inbound("BootNotification", control.decode_boot, control.encode_boot),
    Inbound("ClearedChargingLimit", charging.decode_released, encode_nothing),
    Inbound("DataTransfer", decode_data, encode_data),
    Inbound("FirmwareStatusNotification", upkeep.decode_firmware_status, encode_nothing),
    Inbound(
        "Get15118EVCertificate",
        certificates.decode_vehicle_certificate,
        certificates.encode_vehicle_certificate,
    ),
    Inbound(
        "GetCertificateStatus",
        certificates.decode_certificate_status,
        certificates.encode_certificate_status,
    ),
    Inbound("Heartbeat", decode_heartbeat, encode_heartbeat),
    Inbound("LogStatusNotification", upkeep.decode_log_status, encode_nothing),
    Inbound("MeterValues", transactions.decode_meter_values, encode_nothing),
    Inbound("NotifyChargingLimit", charging.decode_limit, encode_nothing),
    Inbound("NotifyCustomerInformation", upkeep.decode_customer_data, encode_nothing),
    Inbound("NotifyDisplayMessages", display.decode_messages, encode_nothing),
    Inbound("NotifyEVChargingNeeds", vehicles.decode_needs, vehicles.encode_needs),
    Inbound("NotifyEVChargingSchedule", vehicles.decode_vehicle_schedule, encode_agreement),
    Inbound("NotifyEvent", alerts.decode_alerts, encode_nothing),
    Inbound("NotifyMonitoringReport", monitoring.decode_monitors, encode_nothing),
    Inbound("NotifyReport", inventory.decode_variables, encode_nothing),
    Inbound("PublishFirmwareStatusNotification", upkeep.decode_publishing_status, encode_nothing),
    Inbound("ReportChargingProfiles", charging.decode_profiles, encode_nothing),
    Inbound("ReservationStatusUpdate", reservations.decode_ended, encode_nothing),
    Inbound("SecurityEventNotification", certificates.decode_security, encode_nothing),
    Inbound("SignCertificate", certificates.decode_signing, encode_agreement),
    Inbound("StatusNotification", control.decode_status, encode_nothing),
    Inbound(
        "TransactionEvent",
        transactions.decode_transaction_event,
        transactions.encode_transaction_event,
    ),
)
