"""The tables of grid companies: what they have sent, and how it was kept to."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel


class GridBlockRow(SQLModel, table=True):
    """A block of a grid company's capacity profile, of a feeder or, in its place, of a group."""

    __tablename__: ClassVar[str] = "grid_block"

    party: str = Field(primary_key=True)
    site_id: str = Field(primary_key=True)
    feeder_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    capacity: float
    unit: str
    phase: str
    start_at: datetime
    end_at: datetime | None = None


class GridPartyRow(SQLModel, table=True):
    """When a grid company was last heard of."""

    __tablename__: ClassVar[str] = "grid_party"

    party: str = Field(primary_key=True)
    heard_at: datetime


class GridQuarterRow(SQLModel, table=True):
    """What a feeder was limited to in a quarter of an hour, and what meters showed of it.

    Currents are lists by line; what is measured is null if nothing was, and `load_as` are
    ampere-seconds. `fed_…` is what was fed in, null where nobody limited that.
    """

    __tablename__: ClassVar[str] = "grid_quarter"
    __table_args__ = (Index("ix_grid_quarter_starts_at", "starts_at"),)

    site_id: str = Field(primary_key=True)
    feeder_id: str = Field(primary_key=True)
    starts_at: datetime = Field(primary_key=True)
    limited_by: str
    limit_a: list[float] = Field(sa_column=Column(JSON, nullable=False))
    measured_s: float
    load_as: list[float] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    peak_a: list[float] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    margin_a: float | None = None
    fed_limited_by: str | None = None
    fed_limit_w: float | None = None
    fed_peak_w: float | None = None
    fed_over_s: float | None = None


class GridAgreementRow(SQLModel, table=True):
    """Flexibility that a grid company has asked for and was granted."""

    __tablename__: ClassVar[str] = "grid_agreement"
    __table_args__ = (Index("ix_grid_agreement", "party", "site_id", "feeder_id", "number"),)

    number: int | None = Field(default=None, primary_key=True)
    party: str
    site_id: str
    feeder_id: str
    agreed_at: datetime
    start_at: datetime
    end_at: datetime
    shed_w: float
    base_w: float
    limit_a: list[float] = Field(sa_column=Column(JSON, nullable=False))
