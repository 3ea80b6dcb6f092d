"""What needs somebody's eyes at a site, wherever it is kept."""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, or_, select

from csms.domain.alert import COMMAND, FAILED, GRAVE, NOTICED, ROUTINE, SECURITY, AlertsWanted
from csms.domain.notices import JobStage
from csms.storage.guard_tables import GuardEventRow
from csms.storage.notice_tables import StationJobRow, StationNoticeRow
from csms.storage.security_tables import SecurityEventRow
from csms.storage.statements import stations_at
from csms.storage.tables import table_of

Selected: TypeAlias = Select[Any]

_event = table_of(GuardEventRow)
_notice = table_of(StationNoticeRow)
_job = table_of(StationJobRow)
_told_of_job = [c for c in _job.c if c.name not in ("key", "subject", "waiting", "command")]
_security = table_of(SecurityEventRow)


def select_grave_events(wanted: AlertsWanted, limit: int) -> Selected:
    """Select what the guard has noted."""
    kinds = _kinds(GRAVE, wanted)
    query = select(_event).where(_event.c.site_id == wanted.site_id, _event.c.kind.in_(kinds))
    if wanted.station_id is not None:
        query = query.where(_event.c.station_id == wanted.station_id)
    return _newest(query, _event.c.at, _event.c.number, wanted, limit)


def select_notices(wanted: AlertsWanted, limit: int) -> Selected:
    """Select what stations have told, or was found out of them."""
    query = select(_notice).where(
        _of_stations(_notice.c.station_id, wanted), _notice.c.kind.in_(_kinds(NOTICED, wanted))
    )
    return _newest(query, _notice.c.received_at, _notice.c.number, wanted, limit)


def select_failed_commands(wanted: AlertsWanted, limit: int) -> Selected:
    """Select commands that have failed."""
    has_failed = or_(
        _job.c.status.in_([status.value for status in FAILED]),
        _job.c.stage == JobStage.FAILED.value,
    )
    query = select(*_told_of_job).where(_of_stations(_job.c.station_id, wanted), has_failed)
    if wanted.kind not in (None, COMMAND):
        query = query.where(_job.c.number.is_(None))
    return _newest(query, _job.c.updated_at, _job.c.number, wanted, limit)


def select_security_events(wanted: AlertsWanted, limit: int) -> Selected:
    """Select what touches security, but for what is of every day."""
    query = select(_security).where(
        _of_stations(_security.c.station_id, wanted), _security.c.kind.not_in(ROUTINE)
    )
    if wanted.kind not in (None, SECURITY):
        query = query.where(_security.c.number.is_(None))
    return _newest(query, _security.c.at, _security.c.number, wanted, limit)


def _kinds(all_of_them: tuple[str, ...], wanted: AlertsWanted) -> list[str]:
    return [str(kind) for kind in all_of_them if wanted.kind in (None, str(kind))]


def _of_stations(column: ColumnElement[Any], wanted: AlertsWanted) -> ColumnElement[bool]:
    """Whether something is of a station of the site, of the one that is looked for."""
    is_at_site = column.in_(stations_at(wanted.site_id))
    return is_at_site if wanted.station_id is None else is_at_site & (column == wanted.station_id)


def _newest(
    query: Selected,
    at: ColumnElement[Any],
    number: ColumnElement[Any],
    wanted: AlertsWanted,
    limit: int,
) -> Selected:
    since = query.where(at >= wanted.since)
    if wanted.until is not None:
        since = since.where(at <= wanted.until)
    return since.order_by(at.desc(), number.desc()).limit(limit)
