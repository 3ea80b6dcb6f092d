"""Scenarios: a site, who comes to it, when, and who misbehaves.

ScenarioError      a file that describes no scenario
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulators import yaml_text
from simulators.building import Habits, promised_s
from simulators.grid_company import Cut
from simulators.placement import Visit, place
from simulators.sessions.acn import read_acn
from simulators.sessions.norway import read_norway
from simulators.sessions.population import PopulationError, generate, read_population
from simulators.sessions.session import Session
from simulators.sessions.table import ImportedSessions, WrongColumnsError
from simulators.site import Site, SiteFileError, read_site
from simulators.stations.manners import POLITE, Composite, Manners, Silence

_DATA_VARIABLE: Final = "CHARGEFLEX_DATA"
_DAYS_BEFORE: Final = 5
"""Vehicles that came so long before the start may still be there."""
_YEARS_S: Final = 100 * 365 * 86_400
_QUARTER: Final = timedelta(minutes=15)
_PROMISED_S: Final = 15.0
"""Within that time a building keeps to its largest step; its meter reports more often."""


class ScenarioError(Exception):
    """A scenario that cannot be used; the text names file, key and cause."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionsModel(_Model):
    """Where sessions come from: a population, or a data file and a population in its stead."""

    population: Path | None = None
    acn: Path | None = None
    norway: Path | None = None
    otherwise: Path | None = None

    @model_validator(mode="after")
    def _names_one_source(self) -> "SessionsModel":
        if sum(path is not None for path in (self.population, self.acn, self.norway)) != 1:
            raise ValueError("expected one of population, acn, norway")
        if (self.population is None) != (self.otherwise is not None):
            raise ValueError("expected otherwise, a population, with a data file and only there")
        return self


class SilenceModel(_Model):
    """A time of the day in which a station cannot be reached."""

    from_time: time = Field(alias="from")
    to_time: time = Field(alias="to")


class CutModel(_Model):
    """A time of the day in which a grid company lets a feeder carry less, in A on each line."""

    feeder: str
    from_time: time = Field(alias="from")
    to_time: time = Field(alias="to")
    amps: Annotated[float, Field(ge=0, le=10_000)]


class MannersModel(_Model):
    """How a station misbehaves; see `Manners`."""

    refuses_station_max: bool = False
    refuses_tx_profile: bool = False
    refuses_tx_defaults: bool = False
    refuses_validity: bool = False
    one_period: bool = False
    whole_numbers: bool = False
    ignores_limits: bool = False
    ignores_tx_profile: bool = False
    ignores_tx_defaults: bool = False
    composite: Composite = Composite.TRUE
    only_watts: bool = False
    forgets_profiles: bool = False
    resumes_transactions: bool = False
    boots_each_reconnect: bool = False
    reported_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    wrong_clock_s: Annotated[float, Field(ge=-_YEARS_S, le=_YEARS_S)] = 0.0
    reboots: list[time] = []
    silent: list[SilenceModel] = []


class ScenarioModel(_Model):
    """A scenario file."""

    name: str
    site: Path
    starts: Annotated[datetime, Field(description="Local time of the site, without an offset")]
    hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24.0
    sessions: SessionsModel
    users: Annotated[int, Field(ge=0, le=10_000)]
    stated_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    v201_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    building_level: Annotated[float, Field(ge=0, le=2)] = 1.0
    manners: dict[str, MannersModel] = {}
    cuts: list[CutModel] = []
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario, ready to be run.

    Attributes:
        site_path: The site's file.
        visits: Who comes where, in order of arrival.
        moved: Sessions whose own space was taken.
        dropped: Sessions for which there was no space at all.
        source: Where the sessions come from, and what could not be used of it.
        v201: Stations that speak OCPP 2.0.1; the others speak 1.6.
        manners: How single stations misbehave; the others are polite.
        habits: How the buildings draw, by feeder.
        cuts: What a grid company limits feeders to for a while.
    """

    name: str
    site: Site
    site_path: Path
    starts_at: datetime
    length_s: float
    visits: tuple[Visit, ...]
    moved: int
    dropped: int
    source: str
    v201: frozenset[str]
    manners: Mapping[str, Manners]
    habits: Mapping[str, Habits]
    seed: int
    cuts: tuple[Cut, ...] = ()

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(seconds=self.length_s)

    @property
    def station_ids(self) -> list[str]:
        """All stations, in the order of the site file."""
        return list(dict.fromkeys(place.station_id for place in self.site.places))


def data_folder() -> Path:
    """Where data files are looked for: what CHARGEFLEX_DATA names, else `data`."""
    return Path(os.environ.get(_DATA_VARIABLE, "data"))


def read_scenario(
    path: Path, data: Path | None = None, length: timedelta | None = None
) -> Scenario:
    """Read a scenario file with all that it names.

    Args:
        path: The file. Files that it names are relative to it, data files to `data`.
        data: Folder of data files; None: `data_folder()`.
        length: In place of the file's own.

    Raises:
        ScenarioError: Naming file, key and cause.
    """
    model = _read_model(path)
    if length is not None:
        model = model.model_copy(update={"hours": length.total_seconds() / 3600})
    try:
        site = read_site(path.parent / model.site)
        starts_at = model.starts.replace(tzinfo=site.zone).astimezone(UTC)
        ends_at = starts_at + timedelta(hours=model.hours)
        sessions, source = _sessions(model, path.parent, data or data_folder(), site.zone)
    except (SiteFileError, PopulationError, WrongColumnsError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    _check_names(path, model, site)
    rng = Random(f"{model.seed} places")  # noqa: S311 - a simulation
    placed = place(_state_needs(sessions, model), site, starts_at, ends_at, rng)
    return Scenario(
        name=model.name,
        site_path=path.parent / model.site,
        site=site,
        starts_at=starts_at,
        length_s=model.hours * 3600,
        visits=placed.visits,
        moved=placed.moved,
        dropped=placed.dropped,
        source=source,
        v201=_speakers_of_v201(site, model.v201_share),
        manners={
            name: _manners(manners, model.starts, site.zone)
            for name, manners in model.manners.items()
        },
        habits={
            feeder.feeder_id: Habits(
                level=model.building_level,
                rises_within_s=promised_s(site, feeder.feeder_id, _PROMISED_S),
            )
            for feeder in site.feeders
        },
        seed=model.seed,
        cuts=tuple(_cut(cut, model.starts, site.zone) for cut in model.cuts),
    )


def _read_model(path: Path) -> ScenarioModel:
    try:
        values = yaml_text.parse(path.read_text(encoding="utf-8"))
        return ScenarioModel.model_validate(values)
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScenarioError(f"{path}: {key}: {first['msg']}") from error


def _sessions(
    model: ScenarioModel, folder: Path, data: Path, zone: ZoneInfo
) -> tuple[list[Session], str]:
    """The sessions, and a line that says where they come from."""
    source = model.sessions
    substitute = source.population or source.otherwise
    named, read = (source.acn, read_acn) if source.acn else (source.norway, read_norway)
    if named is not None and (data / named).exists():
        first, last = _days(model, _DAYS_BEFORE)
        found = read(data / named, first, last, zone)
        return list(found.sessions), f"{named.name}{_skipped(found)}"
    sessions, line = _generated(model, folder / str(substitute), zone)
    return sessions, f"{line}, as there is no {data / named}" if named else line


def _generated(model: ScenarioModel, path: Path, zone: ZoneInfo) -> tuple[list[Session], str]:
    population = read_population(path)
    first, last = _days(model, 0)
    days = (last - first).days + 1
    sessions = generate(population, model.users, first, days, model.seed, zone)
    return sessions, f"population {population.name}"


def _days(model: ScenarioModel, before: int) -> tuple[date, date]:
    last = model.starts + timedelta(hours=model.hours)
    return model.starts.date() - timedelta(days=before), last.date()


def _skipped(found: ImportedSessions) -> str:
    reasons = [f"{count} rows skipped: {reason}" for reason, count in found.skipped.items()]
    return f" ({'; '.join(reasons)})" if reasons else ""


def _check_names(path: Path, model: ScenarioModel, site: Site) -> None:
    known = {place.station_id for place in site.places}
    for name in model.manners:
        if name not in known:
            raise ScenarioError(f"{path}: manners.{name}: site {site.site_id} has no such station")
    feeders = {feeder.feeder_id for feeder in site.feeders}
    for i, cut in enumerate(model.cuts):
        if cut.feeder not in feeders:
            message = f"site {site.site_id} has no feeder {cut.feeder!r}"
            raise ScenarioError(f"{path}: cuts.{i}.feeder: {message}")


def _state_needs(sessions: list[Session], model: ScenarioModel) -> list[Session]:
    """Let some drivers tell, roughly, what they will do; who has already told is left alone."""
    return [_stated(session) if _tells(session, model) else session for session in sessions]


def _tells(session: Session, model: ScenarioModel) -> bool:
    if session.stated_departs_at is not None:
        return False
    habit = Random(f"{model.seed} states {session.user}")  # noqa: S311 - a simulation
    return habit.random() < model.stated_share


def _stated(session: Session) -> Session:
    """Drivers round: the time down to a quarter of an hour, the energy up to a kWh."""
    since = session.departs_at - datetime.min.replace(tzinfo=UTC)
    departs_at = session.departs_at - since % _QUARTER
    energy_wh = -(-session.energy_wh // 1000) * 1000
    return replace(session, stated_departs_at=departs_at, stated_energy_wh=energy_wh)


def _speakers_of_v201(site: Site, share: float) -> frozenset[str]:
    """Every so-manieth station, so that versions are mixed on every feeder."""
    names = list(dict.fromkeys(place.station_id for place in site.places))
    return frozenset(name for i, name in enumerate(names) if int((i + 1) * share) > int(i * share))


def _manners(model: MannersModel, starts: datetime, zone: ZoneInfo) -> Manners:
    flags = model.model_dump(exclude={"reboots", "silent"})
    return replace(
        POLITE,
        **flags,
        reboots_at=tuple(_next(at, starts, zone) for at in model.reboots),
        silences=tuple(_silence(silence, starts, zone) for silence in model.silent),
    )


def _silence(model: SilenceModel, starts: datetime, zone: ZoneInfo) -> Silence:
    starts_at, ends_at = _span(model.from_time, model.to_time, starts, zone)
    return Silence(starts_at=starts_at, lasts_s=(ends_at - starts_at).total_seconds())


def _cut(model: CutModel, starts: datetime, zone: ZoneInfo) -> Cut:
    starts_at, ends_at = _span(model.from_time, model.to_time, starts, zone)
    return Cut(feeder_id=model.feeder, amps=model.amps, starts_at=starts_at, ends_at=ends_at)


def _span(
    from_time: time, to_time: time, after: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """The first time after an instant that a stretch of the day begins, and when it ends."""
    starts_at = _next(from_time, after, zone)
    local = starts_at.astimezone(zone).replace(tzinfo=None)
    return starts_at, _next(to_time, local, zone)


def _next(at: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first time that a local clock shows a time of day after an instant."""
    moment = datetime.combine(after.date(), at)
    if moment < after:
        moment += timedelta(days=1)
    return moment.replace(tzinfo=zone).astimezone(UTC)
