"""What a version of OCPP adds to a station: the words for what it tells and is told."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from typing import ClassVar, Final, TypeAlias

from csms.ocpp.frames import Call, JsonObject
from simulators.stations.charging_profiles import Profile
from simulators.stations.link import Answer
from simulators.stations.outbox import Message
from simulators.stations.outlet import Outlet, OutletState, Transaction
from simulators.stations.profile_store import SameLevel

Command: TypeAlias = Callable[[JsonObject], JsonObject]
"""Does what a call asks for and returns the payload of the answer."""

VENDOR: Final = "ChargeFlex"
MODEL: Final = "Simulated"


class EndCause(Enum):
    """Why a transaction ends."""

    UNPLUGGED = "unplugged"
    STOPPED_REMOTELY = "stopped remotely"
    DEAUTHORIZED = "deauthorized"
    RESET = "reset"
    POWER_LOSS = "power loss"


class Dialect(ABC):
    """One version of OCPP, as a station speaks it.

    Attributes:
        subprotocol: The version's name in the handshake.
        malformed_code: Its error code for what has not the proper form.
        same_level: What it does with profiles that meet at one level.
    """

    subprotocol: ClassVar[str]
    malformed_code: ClassVar[str]
    same_level: ClassVar[SameLevel]

    @abstractmethod
    def commands(self) -> Mapping[str, Command]:
        """What it does for the CSMS, by action."""

    @abstractmethod
    def boot_message(self) -> Message:
        """A boot notification."""

    @abstractmethod
    def tell_connector(self, outlet: Outlet) -> None:
        """Tell the status of the outlet's connector."""

    @abstractmethod
    def tell_change(self, outlet: Outlet, before: OutletState) -> None:
        """Tell that the outlet's state has changed."""

    @abstractmethod
    def tell_started(self, outlet: Outlet, transaction: Transaction) -> None:
        """Tell that a transaction has begun."""

    @abstractmethod
    def tell_sample(self, outlet: Outlet, transaction: Transaction) -> None:
        """Tell what the meter shows during a transaction."""

    @abstractmethod
    def tell_ended(self, outlet: Outlet, transaction: Transaction, cause: EndCause) -> None:
        """Tell that a transaction is over."""

    @abstractmethod
    async def is_authorized(self, token: str) -> bool:
        """Ask the CSMS whether a token may charge; without an answer it may."""

    @abstractmethod
    def is_meant(self, profile: Profile, transaction: Transaction) -> bool:
        """Whether a TxProfile is for this transaction."""

    @abstractmethod
    def answer_while_rejected(self, call: Call) -> Answer | None:
        """What a call gets that comes although the CSMS has rejected the station."""
