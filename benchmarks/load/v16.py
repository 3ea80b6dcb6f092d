"""OCPP 1.6: the messages of a simulated station and its answers."""

from typing import Final

from benchmarks.load.dialect import (
    SAMPLES,
    Dialect,
    JsonObject,
    Limit,
    Steps,
    accept,
    call,
    read_schedule,
    trigger,
    write_schedule,
)

_SETTINGS: Final = {
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "24",
    "HeartbeatInterval": "300",
    "MeterValueSampleInterval": "60",
    "NumberOfConnectors": "1",
}


def v16() -> Dialect:
    """Build OCPP 1.6."""
    return Dialect(
        name="1.6",
        subprotocol="ocpp1.6",
        boot=call(
            "BootNotification",
            {
                "chargePointVendor": "Benchmark",
                "chargePointModel": "Load 16",
                "chargePointSerialNumber": "<token:10>",
                "firmwareVersion": "1.0",
            },
        ),
        heartbeat=call("Heartbeat", {}),
        free=call("StatusNotification", _status("Available")),
        occupied=call("StatusNotification", _status("Preparing")),
        start=call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "<token:10>",
                "meterStart": "<#register_wh:8>",
                "timestamp": "<at:24>",
            },
        ),
        sample=call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": "<#transaction:12>",
                "meterValue": [{"timestamp": "<at:24>", "sampledValue": _sampled_values()}],
            },
        ),
        commands={
            "ChangeConfiguration": accept,
            "ClearChargingProfile": accept,
            "GetConfiguration": _settings,
            "SetChargingProfile": accept,
            "TriggerMessage": trigger,
        },
        read_limit=_limit,
        tell_limit=_composite,
    )


def _status(status: str) -> JsonObject:
    return {"connectorId": 1, "errorCode": "NoError", "status": status, "timestamp": "<at:24>"}


def _sampled_values() -> list[JsonObject]:
    """Every value as 1.6 writes it: a text, beside its context, format, measurand and unit."""
    return [
        {
            "value": f"<{value}>" if isinstance(value, str) else str(value),
            "context": "Sample.Periodic",
            "format": "Raw",
            "measurand": measurand,
            **rest,
            **({"unit": unit} if unit else {}),
        }
        for measurand, unit, value, rest in SAMPLES
    ]


def _settings(call: JsonObject) -> JsonObject:
    asked = call.get("key") or list(_SETTINGS)
    return {
        "configurationKey": [
            {"key": key, "readonly": False, "value": _SETTINGS[key]}
            for key in asked
            if key in _SETTINGS
        ],
        "unknownKey": [key for key in asked if key not in _SETTINGS],
    }


def _composite(call: JsonObject, steps: Steps) -> JsonObject:
    return {
        "status": "Accepted",
        "connectorId": call["connectorId"],
        "chargingSchedule": write_schedule(call, steps),
    }


def _limit(call: JsonObject) -> Limit:
    profile = call["csChargingProfiles"]
    return read_schedule(profile["chargingProfilePurpose"], profile["chargingSchedule"])
