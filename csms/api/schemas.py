"""What requests and answers look like, where a view of the service does not already say so."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from csms.domain.charging_profile import LimitSource
from csms.domain.commands import (
    CommandStatus,
)
from csms.domain.device_model import AttributeKind, Mutability
from csms.domain.evse_state import EvseBand
from csms.domain.notice_kinds import NoticeKind
from csms.domain.notices import JobStage
from csms.domain.settings import SettingVerdict
from csms.domain.station import RateUnit, Registration
from csms.service.dialect_view import DialectView
from csms.service.site_view import Level


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class SiteSummary(_Model):
    """A site in a list."""

    site_id: str
    name: str
    level: Level
    headline: str


class Past(_Model):
    """What a feeder carried: one entry per minute, on the most loaded line."""

    t: list[float] = Field(description="Seconds since 1970")
    load_a: list[float]
    limit_a: list[float]
    uncontrolled_a: list[float]


class PriceCourse(_Model):
    """What counts as the price of a kWh over time: one entry per change."""

    unit: str
    t: list[float] = Field(description="Seconds since 1970")
    per_kwh: list[float | None] = Field(description="From then on; null: it is not known")
    is_assumed: list[bool] = Field(description="Whether it is that of a day before")


class Series(_Model):
    """The root feeder's load over time: what was, and what is planned."""

    feeder_id: str
    past: Past
    ahead: Past
    prices: PriceCourse | None = Field(
        default=None, description="null: the site file knows no prices"
    )


class Station(_Model):
    """A station."""

    id: str
    site_id: str | None
    is_guest: bool
    protocol: str | None
    vendor: str | None
    model: str | None
    serial: str | None
    firmware: str | None
    booted_at: datetime | None
    seen_at: datetime | None = Field(description="When it last connected or said anything")
    security_profile: int = Field(
        description="The lowest OCPP security profile that it is let in with; 0: whoever connects "
        "under its name is believed"
    )
    registration: Registration | None = Field(
        description="What an operator wants its boots to be answered; null: as the site file says"
    )


class StationInFull(Station):
    """A station, and how it takes charging profiles."""

    dialect: DialectView | None = Field(
        description="What it takes of charging profiles, as it tells or as was found out by what "
        "it accepted; null: it belongs to no site"
    )


class Transaction(_Model):
    """A transaction. Id tokens are masked."""

    number: int
    station_id: str
    transaction_id: str | None
    evse_number: int | None
    id_token: str | None
    started_at: datetime
    ended_at: datetime | None
    energy_wh: float
    meter_start_wh: float | None
    meter_stop_wh: float | None
    stop_reason: str | None
    closed_by: str | None = Field(
        description="`station`: it told the end. Else the rule by which it was closed here, with "
        "the energy of its last reading: `superseded`, `free_after_boot`, `not_resumed`, `silent`; "
        "a true end that comes later takes its place. null: it runs"
    )
    missing_reports: list[tuple[int, int]] = Field(
        description="Numbers of reports that have not come though later ones have: first and last "
        "of each stretch (OCPP 2.0.1 seqNo)"
    )
    is_complete: bool | None = Field(
        description="Whether start, end and every report between have come; null: it runs, or its "
        "reports have no numbers (OCPP 1.6)"
    )
    total_cost: float | None = Field(
        description="What the driver pays, in the station's currency; null: no price is set"
    )


class SentLimit(_Model):
    """A limit as it was sent, and what came of it."""

    number: int
    purpose: str = Field(
        description="tx: of a transaction; tx_default, station_max: a fallback where `ends_at` is "
        "null, else a limit above it"
    )
    form: str | None = Field(description="How it was written; null: by an older version")
    evse_number: int = Field(description="0: the whole station")
    transaction_id: str | None
    sent_at: datetime
    starts_at: datetime
    ends_at: datetime | None = Field(description="None: it never lapses")
    steps: list[tuple[float, float]] = Field(description="Seconds after the start, amperes")
    verdict: str
    detail: str
    settled_at: datetime | None


class WantedRegistration(_Model):
    """What a station's boots are to be answered."""

    status: Registration = Field(description="Accepted: as the site file says")


class Setting(_Model):
    """A setting of a station as its site file wants it, and as the station has it."""

    name: str
    wanted: str
    told: str | None = Field(description="What the station said before anything was written")
    verdict: SettingVerdict
    detail: str
    at: datetime


class TimelineStep(_Model):
    """How an EVSE is from an instant on."""

    evse: int
    at: datetime
    state: EvseBand


class Plan(_Model):
    """A plan."""

    number: int
    made_at: datetime
    method: str
    detail: str
    solve_s: float
    expected_wh: float
    short_wh: float
    slots_s: list[int] = Field(description="Length of each slot; the first starts at made_at")
    limits_a: dict[str, list[float]] = Field(description="By EVSE: limit per slot")


class Job(_Model):
    """What a station was asked for, and how far it has come with it."""

    number: int
    station_id: str
    kind: str = Field(description="The command's name")
    command: dict[str, Any] = Field(description="Its fields, without secrets; tokens are masked")
    made_at: datetime
    status: CommandStatus | None = Field(description="None: no answer was kept")
    answer: str
    detail: str
    stage: JobStage | None = Field(description="By the station's reports")
    word: str | None = Field(description="The station's own word for the stage")
    result: str | None = Field(description="A file's name, or where something is to be had")
    updated_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None = Field(
        description="It waits for its station until then, or, a reservation, is in force until then"
    )
    sent_at: datetime | None = Field(description="When it was sent, if it had waited")


class HeldList(_Model):
    """The tokens that a station may accept by itself."""

    version: int
    tokens: list[str] = Field(description="Masked, in order")


class Notice(_Model):
    """What a station has told."""

    number: int
    station_id: str
    kind: NoticeKind
    request_id: int | None = Field(description="The job or reservation that it belongs to")
    seq_no: int | None
    at: datetime | None = Field(description="By the station's clock")
    received_at: datetime
    body: dict[str, Any] = Field(description="All that was told, without secrets")


class Report(_Model):
    """A report that was asked for, as far as it has come."""

    job: int
    station_id: str
    is_complete: bool
    missing: list[int] = Field(description="Numbers of parts that have not come")
    parts: list[Notice]


class Variable(_Model):
    """An attribute of a variable of a station's component (OCPP 2.0.1)."""

    station_id: str
    component: str
    component_instance: str
    evse_number: int = Field(description="0: the station's own")
    connector_number: int = Field(description="0: not a connector's")
    variable: str
    variable_instance: str
    attribute: AttributeKind
    value: str | None = Field(description="None: not set, or not to be read")
    mutability: Mutability
    is_persistent: bool
    is_constant: bool
    characteristics: dict[str, Any] | None
    told_at: datetime


class Period(_Model):
    """A limit from so many seconds after the start."""

    start_s: int
    limit: float


class Periods(_Model):
    """A schedule."""

    evse_number: int
    unit: RateUnit
    starts_at: datetime | None
    duration_s: int
    periods: list[Period]


class ExternalLimit(_Model):
    """A limit that somebody else has set (OCPP 2.0.1 K12)."""

    source: LimitSource
    evse_number: int | None = Field(description="None: the whole station")
    is_grid_critical: bool
    schedules: list[Periods]
    told_at: datetime
