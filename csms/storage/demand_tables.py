"""The table of what sites are expected to need."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlmodel import Column, Field, SQLModel


class DemandForecastRow(SQLModel, table=True):
    """A forecast of one series for one local day, and how it came out once the day was over.

    `content` has a list for each quantile and for the bounds of 80 %, of arrivals also for what
    those who come need, a figure for each quarter of an hour. What came out is empty until then.
    """

    __tablename__: ClassVar[str] = "demand_forecast"

    site_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    series: str = Field(primary_key=True)
    begins_at: datetime
    made_at: datetime
    method: str
    is_naive: bool
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    is_scored: bool = False
    held_pct: float | None = None
    pinball: float | None = None
    naive_pinball: float | None = None
    bias: float | None = None
    mean: float | None = None
