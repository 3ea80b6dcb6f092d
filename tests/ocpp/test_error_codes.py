"""What is wrong with a payload decides on the error code, in the words of each version.

OCPP-J 1.6 §4.2.3 with errata §5.1 and §5.2, OCPP 2.0.1 part 4 §4.3. The `ocpp` package has other
ideas here and there: what it says is written down beside, so that a change of it is noticed.
"""

import asyncio
import contextlib
import json
from importlib.resources import files
from typing import Any, Final, NamedTuple

import pytest
from ocpp import messages
from ocpp.exceptions import OCPPError

from csms.ocpp.adapter import Adapter, Version
from csms.ocpp.frames import FrameError, JsonObject
from csms.ocpp.schemas import SchemaError
from csms.ocpp.v16.version import load_v16
from csms.ocpp.v201.version import load_v201

VERSIONS: Final = {version.name: version for version in (load_v16(), load_v201())}
PACKAGES: Final = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
NOON: Final = "2026-01-14T12:00:00Z"
START: Final = {"connectorId": 1, "idTag": "04A2", "meterStart": 0, "timestamp": NOON}
STATUS: Final = {
    "timestamp": NOON,
    "connectorStatus": "Available",
    "evseId": 1,
    "connectorId": 1,
}
TOKEN: Final = {"idToken": "04A2", "type": "ISO14443"}
HASH: Final = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "c",
    "responderURL": "d",
}


class Case(NamedTuple):
    """A payload that one keyword of its schema forbids, and nothing else.

    Attributes:
        theirs: The `ocpp` package's code; None: it accepts the payload.
    """

    version: str
    keyword: str
    action: str
    payload: JsonObject
    code: str
    theirs: str | None


def without(payload: JsonObject, name: str) -> JsonObject:
    return {key: value for key, value in payload.items() if key != name}


def limit(limit_a: float) -> JsonObject:
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
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_a}],
            },
        },
    }


def charge(state_pct: int) -> JsonObject:
    """What a vehicle needs, whose battery is so full."""
    battery = {"evMaxCurrent": 1, "evMaxVoltage": 1, "stateOfCharge": state_pct}
    needs = {"requestedEnergyTransfer": "DC", "dcChargingParameters": battery}
    return {"evseId": 1, "chargingNeeds": needs}


TYPE: Final = "TypeConstraintViolation"
PROPERTY: Final = "PropertyConstraintViolation"
FORMATION, FORMAT = "FormationViolation", "FormatViolation"
OCCURENCE, OCCURRENCE = "OccurenceConstraintViolation", "OccurrenceConstraintViolation"
PROTOCOL: Final = "ProtocolError"

CASES: Final = (
    Case("1.6", "type", "StartTransaction", {**START, "meterStart": "0"}, TYPE, TYPE),
    Case("1.6", "type", "StartTransaction", {**START, "meterStart": 0.5}, TYPE, TYPE),
    Case("1.6", "type", "StartTransaction", {**START, "idTag": None}, TYPE, TYPE),
    Case("1.6", "type", "MeterValues", {"connectorId": 1, "meterValue": {}}, TYPE, TYPE),
    Case("1.6", "maxLength", "StartTransaction", {**START, "idTag": "x" * 21}, TYPE, TYPE),
    Case("1.6", "required", "StartTransaction", without(START, "idTag"), OCCURENCE, PROTOCOL),
    Case("1.6", "minItems", "MeterValues", {"connectorId": 1, "meterValue": []}, OCCURENCE, FORMAT),
    Case("1.6", "enum", "FirmwareStatusNotification", {"status": "On"}, PROPERTY, FORMAT),
    Case("1.6", "multipleOf", "SetChargingProfile", limit(16.19), PROPERTY, FORMAT),
    Case(
        "1.6", "minimum", "StartTransaction", {**START, "meterStart": -(2**31) - 1}, PROPERTY, None
    ),
    Case("1.6", "maximum", "StartTransaction", {**START, "meterStart": 2**31}, PROPERTY, None),
    Case("1.6", "additionalProperties", "StartTransaction", {**START, "id": 1}, FORMATION, FORMAT),
    Case("2.0.1", "type", "StatusNotification", {**STATUS, "evseId": "1"}, TYPE, TYPE),
    Case("2.0.1", "type", "StatusNotification", {**STATUS, "evseId": 1.5}, TYPE, TYPE),
    Case("2.0.1", "type", "StatusNotification", {**STATUS, "timestamp": None}, TYPE, TYPE),
    Case("2.0.1", "type", "MeterValues", {"evseId": 1, "meterValue": {}}, TYPE, TYPE),
    Case(
        "2.0.1", "maxLength", "Authorize", {"idToken": {**TOKEN, "idToken": "x" * 37}}, TYPE, TYPE
    ),
    Case(
        "2.0.1", "required", "StatusNotification", without(STATUS, "evseId"), OCCURRENCE, PROTOCOL
    ),
    Case("2.0.1", "minItems", "MeterValues", {"evseId": 1, "meterValue": []}, OCCURRENCE, FORMAT),
    Case(
        "2.0.1",
        "maxItems",
        "Authorize",
        {"idToken": TOKEN, "iso15118CertificateHashData": [HASH] * 5},
        OCCURRENCE,
        FORMAT,
    ),
    Case("2.0.1", "enum", "Authorize", {"idToken": {**TOKEN, "type": "RFID"}}, PROPERTY, FORMAT),
    Case("2.0.1", "minimum", "NotifyEVChargingNeeds", charge(-1), PROPERTY, FORMAT),
    Case("2.0.1", "maximum", "NotifyEVChargingNeeds", charge(101), PROPERTY, FORMAT),
    Case("2.0.1", "minimum", "StatusNotification", {**STATUS, "evseId": -(2**40)}, PROPERTY, None),
    Case("2.0.1", "maximum", "StatusNotification", {**STATUS, "evseId": 2**31}, PROPERTY, None),
    Case(
        "2.0.1", "additionalProperties", "StatusNotification", {**STATUS, "id": 1}, FORMAT, FORMAT
    ),
)
each_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.version}-{case.keyword}-{case.action}" for case in CASES]
)


def spelled(version: Version, fault: SchemaError) -> str:
    answer = Adapter(version).answer_fault(FrameError(fault.code, "7", str(fault)))
    assert answer is not None
    return answer.code


@each_case
def test_code_is_that_of_what_is_wrong(case: Case) -> None:
    version = VERSIONS[case.version]
    with pytest.raises(SchemaError) as caught:
        version.schemas.calls[case.action].read(case.payload)
    assert spelled(version, caught.value) == case.code


@each_case
def test_codes_of_the_package_are_what_they_were(case: Case) -> None:
    call = messages.Call("7", case.action, json.loads(json.dumps(case.payload)))
    refused = contextlib.nullcontext() if case.theirs is None else pytest.raises(OCPPError)
    with refused as caught:
        asyncio.run(messages.validate_payload(call, case.version))
    assert (caught and caught.value.code) == case.theirs


def keywords(node: Any) -> set[str]:
    """All keywords of a schema that say what is valid."""
    if isinstance(node, list):
        return set().union(*map(keywords, node))
    if not isinstance(node, dict):
        return set()
    said = {word for word in node if word in CHECKED}
    return said.union(*map(keywords, node.values()))


CHECKED: Final = {
    *("type", "enum", "multipleOf", "minimum", "maximum", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "uniqueItems", "required", "additionalProperties"),
    *("allOf", "anyOf", "oneOf", "not", "dependencies", "minProperties", "maxProperties"),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_keyword_of_the_official_schemas_has_a_case(version: str) -> None:
    folder = files(PACKAGES[version]) / "schemas"
    said = [
        keywords(json.loads(file.read_text(encoding="utf-8-sig")))
        for file in folder.iterdir()
        if file.name.endswith(".json")
    ]
    assert set().union(*said) <= {case.keyword for case in CASES if case.version == version}
