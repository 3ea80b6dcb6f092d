from importlib.resources import files
from typing import Any, Final

import pytest
from msgspec import Raw

from csms.ocpp.frames import ErrorCode, JsonObject
from csms.ocpp.schemas import SchemaError, Schemas, load_schemas

V16: Final = load_schemas(files("ocpp.v16") / "schemas")
V201: Final = load_schemas(files("ocpp.v201") / "schemas")

FORMAT = ErrorCode.FORMAT_VIOLATION
OCCURRENCE = ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION
PROPERTY = ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
TYPE = ErrorCode.TYPE_CONSTRAINT_VIOLATION

STATUS: Final[JsonObject] = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
BOOT: Final[JsonObject] = {
    "reason": "PowerUp",
    "chargingStation": {"model": "M", "vendorName": "V"},
}
CERTIFICATE: Final[JsonObject] = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "c",
    "responderURL": "d",
}


def without(payload: JsonObject, name: str) -> JsonObject:
    return {key: value for key, value in payload.items() if key != name}


def profile(limit: float) -> JsonObject:
    """A 1.6 charging profile with one limit."""
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        },
    }


def fault_of(schemas: Schemas, action: str, payload: JsonObject) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        schemas.calls[action].read(payload)
    return caught.value


@pytest.mark.parametrize(
    ("schemas", "action", "payload"),
    [
        (V16, "StatusNotification", STATUS),
        (V16, "StatusNotification", {**STATUS, "info": "x" * 50, "timestamp": "last Tuesday"}),
        (V16, "Authorize", {"idTag": ""}),
        (V16, "SetChargingProfile", profile(16.1)),
        (V16, "SetChargingProfile", profile(0.3)),
        (V16, "Heartbeat", {}),
        (V201, "BootNotification", BOOT),
        (V201, "BootNotification", {**BOOT, "customData": {"vendorId": "V", "more": [1]}}),
        (V201, "DataTransfer", {"vendorId": "V", "data": {"anything": [None, 1.5]}}),
        (V201, "Heartbeat", {}),
    ],
)
def test_proper_payload_passes(schemas: Schemas, action: str, payload: JsonObject) -> None:
    schemas.calls[action].read(payload)


@pytest.mark.parametrize(
    ("schemas", "action", "payload", "code", "said"),
    [
        # a field is missing
        (V16, "StatusNotification", without(STATUS, "status"), OCCURRENCE, "payload: "),
        (V201, "BootNotification", without(BOOT, "reason"), OCCURRENCE, "payload: "),
        (
            V201,
            "BootNotification",
            {**BOOT, "chargingStation": {"model": "M"}},
            OCCURRENCE,
            "chargingStation: ",
        ),
        # a field is of another type
        (V16, "StatusNotification", {**STATUS, "connectorId": "1"}, TYPE, "connectorId: "),
        (V16, "StatusNotification", {**STATUS, "connectorId": 1.5}, TYPE, "connectorId: "),
        (V16, "StatusNotification", {**STATUS, "connectorId": True}, TYPE, "connectorId: "),
        (V16, "StatusNotification", {**STATUS, "info": None}, TYPE, "info: "),
        (V201, "BootNotification", {**BOOT, "chargingStation": []}, TYPE, "chargingStation: "),
        # a text is longer than its type
        (V16, "StatusNotification", {**STATUS, "info": "x" * 51}, TYPE, "info: "),
        (V16, "Authorize", {"idTag": "x" * 21}, TYPE, "idTag: "),
        # a value is not one of those that there are
        (V16, "StatusNotification", {**STATUS, "status": "Broken"}, PROPERTY, "status: "),
        (V201, "BootNotification", {**BOOT, "reason": "powerup"}, PROPERTY, "reason: "),
        # a number is out of range, or finer than the version can tell
        (
            V201,
            "NotifyEVChargingNeeds",
            {
                "evseId": 1,
                "chargingNeeds": {
                    "requestedEnergyTransfer": "DC",
                    "dcChargingParameters": {
                        "evMaxCurrent": 1,
                        "evMaxVoltage": 1,
                        "stateOfCharge": 101,
                    },
                },
            },
            PROPERTY,
            "chargingNeeds/dcChargingParameters/stateOfCharge: ",
        ),
        (
            V16,
            "SetChargingProfile",
            profile(16.19),
            PROPERTY,
            "csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit: ",
        ),
        # an integer does not fit into 32 bits
        (V16, "StatusNotification", {**STATUS, "connectorId": 2**31}, PROPERTY, "connectorId: "),
        (V16, "StatusNotification", {**STATUS, "connectorId": -(2**63)}, PROPERTY, "connectorId: "),
        # a list is too short or too long
        (V201, "MeterValues", {"evseId": 1, "meterValue": []}, OCCURRENCE, "meterValue: "),
        (
            V201,
            "Authorize",
            {
                "idToken": {"idToken": "T", "type": "eMAID"},
                "iso15118CertificateHashData": [CERTIFICATE] * 5,
            },
            OCCURRENCE,
            "iso15118CertificateHashData: ",
        ),
        # a field that there is not
        (V16, "StatusNotification", {**STATUS, "color": "red"}, FORMAT, "payload: "),
        (V16, "Heartbeat", {"at": 1}, FORMAT, "payload: "),
        (
            V201,
            "BootNotification",
            {**BOOT, "chargingStation": {"model": "M", "vendorName": "V", "color": "red"}},
            FORMAT,
            "chargingStation: ",
        ),
    ],
)
def test_fault_has_the_code_of_its_kind_and_names_its_place(
    schemas: Schemas, action: str, payload: JsonObject, code: ErrorCode, said: str
) -> None:
    fault = fault_of(schemas, action, payload)
    assert fault.code is code
    assert str(fault).startswith(said)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"connectorId": "1", "errorCode": "Odd", "color": "red"}, TYPE),  # status is missing too
        ({"connectorId": 1, "errorCode": "Odd", "color": "red"}, OCCURRENCE),
        ({**STATUS, "errorCode": "Odd", "color": "red"}, PROPERTY),
        ({**STATUS, "color": "red"}, FORMAT),
    ],
)
def test_the_gravest_of_several_faults_is_told(payload: JsonObject, code: ErrorCode) -> None:
    assert fault_of(V16, "StatusNotification", payload).code is code


def test_fault_is_told_briefly_however_long_the_value() -> None:
    fault = fault_of(V16, "Authorize", {"idTag": "x" * 1_000_000})
    assert fault.code is TYPE
    assert len(str(fault)) < 255


def test_payload_of_half_a_million_faults_has_the_code_of_the_first() -> None:
    payload = {"connectorId": 1, "meterValue": [1] * 500_000}
    fault = fault_of(V16, "MeterValues", payload)
    assert fault.code is TYPE
    assert str(fault) == 'meterValue/0: 1 is not of type "object"'


@pytest.mark.parametrize("depth", [200, 300, 1000])
def test_payload_that_is_nested_deeper_than_any_schema_is_a_fault(depth: int) -> None:
    nested: Any = "x"
    for _ in range(depth):
        nested = [nested]
    assert fault_of(V16, "DataTransfer", {"vendorId": "V", "data": nested}).code in {FORMAT, TYPE}


@pytest.mark.parametrize(
    ("text", "info"),
    [
        ('"info":"a","info":"b"', "b"),
        ('"info":7,"info":"b"', "b"),
        ('"info":"' + "x" * 51 + '","info":"b"', "b"),
        ('"info":"b","\\u0069nfo":"c"', "c"),
    ],
)
def test_last_of_two_values_of_a_field_counts(text: str, info: str) -> None:
    status = '"connectorId":1,"errorCode":"NoError","status":"Available"'
    raw = Raw(f"{{{status},{text}}}".encode())
    assert V16.calls["StatusNotification"].read(raw).info == info


def test_last_of_two_values_of_a_field_has_to_fit() -> None:
    with pytest.raises(SchemaError) as caught:
        V16.calls["Authorize"].read(Raw(b'{"idTag":"04A2","idTag":7}'))
    assert caught.value.code is TYPE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"vendorId":"V","data":1e400}', FORMAT),
        ('{"vendorId":1e400}', FORMAT),
        ('{"vendorId":"V"', FORMAT),
        ("[" * 100_000, FORMAT),
        ("[]", TYPE),
        ('"V"', TYPE),
    ],
)
def test_text_that_is_no_object_is_a_fault(text: str, code: ErrorCode) -> None:
    with pytest.raises(SchemaError) as caught:
        V201.calls["DataTransfer"].read(Raw(text.encode()))
    assert caught.value.code is code
    assert str(caught.value).startswith("payload: ")


def test_absent_field_reads_as_none_and_null_is_a_fault() -> None:
    assert V16.calls["DataTransfer"].read({"vendorId": "V"}).data is None
    with pytest.raises(SchemaError) as caught:
        V16.calls["DataTransfer"].read({"vendorId": "V", "data": None})
    assert caught.value.code is TYPE


def test_results_are_checked_like_calls() -> None:
    V16.results["Reset"].read({"status": "Accepted"})
    with pytest.raises(SchemaError) as caught:
        V16.results["Reset"].read({"status": "Perhaps"})
    assert caught.value.code is PROPERTY


def test_actions_are_those_of_the_version_in_both_directions() -> None:
    assert {"BootNotification", "StartTransaction", "Reset"} < V16.actions
    assert "TransactionEvent" not in V16.actions
    assert {"BootNotification", "TransactionEvent", "Reset"} < V201.actions
    assert "StartTransaction" not in V201.actions
    assert not any(name.endswith(("Request", "Response")) for name in V16.actions | V201.actions)
