"""What is secret is masked before it is kept; the rest stays word for word."""

import json
from typing import Any

import pytest

from csms.journal.redaction import redact

VPN = {"server": "vpn.example", "user": "u", "password": "p4ss", "key": "k3y", "type": "IPSec"}
APN = {"apn": "internet", "apnUserName": "u", "apnPassword": "p4ss", "simPin": 1234}


def masked(action: str, payload: Any) -> Any:
    return json.loads(redact(action, json.dumps(payload)))


def test_new_password_of_a_1_6_station_is_masked() -> None:
    told = masked("ChangeConfiguration", {"key": "AuthorizationKey", "value": "0011"})
    assert told == {"key": "AuthorizationKey", "value": "***"}


@pytest.mark.parametrize("name", ["ApnPassword", "VpnKey"])
def test_other_secrets_of_a_1_6_station_are_masked(name: str) -> None:
    told = masked("ChangeConfiguration", {"key": name, "value": "0011"})
    assert told == {"key": name, "value": "***"}


def test_other_settings_of_a_1_6_station_are_kept() -> None:
    payload = {"key": "HeartbeatInterval", "value": "300"}
    assert masked("ChangeConfiguration", payload) == payload


def test_password_among_the_settings_that_a_1_6_station_tells_is_masked() -> None:
    keys = [{"key": "authorizationKEY", "readonly": False, "value": "0011"}]
    told = masked("GetConfiguration", [3, "1", {"configurationKey": keys}])
    assert told[2]["configurationKey"][0]["value"] == "***"


@pytest.mark.parametrize("name", ["BasicAuthPassword", "APNPassword", "VpnKey", "VPNPassword"])
@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("SetVariables", {"attributeValue": "correct horse"}),
        ("GetVariables", {"attributeValue": "correct horse"}),
        ("NotifyEvent", {"actualValue": "correct horse"}),
        ("NotifyReport", {"variableAttribute": [{"value": "correct horse"}]}),
    ],
)
def test_secret_among_the_variables_of_a_station_is_masked(
    action: str, value: dict[str, Any], name: str
) -> None:
    told = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}, **value}
    assert "correct horse" not in redact(action, json.dumps({"data": [told]}))


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("SetVariables", {"attributeValue": "300"}),
        ("NotifyEvent", {"actualValue": "300"}),
        ("NotifyReport", {"variableAttribute": [{"value": "300"}]}),
    ],
)
def test_other_variables_of_a_station_are_kept(action: str, value: dict[str, Any]) -> None:
    payload = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "Interval"}, **value}
    assert masked(action, payload) == payload


def test_secrets_of_a_network_profile_are_masked() -> None:
    told = masked("SetNetworkProfile", {"connectionData": {"vpn": VPN, "apn": APN}})
    assert told["connectionData"] == {
        "vpn": {**VPN, "password": "***", "key": "***"},
        "apn": {**APN, "apnPassword": "***", "simPin": "***"},
    }


@pytest.mark.parametrize("action", ["Authorize", "TransactionEvent", "RequestStartTransaction"])
def test_pin_that_was_keyed_in_is_masked(action: str) -> None:
    told = masked(action, {"idToken": {"idToken": "4711", "type": "KeyCode"}})
    assert told == {"idToken": {"idToken": "***", "type": "KeyCode"}}


@pytest.mark.parametrize("action", ["Authorize", "TransactionEvent", "RequestStartTransaction"])
def test_card_is_kept(action: str) -> None:
    payload = {"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}}
    assert masked(action, payload) == payload


@pytest.mark.parametrize("action", ["GetDiagnostics", "GetLog", "UpdateFirmware"])
def test_who_uploads_to_a_place_is_masked(action: str) -> None:
    told = masked(action, {"location": "ftp://user:p4ss@files.example/logs"})
    assert told == {"location": "ftp://***@files.example/logs"}


def test_frequent_messages_stay_word_for_word() -> None:
    text = '{"connectorId": 1,  "meterValue": []}'
    assert redact("MeterValues", text) is text


def test_what_cannot_be_read_is_masked_whole() -> None:
    assert redact("SetVariables", '{"attributeValue": "correct ho') == '"***"'
