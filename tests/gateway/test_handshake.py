"""What a request says, without sockets. More paths are in test_server."""

import pytest
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from csms.gateway.handshake import OcppProtocol, station_of

PREFIXES = frozenset({"/ocpp", ""})
SPOKEN = [Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")]


@pytest.mark.parametrize(
    ("path", "station_id"),
    [
        ("/ocpp/G-01", "G-01"),
        ("/G-01", "G-01"),
        ("/ocpp/RDAM%20123?site=7/8", "RDAM 123"),
        ("/ocpp/A%2FB", "A/B"),
        ("/ocpp/", None),
        ("/elsewhere/G-01", None),
        ("/ocpp/%0A", None),
        ("/ocpp/" + "x" * 49, None),
        ("", None),
    ],
)
def test_last_segment_is_the_identity(path: str, station_id: str | None) -> None:
    assert station_of(path, PREFIXES) == station_id


def chosen(*offered: str) -> str | None:
    protocol: ServerProtocol = OcppProtocol(subprotocols=SPOKEN)
    return protocol.select_subprotocol([Subprotocol(name) for name in offered])


def test_our_first_choice_of_what_is_offered_is_spoken() -> None:
    assert chosen("ocpp1.6", "ocpp2.0.1") == "ocpp2.0.1"
    assert chosen("ocpp2.1", "ocpp1.6") == "ocpp1.6"


def test_no_common_version_is_no_error() -> None:
    assert chosen("ocpp1.5") is None
    assert chosen() is None
