"""What the process that forecasts demand is asked, and what it answers: JSON, both ways."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from csms.domain.demand import DemandForecast, DemandScore, read_values
from csms.domain.fallback import ways_to_root
from csms.domain.identity import SiteId
from csms.domain.site import EvsePlace, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an EVSE hangs.

    Attributes:
        feeders: All above it.
        lines: The site's lines that its conductors are wired to, in their order.
        w_per_a: Power that an ampere in each of them carries.
    """

    station_id: str
    evse_number: int
    feeders: tuple[str, ...]
    lines: tuple[int, ...]
    w_per_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAsked:
    """A site of which forecasts are wanted.

    Attributes:
        metered: The feeder whose whole load is measured, building and all; None: there is none.
    """

    site_id: SiteId
    zone: str
    metered: str | None
    places: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAnswer:
    """Forecasts of a site, and how earlier ones came out."""

    forecasts: tuple[DemandForecast, ...]
    scores: tuple[DemandScore, ...]


def ask_about(site: Site, places: tuple[EvsePlace, ...]) -> SiteAsked:
    """What has to be known of a site, guests among its places."""
    ways, root = ways_to_root(site), site.feeders[0]
    return SiteAsked(
        site_id=site.site_id,
        zone=str(site.timezone),
        metered=root.feeder_id if root.uncontrolled is not None else None,
        places=tuple(
            Placed(
                station_id=one.evse.station_id,
                evse_number=one.evse.number,
                feeders=tuple(ways[one.feeder_id]),
                lines=one.lines,
                w_per_a=site.watts_per_ampere(len(one.lines)) * one.efficiency,
            )
            for one in places
        ),
    )


def read_asked(values: Mapping[str, Any]) -> SiteAsked:
    """Read what is asked about a site."""
    places = tuple(
        Placed(**{**one, "feeders": tuple(one["feeders"]), "lines": tuple(one["lines"])})
        for one in values["places"]
    )
    return SiteAsked(**{**values, "places": places})


def write_answer(answer: SiteAnswer) -> dict[str, Any]:
    """Write an answer as JSON values."""
    return {
        "forecasts": [_plain(asdict(one)) for one in answer.forecasts],
        "scores": [_plain(asdict(one)) for one in answer.scores],
    }


def read_answer(values: Mapping[str, Any]) -> SiteAnswer:
    """Read an answer."""
    return SiteAnswer(
        forecasts=tuple(_forecast(one) for one in values["forecasts"]),
        scores=tuple(
            DemandScore(**{**one, "day": date.fromisoformat(one["day"])})
            for one in values["scores"]
        ),
    )


def _forecast(values: Mapping[str, Any]) -> DemandForecast:
    return DemandForecast(
        series=values["series"],
        day=date.fromisoformat(values["day"]),
        begins_at=datetime.fromisoformat(values["begins_at"]),
        made_at=datetime.fromisoformat(values["made_at"]),
        method=values["method"],
        is_naive=values["is_naive"],
        values=read_values(values["values"]),
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
