"""Calls that a 1.6 station makes (OCPP 1.6 §4, security whitepaper §5), as one table."""

from typing import Any, Final

from csms.ocpp.adapter import Inbound
from csms.ocpp.payloads import (
    decode_data,
    decode_heartbeat,
    encode_boot,
    encode_data,
    encode_heartbeat,
    encode_nothing,
)
from csms.ocpp.v16 import certificates, station, tokens, transactions, upkeep

INBOUND: Final[tuple[Inbound[Any, Any], ...]] = (
    Inbound("Authorize", tokens.decode_authorize, tokens.encode_authorize),
    Inbound("BootNotification", station.decode_boot, encode_boot),
    Inbound("DataTransfer", decode_data, encode_data),
    Inbound("DiagnosticsStatusNotification", upkeep.decode_diagnostics_status, encode_nothing),
    Inbound("FirmwareStatusNotification", upkeep.decode_firmware_status, encode_nothing),
    Inbound("Heartbeat", decode_heartbeat, encode_heartbeat),
    Inbound("LogStatusNotification", upkeep.decode_log_status, encode_nothing),
    Inbound("MeterValues", transactions.decode_meter_values, encode_nothing),
    Inbound("SecurityEventNotification", station.decode_security, encode_nothing),
    Inbound("SignCertificate", certificates.decode_signing, certificates.encode_signing),
    Inbound(
        "SignedFirmwareStatusNotification", upkeep.decode_signed_firmware_status, encode_nothing
    ),
    Inbound("StartTransaction", transactions.decode_start, transactions.encode_start),
    Inbound("StatusNotification", station.decode_status, encode_nothing),
    Inbound("StopTransaction", transactions.decode_stop, transactions.encode_stop),
)
