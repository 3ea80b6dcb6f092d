"""OCPP 2.0.1: the messages of a simulated station and its answers."""

from datetime import UTC, datetime
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

_VARIABLES: Final = {
    "HeartbeatInterval": "300",
    "PeriodsPerSchedule": "24",
    "ProfileStackLevel": "10",
    "RateUnit": "A,W",
    "TxUpdatedInterval": "60",
}


def v201() -> Dialect:
    """Build OCPP 2.0.1."""
    return Dialect(
        name="2.0.1",
        subprotocol="ocpp2.0.1",
        boot=call(
            "BootNotification",
            {
                "reason": "PowerUp",
                "chargingStation": {
                    "vendorName": "Benchmark",
                    "model": "Load 201",
                    "serialNumber": "<token:10>",
                    "firmwareVersion": "1.0",
                },
            },
        ),
        heartbeat=call("Heartbeat", {}),
        free=call("StatusNotification", _status("Available")),
        occupied=call("StatusNotification", _status("Occupied")),
        start=call("TransactionEvent", _started()),
        sample=call("TransactionEvent", _updated()),
        commands={
            "ClearChargingProfile": accept,
            "GetVariables": _get_variables,
            "SetChargingProfile": accept,
            "SetVariables": _set_variables,
            "TriggerMessage": trigger,
        },
        read_limit=_limit,
        tell_limit=_composite,
    )


def _status(status: str) -> JsonObject:
    return {"timestamp": "<at:24>", "connectorStatus": status, "evseId": 1, "connectorId": 1}


def _started() -> JsonObject:
    register = {
        "value": "<#register_wh:8>",
        "context": "Transaction.Begin",
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    return {
        "eventType": "Started",
        "timestamp": "<at:24>",
        "triggerReason": "CablePluggedIn",
        "seqNo": "<#seq_no:7>",
        "transactionInfo": {"transactionId": "<transaction:36>", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": "<token:10>", "type": "ISO14443"},
        "meterValue": [{"timestamp": "<at:24>", "sampledValue": [register]}],
    }


def _updated() -> JsonObject:
    return {
        "eventType": "Updated",
        "timestamp": "<at:24>",
        "triggerReason": "MeterValuePeriodic",
        "seqNo": "<#seq_no:7>",
        "transactionInfo": {"transactionId": "<transaction:36>", "chargingState": "Charging"},
        "meterValue": [{"timestamp": "<at:24>", "sampledValue": _sampled_values()}],
    }


def _sampled_values() -> list[JsonObject]:
    """Every value as 2.0.1 writes it: a number, its unit an object with a multiplier."""
    return [
        {
            "value": f"<#{value}>" if isinstance(value, str) else value,
            "context": "Sample.Periodic",
            "measurand": measurand,
            **rest,
            **({"unitOfMeasure": {"unit": unit, "multiplier": 0}} if unit else {}),
        }
        for measurand, unit, value, rest in SAMPLES
    ]


def _get_variables(call: JsonObject) -> JsonObject:
    return {"getVariableResult": [_variable(asked) for asked in call["getVariableData"]]}


def _variable(asked: JsonObject) -> JsonObject:
    value = _VARIABLES.get(asked["variable"]["name"])
    told = {"component": asked["component"], "variable": asked["variable"]}
    if value is None:
        return {**told, "attributeStatus": "UnknownVariable"}
    return {**told, "attributeStatus": "Accepted", "attributeValue": value}


def _set_variables(call: JsonObject) -> JsonObject:
    return {
        "setVariableResult": [
            {
                "component": one["component"],
                "variable": one["variable"],
                "attributeStatus": "Accepted",
            }
            for one in call["setVariableData"]
        ]
    }


def _composite(call: JsonObject, steps: Steps) -> JsonObject:
    starts_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    schedule = {
        "evseId": call["evseId"],
        "scheduleStart": starts_at.replace("+00:00", "Z"),
        **write_schedule(call, steps),
    }
    return {"status": "Accepted", "schedule": schedule}


def _limit(call: JsonObject) -> Limit:
    profile = call["chargingProfile"]
    return read_schedule(profile["chargingProfilePurpose"], profile["chargingSchedule"][0])
