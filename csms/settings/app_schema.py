"""The schema of the server's settings file."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from csms.settings.grid_schema import GridCompanyModel
from csms.settings.mqtt_schema import MqttModel
from csms.settings.site_schema import Profile


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _listed(said: object) -> object:
    return [said] if isinstance(said, str) else said


Files: TypeAlias = Annotated[
    Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
"""One file, or several; relative to the settings file."""
Days: TypeAlias = Annotated[int, Field(ge=1, le=36_500)] | None
Host: TypeAlias = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$")
]


class CertificateModel(_Model):
    """A certificate of this server; both files in PEM, relative to this file."""

    chain: str = Field(description="The certificate, then those that lead to the root")
    key: str = Field(description="Its private key, without a passphrase")


class TlsModel(_Model):
    """Where stations connect encrypted (security profiles 2 and 3)."""

    host: str | None = Field(default=None, description="Default: as for the other port")
    port: Annotated[int, Field(ge=0, le=65_535)] = 9001
    certificates: Annotated[list[CertificateModel], Field(min_length=1, max_length=2)] = Field(
        description="One; or one with an RSA key and one with an elliptic curve"
    )
    client_ca: Files | None = Field(
        default=None,
        description="Certificates (PEM) of who may sign those of stations, profile 3: one file, or "
        "a list of files",
    )
    crl: Files | None = Field(
        default=None,
        description="Lists of revoked station certificates, signed by the client CAs: one file, or "
        "a list of files",
    )
    operator: str | None = Field(
        default=None,
        description="Organisation (O) that station certificates have to be made out to",
    )
    min_version: Literal["1.2", "1.3"] = Field(
        default="1.2", description="The lowest version of TLS"
    )


class OcppModel(_Model):
    """Where stations connect."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 9000
    prefixes: Annotated[list[Annotated[str, Field(pattern="^/")]], Field(min_length=1)] = [
        "/ocpp",
        "/",
    ]
    ping_every_s: Annotated[float, Field(gt=0, le=3600)] = 20.0
    call_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    compression: bool = Field(
        default=False,
        description="Whether messages are compressed for stations that offer it (RFC 7692)",
    )
    security_profile: Profile | None = Field(
        default=None,
        description="The lowest OCPP security profile that stations are let in with, where a site "
        "file says nothing; 0: whoever connects is believed; default: 2 with `tls`, else 1",
    )
    unknown_stations: Literal["guest", "hold", "refuse"] = Field(
        default="guest",
        description="Stations that no site knows: guest: let in where a site has a place for one; "
        "hold: connected, and answered Pending until they are adopted; refuse: turned away",
    )
    tls: TlsModel | None = None


class RateModel(_Model):
    """How many requests of the API one client may send."""

    per_s: Annotated[float, Field(gt=0, le=100_000)] = Field(
        default=100.0, description="In the long run"
    )
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1000, description="At once, after it has asked for nothing for a while"
    )


class HttpModel(_Model):
    """Where the page and the API are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    tls: CertificateModel | None = Field(
        default=None, description="Serves them encrypted; needed beyond loopback"
    )
    without_tls: bool = Field(
        default=False,
        description="Serve them in the clear beyond loopback: only where a proxy with TLS stands "
        "before them, or nobody else is in the network",
    )
    hosts: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]] = Field(
        default=[],
        description="Names under which browsers reach them, beside loopback and `host` itself",
    )
    language: Literal["en", "nb"] = Field(
        default="en",
        description="Of pages, where neither their reader nor the browser says one: English or "
        "Norwegian (bokmål)",
    )
    rate: RateModel | None = Field(
        default=RateModel(),
        description="By the client's address; what is too much is answered 429; null: any number",
    )


class DatabaseModel(_Model):
    """Where things are kept."""

    url: str = Field(
        default="sqlite:///chargeflex.db",
        description="sqlite:///FILE (relative to this file) or postgresql://USER:PASSWORD@HOST/NAME",
    )


class KeepDaysModel(_Model):
    """How many days of the history are kept at the least, by resolution; null: for ever."""

    raw: Days = 400
    minutes: Days = Field(default=400, alias="1min")
    quarters: Days = Field(default=3_650, alias="15min")
    day: Days = 3_650


class HistoryModel(_Model):
    """Where readings move that the database need not hold, and how long they are kept."""

    folder: Annotated[str, Field(min_length=1)] | None = Field(
        default="history",
        description="A folder, relative to this file; null: all readings stay in the database",
    )
    after_h: Annotated[float, Field(ge=1, le=8_760)] = 2.0
    keep_days: KeepDaysModel = KeepDaysModel()


class ForecastsModel(_Model):
    """When models are made of what vehicles will draw and when they leave, and of what."""

    fit_every_h: Annotated[float, Field(ge=1, le=744)] = Field(
        default=24.0, description="How old a model gets before the next one is made"
    )
    weeks: Annotated[int, Field(ge=2, le=520)] = Field(
        default=52, description="So much of the past is looked at"
    )
    least_stays: Annotated[int, Field(ge=20, le=1_000_000)] = Field(
        default=100, description="With fewer stays in a time zone no model is made"
    )
    holidays: Literal["NO", "US"] | None = Field(
        default=None, description="Whose public holidays count as Sundays; null: none do"
    )


class JournalModel(_Model):
    """Where every message is kept, and for how long."""

    folder: Annotated[str, Field(min_length=1)] | None = Field(
        default="journal",
        description="A folder, relative to this file; null: messages are not kept",
    )
    keep_days: Annotated[int, Field(ge=1, le=3_660)] = 30
    most_mb: Annotated[int, Field(ge=10, le=10_000_000)] = Field(
        default=5_000, description="The oldest hours are deleted beyond that"
    )


class TransactionsModel(_Model):
    """When transactions are closed of which nothing is heard any more."""

    close_after_h: Annotated[float, Field(gt=0, le=8_760)] | None = Field(
        default=24.0, description="So long nothing may be heard of one; null: for ever"
    )
    resume_within_min: Annotated[float, Field(ge=2, le=1_440)] | None = Field(
        default=30.0,
        description="After its station has booted, so soon it has to tell more of one; null: ever",
    )


class V2gCaModel(_Model):
    """The authority for what stations show to vehicles, made by `chargeflex ca init --v2g`."""

    folder: Annotated[str, Field(min_length=1)] = Field(
        default="pki/v2g", description="Where it is kept, relative to this file"
    )
    days: Annotated[int, Field(ge=31, le=3_650)] = Field(
        default=90, description="For how many days its certificates are good"
    )


class CaModel(_Model):
    """The certificate authorities of this server, the stations' made by `chargeflex ca init`."""

    folder: Annotated[str, Field(min_length=1)] = Field(
        default="pki", description="Where the stations' authority is kept, relative to this file"
    )
    station_days: Annotated[int, Field(ge=31, le=3_650)] = Field(
        default=365, description="For how many days stations' certificates are good"
    )
    renew_before_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=30,
        description="So many days before they end stations are asked to renew their certificates",
    )
    v2g: V2gCaModel | None = Field(
        default=None, description="Signs what stations show to vehicles; null: nobody does"
    )


class SupplierModel(_Model):
    """Who supplies vehicles with contracts; docs/security.md says what is sent and expected."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")] = Field(
        description="Where vehicles' wishes are sent by POST"
    )
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0
    headers_file: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="Lines `Name: value`, sent along, relative to this file; it may hold secrets",
    )


class PlugAndChargeModel(_Model):
    """Vehicles that charge by the certificate of their contract (ISO 15118)."""

    roots: Files | None = Field(
        default=None,
        description="Authorities (PEM) whose contracts count: a file, a folder of files *.pem, or "
        "a list of both, relative to this file",
    )
    responders: list[Host] = Field(
        default=[],
        description="OCSP responders that may be asked: HOST (at ports 80 and 443) or HOST:PORT",
    )
    ocsp_timeout_s: Annotated[float, Field(gt=0, le=30)] = 4.0
    supplier: SupplierModel | None = Field(
        default=None, description="Supplies vehicles with contracts; null: nobody does"
    )


class LogModel(_Model):
    """What is written to the log."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class AppModel(_Model):
    """The server's settings file."""

    ocpp: OcppModel = OcppModel()
    http: HttpModel = HttpModel()
    database: DatabaseModel = DatabaseModel()
    forecasts: ForecastsModel | None = Field(
        default=ForecastsModel(),
        description="Forecasts of what vehicles draw and when they leave; null: there are none",
    )
    history: HistoryModel = HistoryModel()
    journal: JournalModel = JournalModel()
    transactions: TransactionsModel = TransactionsModel()
    log: LogModel = LogModel()
    ca: CaModel | None = Field(
        default=None, description="Signs stations' certificates; null: there is none here"
    )
    plug_and_charge: PlugAndChargeModel | None = Field(
        default=None, description="Whose contracts count; null: nobody's"
    )
    mqtt: MqttModel | None = Field(
        default=None, description="The broker that readings come from; null: there is none"
    )
    grid_companies: list[GridCompanyModel] = Field(
        default=[], description="Who may send capacity profiles, each for its own feeders"
    )
    access: Literal["login", "open"] = Field(
        default="login",
        description="login: users and keys; open: whoever reaches the server may do everything, on "
        "loopback alone, to try things out",
    )
    sites: Annotated[list[str], Field(min_length=1)] = Field(
        description="Site files, relative to this one"
    )
    authorize: Literal["everyone", "listed_tokens"] = Field(
        default="everyone", description="Who may charge when a token is not listed"
    )
    one_car_per_token: bool = Field(
        default=False, description="A token that charges at one station is refused at all others"
    )
    solver_time_limit_s: Annotated[float, Field(gt=0, le=60)] = 5.0
