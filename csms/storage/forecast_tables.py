"""The tables of forecasts: models, what they said of stays, and whose stays they do not look at."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, LargeBinary, text
from sqlmodel import Column, Field, SQLModel


class ForecastModelRow(SQLModel, table=True):
    """A model of stays, of all sites of a time zone. Of old ones only the report is kept."""

    __tablename__: ClassVar[str] = "forecast_model"
    __table_args__ = (Index("ix_forecast_model", "zone", "version"),)

    version: int | None = Field(default=None, primary_key=True)
    zone: str
    made_at: datetime
    took_s: float
    report: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class StayForecastRow(SQLModel, table=True):
    """What was said of a stay when it began, and what came of it: no token, no model's words."""

    __tablename__: ClassVar[str] = "stay_forecast"
    __table_args__ = (
        Index("ix_stay_forecast", "site_id", "ended_at"),
        Index("ix_stay_forecast_came", "came_at"),
        Index(
            "ix_stay_forecast_open",
            "transaction_number",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    transaction_number: int = Field(primary_key=True)
    site_id: str
    came_at: datetime
    made_at: datetime
    model: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    ended_at: datetime | None = None
    energy_wh: float | None = None
    stay_s: float | None = None


class ForecastKeyRow(SQLModel, table=True):
    """The key that id tokens are hashed with; there is one row."""

    __tablename__: ClassVar[str] = "forecast_key"

    number: int = Field(primary_key=True)
    key: str


class ForecastExclusionRow(SQLModel, table=True):
    """A driver whose stays are not looked at; `until_at`: later ones are."""

    __tablename__: ClassVar[str] = "forecast_exclusion"

    token_hash: str = Field(primary_key=True)
    until_at: datetime | None = None
    said_at: datetime
