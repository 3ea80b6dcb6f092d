"""The server's settings file: where to listen, where to keep things, which sites."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from csms.domain.errors import Fault
from csms.domain.site import Site
from csms.settings.site_file import read_site
from csms.settings.yaml_source import YamlSource, read_yaml

_NAMED: Final = 3
"""No more chargers than this are named where many are doubled."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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


class HttpModel(_Model):
    """Where the page and the API are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    hosts: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]] = Field(
        default=[],
        description="Names under which browsers reach them, beside loopback and `host` itself",
    )


class DatabaseModel(_Model):
    """Where things are kept."""

    url: str = Field(
        default="sqlite:///chargeflex.db",
        description="sqlite:///FILE (relative to this file) or postgresql://USER:PASSWORD@HOST/NAME",
    )


Days: TypeAlias = Annotated[int, Field(ge=1, le=36_500)] | None


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


class LogModel(_Model):
    """What is written to the log."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class AppModel(_Model):
    """The server's settings file."""

    ocpp: OcppModel = OcppModel()
    http: HttpModel = HttpModel()
    database: DatabaseModel = DatabaseModel()
    history: HistoryModel = HistoryModel()
    log: LogModel = LogModel()
    sites: Annotated[list[str], Field(min_length=1)] = Field(
        description="Site files, relative to this one"
    )
    authorize: Literal["everyone", "listed_tokens"] = Field(
        default="everyone", description="Who may charge when a token is not listed"
    )
    solver_time_limit_s: Annotated[float, Field(gt=0, le=60)] = 5.0


def read_app(path: Path) -> tuple[AppModel, tuple[Site, ...]]:
    """Read the server's settings and the site files that it names.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    source = read_yaml(path)
    model = source.parse(AppModel)
    sites = tuple(read_site(path.parent / name) for name in model.sites)
    source.refuse(_doubled_names(source, sites))
    return model, sites


def app_schema() -> dict[str, Any]:
    """JSON Schema of the server's settings file, for editors."""
    return AppModel.model_json_schema()


def _doubled_names(source: YamlSource, sites: tuple[Site, ...]) -> list[Fault]:
    """Two sites, or two chargers of different sites, must not share a name."""
    return [
        source.fault(("sites", i), message)
        for i, site in enumerate(sites)
        if (message := _doubled_name(source, site, sites[:i]))
    ]


def _doubled_name(source: YamlSource, site: Site, others: tuple[Site, ...]) -> str:
    """What a site shares with the first of those before it that it shares anything with."""
    for k, other in enumerate(others):
        file = source.values["sites"][k]
        if site.site_id == other.site_id:
            return f"expected another site, {site.site_id!r} is also in {file}"
        shared = sorted(site.station_ids & other.station_ids)
        if shared:
            names = ", ".join(repr(name) for name in shared[:_NAMED])
            more = f" and {len(shared) - _NAMED} more" if len(shared) > _NAMED else ""
            verb = "is" if len(shared) == 1 else "are"
            return f"expected chargers of its own, {names}{more} {verb} also in {file}"
    return ""
