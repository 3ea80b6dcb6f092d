"""Tables of how stations prove who they are, and of who has tried to connect."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class StationSecurityRow(SQLModel, table=True):
    """How a station proves who it is; there may be one before the station has ever come.

    Passwords are there as Argon2 hashes only. `changed_at` is how running servers learn of changes.
    """

    __tablename__: ClassVar[str] = "station_security"

    station_id: str = Field(primary_key=True)
    profile: int | None = None
    reached: int = 0
    password_hash: str | None = None
    next_hash: str | None = None
    is_next_sure: bool = False
    changed_at: datetime = Field(index=True)


class StationCertificateRow(SQLModel, table=True):
    """A certificate of a station that was signed here."""

    __tablename__: ClassVar[str] = "station_certificate"

    fingerprint: str = Field(primary_key=True)
    station_id: str = Field(index=True)
    serial: str
    kind: str
    state: str
    issued_at: datetime
    not_after: datetime
    changed_at: datetime
    name: str = Field(default="", sa_column_kwargs={"server_default": ""})


class SecurityEventRow(SQLModel, table=True):
    """Something that touches security; the constraint recognises what a station tells again.

    The station is an empty text where none is known.
    """

    __tablename__: ClassVar[str] = "security_event"
    __table_args__ = (
        UniqueConstraint("station_id", "at", "kind", "origin", "detail"),
        Index("ix_security_event_at", "at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    station_id: str
    kind: str
    at: datetime
    detail: str
    origin: str


class StationAttemptRow(SQLModel, table=True):
    """A station that has tried to connect and was not let in, or waits to be adopted.

    Whoever names no station is there by the path that was asked for. `offered` are subprotocols,
    with spaces between them.
    """

    __tablename__: ClassVar[str] = "station_attempt"

    station_id: str = Field(primary_key=True)
    cause: str
    address: str
    offered: str
    profile: int
    first_at: datetime
    last_at: datetime
    count: int
    is_refused: bool
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
