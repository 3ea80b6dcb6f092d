"""The table of outdoor temperatures."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel


class OutdoorRow(SQLModel, table=True):
    """How warm it is outdoors at an instant, as it was told last."""

    __tablename__: ClassVar[str] = "outdoor_temperature"

    site_id: str = Field(primary_key=True)
    at: datetime = Field(primary_key=True)
    celsius: float
