from typing import Any

import pytest

from csms.domain.commands import (
    Apn,
    ApnAuthentication,
    Command,
    CommandStatus,
    NetworkInterface,
    Outcome,
    SetNetworkProfile,
    Vpn,
    VpnKind,
)
from tests.ocpp.v201.exchanges import ACCEPTED, assert_not_expressible, assert_sent, written

PHRASE = "secret"
URL = "wss://csms.example/ocpp"

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "SetNetworkProfile",
        SetNetworkProfile(slot=1, url=URL, security_profile=2, interface=NetworkInterface.WIRED_0),
        ACCEPTED,
    ),
    (
        "SetNetworkProfile.mobile",
        SetNetworkProfile(
            slot=2,
            url=URL,
            security_profile=3,
            interface=NetworkInterface.WIRELESS_1,
            timeout_s=60,
            apn=Apn(
                name="internet.example",
                authentication=ApnAuthentication.CHAP,
                user="u",
                password=PHRASE,
                sim_pin=1234,
                preferred_network="24201",
                is_preferred_only=True,
            ),
            vpn=Vpn(
                kind=VpnKind.IKEV2,
                server="vpn.example",
                user="station",
                group="north",
                password=PHRASE,
                key="shared",
            ),
        ),
        Outcome(status=CommandStatus.REJECTED, answer="Failed", detail="InvalidURL"),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


def profile(**rest: Any) -> SetNetworkProfile:
    fields = {"slot": 1, "url": URL, "security_profile": 1, "interface": NetworkInterface.WIRED_1}
    return SetNetworkProfile(**{**fields, **rest})


@pytest.mark.parametrize("interface", NetworkInterface)
def test_every_interface_has_a_word(interface: NetworkInterface) -> None:
    connection = written(profile(interface=interface))["connectionData"]
    assert connection["ocppInterface"] == interface.value


@pytest.mark.parametrize("authentication", ApnAuthentication)
def test_every_way_into_a_mobile_network_has_a_word(authentication: ApnAuthentication) -> None:
    apn = Apn(name="internet", authentication=authentication)
    assert written(profile(apn=apn))["connectionData"]["apn"] == {
        "apn": "internet",
        "apnAuthentication": authentication.value,
    }


@pytest.mark.parametrize("kind", VpnKind)
def test_every_private_network_has_a_word(kind: VpnKind) -> None:
    vpn = Vpn(kind=kind, server="s", user="u", password=PHRASE, key="k")
    assert written(profile(vpn=vpn))["connectionData"]["vpn"]["type"] == kind.value


def test_address_that_is_too_long_is_not_sent() -> None:
    command = profile(url="x" * 513)
    assert_not_expressible(command, "SetNetworkProfile: connectionData/ocppCsmsUrl: ")
