"""The tables. Base units, UTC; constraints are what recognises a station's retries.

What comes by the thousand a second (meter readings, transaction reports) is keyed by time first:
new rows then lie side by side, on few pages of the key's index, where a key that begins with the
station would touch a page of its own for almost every row. Those tables refer to stations without
a constraint, which every row would have to be checked against.
"""

from datetime import date, datetime
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, BigInteger, Index, Table, UniqueConstraint, text
from sqlmodel import Column, Field, SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


class SiteRow(SQLModel, table=True):
    """A site, as its file last described it."""

    __tablename__: ClassVar[str] = "site"

    id: str = Field(primary_key=True)
    name: str
    timezone: str
    earthing: str
    voltage_v: float


class FeederRow(SQLModel, table=True):
    """A feeder of a site."""

    __tablename__: ClassVar[str] = "feeder"

    site_id: str = Field(primary_key=True, foreign_key="site.id")
    id: str = Field(primary_key=True)
    name: str
    parent_id: str | None = None
    position: int


class StationRow(SQLModel, table=True):
    """A station; guests have no place in a site file.

    `metered_at` is when its meter was first heard of, lately or ever; `registration` what an
    operator wants its boots to be answered, where that is not for the site to say; `is_expected`
    says of a guest that an operator has announced or adopted it.
    """

    __tablename__: ClassVar[str] = "station"

    id: str = Field(primary_key=True)
    site_id: str | None = Field(default=None, foreign_key="site.id", index=True)
    is_guest: bool = False
    protocol: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    booted_at: datetime | None = None
    seen_at: datetime | None = None
    metered_at: datetime | None = None
    registration: str | None = None
    is_expected: bool | None = None


class EvseRow(SQLModel, table=True):
    """An EVSE, and whether it holds its standing fallback."""

    __tablename__: ClassVar[str] = "evse"

    station_id: str = Field(primary_key=True, foreign_key="station.id")
    number: int = Field(primary_key=True)
    fallback_a: float | None = None
    standing: str = "unknown"
    standing_at: datetime | None = None
    held: str | None = None


class StationDialectRow(SQLModel, table=True):
    """How a make of station takes charging profiles, as far as that has been found out."""

    __tablename__: ClassVar[str] = "station_dialect"

    protocol: str = Field(primary_key=True)
    vendor: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    firmware: str = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    changed_at: datetime


class ConnectorRow(SQLModel, table=True):
    """A connector's last status; number 0 of EVSE 0 is the station itself."""

    __tablename__: ClassVar[str] = "connector"

    station_id: str = Field(primary_key=True, foreign_key="station.id")
    evse_number: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    status: str
    charging_state: str | None = None
    error_code: str | None = None
    detail: str | None = None
    at: datetime


class IdTokenRow(SQLModel, table=True):
    """An id token, listed by the operator or seen at a station."""

    __tablename__: ClassVar[str] = "id_token"

    key: str = Field(primary_key=True)
    value: str
    kind: str
    status: str
    group: str | None = None
    expires_at: datetime | None = None
    is_listed: bool = True
    seen_at: datetime | None = None


class TransactionRow(SQLModel, table=True):
    """A charging transaction.

    `start_key` holds what makes a 1.6 start the same as its retry: connector, token, time and
    meter. For 2.0.1 the station's own id does that; `seq_nos` tells which of its reports have come
    (`0-57,60-60`), `start_no` and `end_no` which of them told the start and the end. If not all had
    come with the end, `reports_due_at` is when that is to be looked at again.

    `heard_at` is when it was last heard of, kept every five minutes; `closed_by` is `station`, or
    the rule by which it was closed here.
    """

    __tablename__: ClassVar[str] = "charging_transaction"
    __table_args__ = (
        UniqueConstraint("station_id", "transaction_id"),
        UniqueConstraint("station_id", "start_key"),
        Index("ix_transaction_open", "station_id", "evse_number", "ended_at"),
        Index("ix_transaction_token", "id_token", "started_at"),
        Index(
            "ix_transaction_running",
            "station_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_transaction_due", "reports_due_at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    station_id: str = Field(foreign_key="station.id")
    transaction_id: str | None = None
    start_key: str | None = None
    evse_number: int | None = None
    connector_number: int | None = None
    id_token: str | None = None
    started_at: datetime
    meter_start_wh: float | None = None
    energy_wh: float = 0.0
    charging_state: str | None = None
    seq_nos: str | None = None
    start_no: int | None = None
    end_no: int | None = None
    reports_due_at: datetime | None = None
    needed_wh: float | None = None
    departs_at: datetime | None = None
    need_by: str | None = None
    ended_at: datetime | None = None
    meter_stop_wh: float | None = None
    stop_reason: str | None = None
    closed_by: str | None = None
    heard_at: datetime | None = None
    total_cost: float | None = None


class TransactionEventRow(SQLModel, table=True):
    """A report on a transaction; the key recognises a 2.0.1 station's retry."""

    __tablename__: ClassVar[str] = "transaction_event"

    at: datetime = Field(primary_key=True)
    station_id: str = Field(primary_key=True)
    transaction_id: str = Field(primary_key=True)
    seq_no: int = Field(primary_key=True)
    stage: str
    trigger: str | None = None
    charging_state: str | None = None
    is_offline: bool = False
    received_at: datetime


class MeterReadingRow(SQLModel, table=True):
    """What an EVSE's meter (number 0: the station's) showed at one instant.

    `samples` is a JSON list with a list for each sample: measurand, value, phase, context,
    location, signed reading. What is as usual at a list's end is left out: no signed reading,
    location `Outlet`, context `Sample.Periodic`, no phase. So `["Current.Import",15.9,"L1"]` is
    15.9 A in L1. Values are in W, Wh, A, V, percent, or the unit of a rarer measurand.

    `digest` is the CRC-32 of `samples`. It makes a reading that is sent again the same, and keeps
    two apart that were taken at one instant.
    """

    __tablename__: ClassVar[str] = "meter_reading"

    at: datetime = Field(primary_key=True)
    station_id: str = Field(primary_key=True)
    evse_number: int = Field(primary_key=True)
    digest: int = Field(primary_key=True, sa_type=BigInteger)
    transaction_number: int | None = None
    samples: str


class FeederReadingRow(SQLModel, table=True):
    """Current of a feeder's lines: measured, or as the system reckons it."""

    __tablename__: ClassVar[str] = "feeder_reading"
    __table_args__ = (Index("ix_feeder_reading", "site_id", "feeder_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    site_id: str = Field(foreign_key="site.id")
    feeder_id: str
    at: datetime
    load_a: list[float] = Field(sa_column=Column(JSON, nullable=False))
    limit_a: list[float] = Field(sa_column=Column(JSON, nullable=False))
    uncontrolled_a: list[float] = Field(sa_column=Column(JSON, nullable=False))


class PlanRow(SQLModel, table=True):
    """A plan, with the limits that it gave."""

    __tablename__: ClassVar[str] = "plan"
    __table_args__ = (Index("ix_plan_site", "site_id", "made_at"),)

    number: int | None = Field(default=None, primary_key=True)
    site_id: str = Field(foreign_key="site.id")
    made_at: datetime
    method: str
    detail: str
    solve_s: float
    expected_wh: float
    short_wh: float
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class SentLimitRow(SQLModel, table=True):
    """A limit as it was sent, and what came of it."""

    __tablename__: ClassVar[str] = "sent_limit"
    __table_args__ = (
        Index("ix_sent_limit_evse", "station_id", "evse_number", "sent_at"),
        Index("ix_sent_limit_end", "ends_at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    plan_number: int | None = None
    station_id: str = Field(foreign_key="station.id")
    evse_number: int
    transaction_id: str | None = None
    purpose: str
    form: str | None = None
    sent_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    steps: list[list[float]] = Field(sa_column=Column(JSON, nullable=False))
    verdict: str
    detail: str = ""
    settled_at: datetime | None = None


class HistoryFileRow(SQLModel, table=True):
    """A file of the history, by its name below the history's folder.

    One that is not valid is being written, has been replaced, or is too old; `changed_at` is since
    when.
    """

    __tablename__: ClassVar[str] = "history_file"
    __table_args__ = (Index("ix_history_file", "subject", "site_id"),)

    name: str = Field(primary_key=True)
    subject: str
    resolution: str
    site_id: str
    month: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    row_count: int = 0
    is_valid: bool = False
    changed_at: datetime


class HistoryStaleDayRow(SQLModel, table=True):
    """A day of a site whose roll-ups do not yet tell all that its files do."""

    __tablename__: ClassVar[str] = "history_stale_day"

    subject: str = Field(primary_key=True)
    site_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)


class ImposedLimitRow(SQLModel, table=True):
    """A limit that somebody has put on a feeder, beside the one in the site file."""

    __tablename__: ClassVar[str] = "imposed_limit"

    site_id: str = Field(primary_key=True)
    feeder_id: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    amps: list[float] = Field(sa_column=Column(JSON, nullable=False))
    from_at: datetime = Field(primary_key=True)
    until_at: datetime | None = None
    words: str


class ConnectorLimitRow(SQLModel, table=True):
    """The operator's limit of one connector."""

    __tablename__: ClassVar[str] = "connector_limit"

    station_id: str = Field(primary_key=True)
    evse_number: int = Field(primary_key=True)
    site_id: str
    amps: float
    from_at: datetime
    until_at: datetime | None = None
    words: str


class ConnectorBoostRow(SQLModel, table=True):
    """A transaction that is to be charged as fast as all limits allow."""

    __tablename__: ClassVar[str] = "connector_boost"

    station_id: str = Field(primary_key=True)
    evse_number: int = Field(primary_key=True)
    site_id: str
    transaction_number: int


class TimetableLineRow(SQLModel, table=True):
    """A line of a site's timetable: when a vehicle leaves, by its token or by where it stands."""

    __tablename__: ClassVar[str] = "timetable_line"

    site_id: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    id_token: str | None = None
    station_id: str | None = None
    evse_number: int | None = None
    weekdays: list[int] = Field(sa_column=Column(JSON, nullable=False))
    day: date | None = None
    leaves_at: str | None = None
    energy_wh: float | None = None
