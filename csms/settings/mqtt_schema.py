"""What the settings file may say of the MQTT broker, key by key."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from csms.domain.errors import Fault
from csms.domain.site import Site
from csms.settings.yaml_source import YamlSource

_PORT: Final = 1883
_TLS_PORT: Final = 8883


def _version(said: object) -> object:
    """Accept `5` without quotes, which YAML reads as a number."""
    return str(said) if type(said) is int else said


File: TypeAlias = Annotated[str, Field(min_length=1)]
Version: TypeAlias = Annotated[Literal["5", "3.1.1"], BeforeValidator(_version)]
Prefix: TypeAlias = Annotated[str, Field(pattern=r"^[^\s/+#$][^\s+#]*[^\s/+#]$|^[^\s/+#$]$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MqttTlsModel(_Model):
    """How the connection to the broker is encrypted; files are PEM, relative to this file."""

    ca: File | None = Field(
        default=None,
        description="Who may sign the broker's certificate; null: whom this machine trusts",
    )
    certificate: File | None = Field(
        default=None, description="What this server shows, and what leads to the root; null: none"
    )
    key: File | None = Field(default=None, description="Its private key, without a passphrase")


class MqttModel(_Model):
    """The MQTT broker that brings the readings of meters."""

    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]
    port: Annotated[int, Field(ge=1, le=65_535)] | None = Field(
        default=None, description="Default: 8883 with `tls`, else 1883"
    )
    version: Version = Field(
        default="5", description="Of the protocol; 3.1.1 is for brokers that know no other"
    )
    tls: MqttTlsModel | None = Field(default=None, description="null: nothing is encrypted")
    user: Annotated[str, Field(min_length=1)] | None = None
    password_file: File | None = Field(
        default=None,
        description="A file that holds the user's password alone, relative to this file; or "
        " CHARGEFLEX_MQTT_PASSWORD in the environment",
    )
    client_id: Annotated[str, Field(min_length=1, max_length=65, pattern=r"^[^\s+#/]+$")] = Field(
        default="chargeflex", description="Two clients of one name turn each other out"
    )
    prefix: Prefix = Field(
        default="chargeflex", description="What all topics of this server begin with"
    )
    keep_alive_s: Annotated[int, Field(ge=5, le=3_600)] = Field(
        default=20, description="A broker that is silent for longer is taken to be gone"
    )

    state: bool = Field(
        default=True, description="Whether it is sent how sites stand, to be retained"
    )
    orders: bool = Field(
        default=False,
        description="Whether feeders may be limited and needs be stated by whoever the broker lets "
        "write to the topics for that",
    )
    measured_every_s: Annotated[int, Field(ge=1, le=3_600)] = Field(
        default=10, description="How often a topic is sent for its measurements alone"
    )

    @property
    def port_in_use(self) -> int:
        """The port that is said, or the usual one."""
        return self.port or (_TLS_PORT if self.tls else _PORT)


def wrong_mqtt(
    source: YamlSource, model: MqttModel | None, sites: tuple[Site, ...]
) -> Iterator[Fault]:
    """What is said of the broker that cannot be, or is not said though sites need it."""
    if model is None:
        yield from _meters_without_broker(source, sites)
        return
    if model.password_file and model.user is None:
        yield source.fault(("mqtt", "password_file"), "expected user beside it")
    if model.tls and (model.tls.certificate is None) != (model.tls.key is None):
        yield source.fault(("mqtt", "tls"), "expected both certificate and key, or neither")


def _meters_without_broker(source: YamlSource, sites: tuple[Site, ...]) -> Iterator[Fault]:
    for i, site in enumerate(sites):
        for feeder in site.feeders:
            if feeder.uncontrolled and feeder.uncontrolled.source:
                words = f"the meter of its feeder {feeder.feeder_id!r} is read by MQTT"
                yield source.fault(("sites", i), f"{words}: expected mqtt in this file")
                break
