"""Reports of stations beside charging, and the variables that they have told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson
from sqlalchemy import Select, func, literal, select, tuple_

from csms.domain.device_model import Attribute, AttributeKind, Variable, VariableKey
from csms.domain.identity import StationId
from csms.domain.notice_kinds import Notice
from csms.storage.bulk import Row, new_rows, put_rows
from csms.storage.notice_tables import StationNoticeRow, StationVariableRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_variable = table_of(StationVariableRow)

_NOTICES: Final = new_rows(
    StationNoticeRow,
    *("station_id", "kind", "request_id", "seq_no", "at", "received_at", "body"),
)
_KEY: Final = ("station_id", *VariableKey._fields)
_TOLD: Final = (
    *("value", "mutability", "is_persistent", "is_constant", "characteristics", "told_at"),
)
_VARIABLES: Final = put_rows(StationVariableRow, (*_KEY, *_TOLD), overwritten=_TOLD)


class NoticeRepository(Repository):
    """Reports beside charging."""

    async def add(self, notice: Notice) -> None:
        """Keep a report."""
        row = (
            notice.station_id,
            notice.kind.value,
            notice.request_id,
            notice.seq_no,
            notice.at,
            notice.received_at,
            orjson.dumps(notice.body).decode(),
        )
        self._unit.put_down((_NOTICES, *row))


class VariableRepository(Repository):
    """What stations have told of their components."""

    async def put(
        self, station_id: StationId, variables: Iterable[Variable], told_at: datetime
    ) -> None:
        """Keep variables as a station has just told them."""
        for variable in variables:
            for attribute in variable.attributes:
                self._unit.put_down((_VARIABLES, *_row(station_id, variable, attribute, told_at)))

    async def value_of(self, station_id: StationId, component: str, variable: str) -> str | None:
        """The actual value of a variable of the station's own, None if it was not told."""
        query = _actual_values(station_id, component, variable).where(_variable.c.evse_number == 0)
        found = await self._unit.execute(query.order_by(_variable.c.told_at.desc()).limit(1))
        value: str | None = found.scalar_one_or_none()
        return value

    async def values_of(
        self, station_id: StationId, component: str, variable: str
    ) -> frozenset[str]:
        """The actual values of a variable, the station's own and those of its EVSEs."""
        found = await self._unit.execute(_actual_values(station_id, component, variable))
        return frozenset(value for value in found.scalars() if value)

    async def evse_of(
        self, station_id: StationId, component: str, variable: str, value: str
    ) -> int | None:
        """The EVSE of which a variable has a value (0: the station's own), None if none has."""
        query = _actual_values(station_id, component, variable).where(_variable.c.value == value)
        numbers = query.with_only_columns(_variable.c.evse_number)
        found = await self._unit.execute(numbers.order_by(_variable.c.told_at.desc()).limit(1))
        number: int | None = found.scalar_one_or_none()
        return number


def select_variables(
    station_id: StationId, component: str | None, variable: str | None, after: VariableKey | None
) -> Select[Any]:
    """Select a station's variables in order of their keys.

    Args:
        station_id: Whose.
        component: Only of those of that name, in any case; None: of all.
        variable: Likewise.
        after: Only those whose keys come later.
    """
    keys = [_variable.c[name] for name in VariableKey._fields]
    query = select(_variable).where(_variable.c.station_id == station_id).order_by(*keys)
    for column, name in ((_variable.c.component, component), (_variable.c.variable, variable)):
        if name is not None:
            query = query.where(func.lower(column) == name.lower())
    return query if after is None else query.where(tuple_(*keys) > tuple_(*map(literal, after)))


def _actual_values(station_id: StationId, component: str, variable: str) -> Select[Any]:
    return select(_variable.c.value).where(
        _variable.c.station_id == station_id,
        func.lower(_variable.c.component) == component.lower(),
        func.lower(_variable.c.variable) == variable.lower(),
        _variable.c.attribute == AttributeKind.ACTUAL.value,
    )


def _row(station_id: StationId, variable: Variable, attribute: Attribute, told_at: datetime) -> Row:
    name, limits = variable.name, variable.characteristics
    component = name.component
    return (
        station_id,
        component.name,
        component.instance or "",
        component.evse_number or 0,
        component.connector_number or 0,
        name.name,
        name.instance or "",
        attribute.kind.value,
        attribute.value,
        attribute.mutability.value,
        attribute.is_persistent,
        attribute.is_constant,
        msgspec.json.encode(limits).decode() if limits else None,
        told_at,
    )
