"""Where the MQTT broker is, and who comes to it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class MqttVersion(StrEnum):
    """Versions of the protocol."""

    V5 = "5"
    V311 = "3.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttTls:
    """How the connection is encrypted.

    Attributes:
        ca: Who may sign the broker's certificate, in PEM; None: whom this machine trusts.
        chain: The certificate that this server shows, in PEM; None: it shows none.
        key: Its private key.
    """

    ca: Path | None = None
    chain: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """Where the broker is, and who comes to it.

    Attributes:
        prefix: What all topics of this server begin with.
        tells_state: Whether it is sent how sites stand.
        takes_orders: Whether others may limit feeders and state needs.
        measured_every_s: How often a topic is sent for its measurements alone.
    """

    host: str
    port: int
    version: MqttVersion = MqttVersion.V5
    tls: MqttTls | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    client_id: str = "chargeflex"
    prefix: str = "chargeflex"
    keep_alive_s: int = 20
    tells_state: bool = True
    takes_orders: bool = False
    measured_every_s: int = 10

    @property
    def place(self) -> str:
        """Where the broker is, in words."""
        return f"{self.host}:{self.port}"
