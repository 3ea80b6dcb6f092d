"""The tables of grid companies: what they have sent, and when they were heard of."""

from datetime import datetime
from typing import ClassVar

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
