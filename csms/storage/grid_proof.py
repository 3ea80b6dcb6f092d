"""How feeders kept to their limits, as it is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, select

from csms.domain.grid_proof import FedIn, Measured, ProofQuarter, ProofWanted, Span
from csms.domain.guard_event import GuardEventKind
from csms.domain.identity import SiteId
from csms.domain.site import PhaseAmps
from csms.storage.grid_tables import GridQuarterRow
from csms.storage.guard_tables import GuardEventRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_quarter = table_of(GridQuarterRow)
_event = table_of(GuardEventRow)

_NOTED_WITHIN: Final = timedelta(minutes=10)
"""What is above a limit is noted every minute, or with the next reading of a meter."""


class GridProofRepository(Repository):
    """What feeders were limited to and have carried."""

    async def put(self, site_id: SiteId, quarters: Iterable[ProofQuarter]) -> None:
        """Keep quarters of an hour as they are now."""
        for quarter in quarters:
            await self._put(GridQuarterRow, {"site_id": site_id, **_row(quarter)})

    async def begun_at(self, starts_at: datetime) -> list[tuple[SiteId, ProofQuarter]]:
        """All quarters that began at an instant."""
        query = select(_quarter).where(_quarter.c.starts_at == starts_at)
        found = (await self._unit.execute(query)).mappings()
        return [(row["site_id"], read_proof_quarter(dict(row))) for row in found]

    async def drop(self, before: datetime) -> None:
        """Forget quarters that are older."""
        await self._unit.execute(delete(_quarter).where(_quarter.c.starts_at < before))


def select_quarters(wanted: ProofWanted) -> Select[Any]:
    """Select quarters of an hour, by feeder and time."""
    query = select(_quarter).where(*_only(wanted, _quarter.c.starts_at, _quarter.c))
    return query.order_by(_quarter.c.site_id, _quarter.c.feeder_id, _quarter.c.starts_at)


def select_breaches(wanted: ProofWanted) -> Select[Any]:
    """Select what was above a limit, by time, from a little before it is wanted."""
    since = wanted.since and wanted.since - _NOTED_WITHIN
    earlier = replace(wanted, since=since)
    kind = _event.c.kind == GuardEventKind.OVER_LIMIT.value
    query = select(_event).where(kind, *_only(earlier, _event.c.at, _event.c))
    return query.order_by(_event.c.at)


def read_proof_quarter(row: Mapping[str, Any]) -> ProofQuarter:
    """A quarter of an hour from its row."""
    measured = None
    if row["measured_s"]:
        measured = Measured(
            seconds=row["measured_s"],
            load_as=_three(row["load_as"]),
            peak_a=_three(row["peak_a"]),
            margin_a=row["margin_a"],
        )
    fed = None
    if row["fed_limit_w"] is not None:
        fed = FedIn(
            limited_by=row["fed_limited_by"],
            limit_w=row["fed_limit_w"],
            peak_w=row["fed_peak_w"],
            over_s=row["fed_over_s"],
        )
    return ProofQuarter(
        feeder_id=row["feeder_id"],
        starts_at=row["starts_at"],
        limited_by=row["limited_by"],
        limit_a=_three(row["limit_a"]),
        measured=measured,
        fed=fed,
    )


def span_of(row: Mapping[str, Any]) -> Span:
    """From when to when a current was above a limit, from its event's row."""
    return row["at"], row["at"] + timedelta(seconds=row["lasted_s"] or 0.0)


def _only(
    wanted: ProofWanted,
    at: ColumnElement[Any],
    columns: Any,  # noqa: ANN401 - of either table
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.site_id is not None:
        found.append(columns.site_id == wanted.site_id)
    if wanted.feeder_id is not None:
        found.append(columns.feeder_id == wanted.feeder_id)
    if wanted.since is not None:
        found.append(at >= wanted.since)
    if wanted.until is not None:
        found.append(at < wanted.until)
    return found


def _row(quarter: ProofQuarter) -> dict[str, Any]:
    measured, fed = quarter.measured, quarter.fed
    return {
        "feeder_id": quarter.feeder_id,
        "starts_at": quarter.starts_at,
        "limited_by": quarter.limited_by,
        "limit_a": list(quarter.limit_a),
        "measured_s": measured.seconds if measured else 0.0,
        "load_as": list(measured.load_as) if measured else None,
        "peak_a": list(measured.peak_a) if measured else None,
        "margin_a": measured.margin_a if measured else None,
        "fed_limited_by": fed.limited_by if fed else None,
        "fed_limit_w": fed.limit_w if fed else None,
        "fed_peak_w": fed.peak_w if fed else None,
        "fed_over_s": fed.over_s if fed else None,
    }


def _three(amps: list[float]) -> PhaseAmps:
    first, second, third = amps
    return (first, second, third)
