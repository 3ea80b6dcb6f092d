"""What an uplink needs of the station behind it."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from csms.ocpp.frames import Call, JsonObject
from simulators.stations.link import Answer
from simulators.stations.outbox import Message


class Registration(StrEnum):
    """What the CSMS answered to the last boot notification."""

    UNKNOWN = "Unknown"
    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class Speaker(Protocol):
    """The station behind an uplink, in one version of OCPP."""

    @property
    def station_id(self) -> str:
        """Its identity."""
        ...

    @property
    def subprotocol(self) -> str:
        """The version's name in the handshake."""
        ...

    @property
    def malformed_code(self) -> str:
        """The version's error code for what has not the proper form."""
        ...

    def boot_message(self) -> Message:
        """A boot notification."""
        ...

    def answer(self, call: Call) -> Answer | None:
        """Answer a call of the CSMS; None leaves it without an answer."""
        ...

    def heartbeat_s(self) -> int:
        """How long it may be silent; 0: for ever."""
        ...

    def retry_s(self) -> int:
        """How long to wait before what the CSMS failed to process is sent again."""
        ...

    def time_told(self, answer: JsonObject, asked_at: datetime) -> None:
        """The CSMS has told the time in an answer to what it was asked at that instant."""
        ...

    def registered(self, interval_s: int) -> None:
        """The CSMS has accepted the station, and said how often it wants to hear of it."""
        ...

    def came_online(self, *, has_booted: bool) -> None:
        """Messages can be delivered again."""
        ...

    def stayed_offline(self) -> None:
        """An attempt to connect has failed."""
        ...
