"""What is kept of messages holds no secrets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import (
    Apn,
    FetchLog,
    HandleCustomerData,
    NetworkInterface,
    SetNetworkProfile,
    StartCharging,
    Vpn,
    VpnKind,
)
from csms.domain.device_model import (
    Attribute,
    AttributeKind,
    Component,
    EventOrigin,
    EventTrigger,
    Mutability,
    StationAlert,
    Variable,
    VariableName,
)
from csms.domain.redaction import without_secret_value, without_secret_values, without_secrets

WORD = "geheim"
URLS = {
    "ftp://anna:geheim@host.example:2121/in/": "ftp://…@host.example:2121/in/",
    "https://host.example/in?sig=geheim&x=1": "https://host.example/in?…",
    "https://host.example/in": "https://host.example/in",
    "https://geheim@[broken": "…",
}


@pytest.mark.parametrize(("url", "kept"), URLS.items())
def test_url_is_kept_without_what_gives_access(url: str, kept: str) -> None:
    assert without_secrets(FetchLog(upload_to=url))["upload_to"] == kept


def test_passwords_keys_and_pins_are_taken_out_wherever_they_are() -> None:
    profile = SetNetworkProfile(
        slot=1,
        url="wss://csms.example/",
        security_profile=2,
        interface=NetworkInterface.WIRED_0,
        apn=Apn(name="net", user="u", password=WORD, sim_pin=1234),
        vpn=Vpn(kind=VpnKind.IPSEC, server="vpn", user="u", password=WORD, key=WORD),
    )
    kept = without_secrets(profile)
    assert WORD not in str(kept)
    assert "1234" not in str(kept)
    assert kept["vpn"] == {
        "kind": "IPSec",
        "server": "vpn",
        "user": "u",
        "password": "…",
        "key": "…",
        "group": None,
    }
    assert kept["command"] == "set_network_profile"


def test_tokens_and_customers_are_masked() -> None:
    start = StartCharging(id_token=IdToken("04A2B3C4"), group=IdToken("FLEET-77"))
    kept = without_secrets(start)
    assert kept["id_token"] == {"value": "04…C4", "kind": "ISO14443"}
    assert kept["group"] == {"value": "FL…77", "kind": "ISO14443"}
    assert without_secrets(HandleCustomerData(customer="Anna Berg"))["customer"] == "An…rg"


def variable(name: str, mutability: Mutability) -> Variable:
    return Variable(
        name=VariableName(component=Component(name="SecurityCtrlr"), name=name),
        attributes=(
            Attribute(value="told", mutability=mutability),
            Attribute(kind=AttributeKind.TARGET, mutability=mutability),
        ),
    )


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (variable("Identity", Mutability.READ_ONLY), "told"),
        (variable("Identity", Mutability.WRITE_ONLY), None),
        (variable("basicAuthPassword", Mutability.READ_WRITE), None),
    ],
)
def test_value_that_nobody_is_to_read_is_not_kept(told: Variable, kept: Any) -> None:
    assert [one.value for one in without_secret_values(told).attributes] == [kept, None]


def test_password_in_an_event_of_a_station_is_hidden() -> None:
    name = VariableName(component=Component(name="SecurityCtrlr"), name="basicAuthPassword")
    assert without_secret_value(alert(name, "correct horse")).value == "…"
    assert without_secret_value(alert(name, "")).value == ""


def test_value_in_another_event_of_a_station_stays() -> None:
    name = VariableName(component=Component(name="Connector"), name="AvailabilityState")
    assert without_secret_value(alert(name, "Available")).value == "Available"


def alert(name: VariableName, value: str) -> StationAlert:
    return StationAlert(
        alert_id=1,
        at=datetime(2026, 1, 14, 12, 0, tzinfo=UTC),
        variable=name,
        value=value,
        trigger=EventTrigger.DELTA,
        origin=EventOrigin.HARD_WIRED_NOTIFICATION,
    )
