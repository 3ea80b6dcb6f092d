"""The table of what the guard of a site's limits has done or seen."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class GuardEventRow(SQLModel, table=True):
    """One thing that the guard has done or seen.

    The constraint recognises what is written again, as it was not certain that it was kept; what
    an event is not about is an empty text, or line 0.
    """

    __tablename__: ClassVar[str] = "guard_event"
    __table_args__ = (
        UniqueConstraint("site_id", "at", "kind", "feeder_id", "line", "station_id", "cause"),
        Index("ix_guard_event", "site_id", "number"),
        Index("ix_guard_event_at", "at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    site_id: str
    kind: str
    at: datetime
    cause: str
    feeder_id: str
    line: int
    station_id: str
    amps: float | None = None
    limit_a: float | None = None
    lasted_s: float | None = None
