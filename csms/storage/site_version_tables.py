"""The table of versions of site files."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel


class SiteVersionRow(SQLModel, table=True):
    """What a site's file has come to say; `changes` is a list of words."""

    __tablename__: ClassVar[str] = "site_version"
    __table_args__ = (Index("ix_site_version", "site_id", "number"),)

    number: int | None = Field(default=None, primary_key=True)
    site_id: str
    at: datetime
    who: str
    text: str
    changes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    is_waiting: bool
