"""The tables of what stations were asked for under a number, and of what they have told.

Rows refer to stations without a constraint: what a station has told stays when it is gone.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Column, Field, SQLModel


class StationJobRow(SQLModel, table=True):
    """A command of an operator, and what has come of it.

    The number is the request id, remote start id or reservation id that the station knows, where
    the operator has not given another. `command` holds no secrets; `waiting` is all of it, and is
    there only while it waits for its station.
    """

    __tablename__: ClassVar[str] = "station_job"
    __table_args__ = (
        Index("ix_station_job", "station_id", "number"),
        Index("ix_station_job_expiry", "expires_at"),
        UniqueConstraint("station_id", "key"),
    )

    number: int | None = Field(default=None, primary_key=True)
    station_id: str
    kind: str
    command: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    made_at: datetime
    status: str | None = None
    answer: str = ""
    detail: str = ""
    stage: str | None = None
    word: str | None = None
    result: str | None = None
    updated_at: datetime
    finished_at: datetime | None = None
    key: str | None = None
    subject: str | None = None
    waiting: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    expires_at: datetime | None = None
    sent_at: datetime | None = None


class StationNoticeRow(SQLModel, table=True):
    """A report of a station beside charging. `body` is all that it tells, without secrets."""

    __tablename__: ClassVar[str] = "station_notice"
    __table_args__ = (
        Index("ix_station_notice", "station_id", "number"),
        Index("ix_station_notice_request", "station_id", "request_id"),
        Index("ix_station_notice_received", "received_at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    station_id: str
    kind: str
    request_id: int | None = None
    seq_no: int | None = None
    at: datetime | None = None
    received_at: datetime
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class StationVariableRow(SQLModel, table=True):
    """An attribute of a variable as a station has last told it.

    What a key's part does not have is 0 or empty: EVSE 0 stands for the station's own components.
    """

    __tablename__: ClassVar[str] = "station_variable"

    station_id: str = Field(primary_key=True)
    component: str = Field(primary_key=True)
    component_instance: str = Field(primary_key=True)
    evse_number: int = Field(primary_key=True)
    connector_number: int = Field(primary_key=True)
    variable: str = Field(primary_key=True)
    variable_instance: str = Field(primary_key=True)
    attribute: str = Field(primary_key=True)
    value: str | None = None
    mutability: str
    is_persistent: bool
    is_constant: bool
    characteristics: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    told_at: datetime


class StationExternalLimitRow(SQLModel, table=True):
    """A limit that somebody else has set on a station; EVSE 0: on the whole station."""

    __tablename__: ClassVar[str] = "station_external_limit"

    station_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    evse_number: int = Field(primary_key=True)
    is_grid_critical: bool
    schedules: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    told_at: datetime


class StationLocalListRow(SQLModel, table=True):
    """The tokens that a station may accept by itself, as it was last told."""

    __tablename__: ClassVar[str] = "station_local_list"

    station_id: str = Field(primary_key=True)
    version: int
    tokens: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
