"""The table of how EVSEs were."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class EvseBandRow(SQLModel, table=True):
    """An EVSE is otherwise from an instant on."""

    __tablename__: ClassVar[str] = "evse_band"
    __table_args__ = (
        Index("ix_evse_band_at", "site_id", "at"),
        Index("ix_evse_band", "station_id", "evse_number", "number"),
    )

    number: int | None = Field(default=None, primary_key=True)
    site_id: str
    station_id: str
    evse_number: int
    at: datetime
    band: str
