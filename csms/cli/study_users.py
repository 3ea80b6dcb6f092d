"""Whom a study draws from: sessions in files of the formats that are imported, or a population."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csms.cli.paths import shipped_config
from csms.domain.errors import InvalidInputError
from simulators.sessions import acn, norway
from simulators.sessions.population import PopulationError, generate, read_population
from simulators.sessions.session import Session
from simulators.sessions.table import ImportedSessions, WrongColumnsError, read_header
from smart_charging.study.users import Stay, User

_HISTORY: Final = timedelta(weeks=12)
_MONDAY_IN_WINTER: Final = date(2024, 11, 4)
_GENERATED_USERS: Final = 160
_GENERATED_SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which sessions are wanted.

    Attributes:
        source: A CSV file, or the name of a shipped population, or its YAML file.
        weeks: How many.
        starts: The Monday on which they begin; None: so that as many users as can be are there.
        zone: Where they were recorded.
    """

    source: str
    weeks: int
    starts: date | None
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Users, and where they come from.

    Attributes:
        starts: The Monday on which the studied weeks begin.
        skipped: How many rows of the file were of no use, by reason.
    """

    users: tuple[User, ...]
    starts: date
    source: str
    skipped: Mapping[str, int] = field(default_factory=dict)


def import_users(asked: Asked) -> Imported:
    """Read users, with all that is known of their past.

    Raises:
        InvalidInputError: The source is none, or nobody comes within the weeks.
    """
    zone = _zone(asked.zone)
    path = Path(asked.source)
    if path.name.endswith((".csv", ".csv.gz")):
        found = _read(path, zone)
        starts = _monday(asked, found.sessions, zone)
        users = users_of(found.sessions, starts, zone)
        imported = Imported(users=users, starts=starts, source=path.name, skipped=found.skipped)
    else:
        imported = _generated(asked, zone)
    length_s = timedelta(weeks=asked.weeks).total_seconds()
    if not any(user.stays_within(length_s) for user in imported.users):
        until = imported.starts + timedelta(weeks=asked.weeks)
        where = f"{imported.starts} to {until}"
        raise InvalidInputError(asked.source, f"expected sessions from {where}, got none")
    return imported


def users_of(sessions: Sequence[Session], starts: date, zone: ZoneInfo) -> tuple[User, ...]:
    """Gather sessions by user; where the data name none, by the station that they were at."""
    begins = datetime.combine(starts, datetime.min.time())
    by_user: dict[str, list[Session]] = {}
    for session in sessions:
        by_user.setdefault(session.station_hint or session.user, []).append(session)
    return tuple(
        _user(name, sorted(own, key=lambda one: one.arrives_at), begins, zone)
        for name, own in sorted(by_user.items())
    )


def _user(name: str, sessions: Sequence[Session], begins: datetime, zone: ZoneInfo) -> User:
    stays = []
    for session in sessions:
        arrives = session.arrives_at.astimezone(zone).replace(tzinfo=None)
        arrives_s = (arrives - begins).total_seconds()
        lasts_s = (session.departs_at - session.arrives_at).total_seconds()
        stays.append(
            Stay(arrives_s=arrives_s, departs_s=arrives_s + lasts_s, energy_wh=session.energy_wh)
        )
    vehicle = sessions[-1].vehicle
    return User(
        key=name,
        line_count=3 if vehicle.line_count == 3 else 1,
        max_a=vehicle.max_a,
        stays=tuple(stays),
    )


def _read(path: Path, zone: ZoneInfo) -> ImportedSessions:
    try:
        is_norway = set(norway.COLUMNS) <= set(read_header(path))
        read = norway.read_norway if is_norway else acn.read_acn
        found = read(path, date.min, date.max, zone)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInputError(str(path), f"cannot be read: {error}") from error
    except WrongColumnsError as error:
        formats = f"{', '.join(norway.COLUMNS)}; or {', '.join(acn.COLUMNS)}"
        raise InvalidInputError(str(path), f"expected the columns {formats}") from error
    if not found.sessions:
        raise InvalidInputError(str(path), f"no row is of use: {found.skipped or 'there is none'}")
    return found


def _monday(asked: Asked, sessions: Sequence[Session], zone: ZoneInfo) -> date:
    """The Monday asked for, or that from which on most users come within the weeks."""
    if asked.starts is not None:
        return asked.starts
    came: dict[date, set[str]] = {}
    for session in sessions:
        day = session.arrives_at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        came.setdefault(monday, set()).add(session.station_hint or session.user)

    def users_from(monday: date) -> int:
        weeks = (came.get(monday + timedelta(weeks=i), set()) for i in range(asked.weeks))
        return len(set().union(*weeks))

    return max(sorted(came), key=users_from)


def _generated(asked: Asked, zone: ZoneInfo) -> Imported:
    shipped = shipped_config() / "populations" / f"{asked.source}.yaml"
    path = shipped if shipped.is_file() else Path(asked.source)
    if not path.is_file():
        names = ", ".join(sorted(one.stem for one in shipped.parent.glob("*.yaml")))
        raise InvalidInputError("sessions", f"expected a CSV file, {names}, got {asked.source!r}")
    try:
        population = read_population(path)
    except PopulationError as error:
        raise InvalidInputError("sessions", str(error)) from error
    starts = asked.starts or _MONDAY_IN_WINTER
    first = starts - _HISTORY
    days = (_HISTORY + timedelta(weeks=asked.weeks)).days
    sessions = generate(population, _GENERATED_USERS, first, days, _GENERATED_SEED, zone)
    alternating = [session for session in sessions if not session.uses_dc]
    return Imported(
        users=users_of(alternating, starts, zone), starts=starts, source=population.name
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError("zone", f"expected a name such as Europe/Oslo, got {name!r}") from (
            error
        )
