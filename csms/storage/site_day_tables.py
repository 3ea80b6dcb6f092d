"""The table of what is counted of sites, day by day."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlmodel import Column, Field, SQLModel


class SiteDayRow(SQLModel, table=True):
    """What was counted of a site on a local day, as `csms.domain.site_day` names it.

    `counted` is up to where transactions were counted when the row was written: with it, what was
    told later is counted after a restart, and nothing twice. Only the newest day's is used.
    """

    __tablename__: ClassVar[str] = "site_day"

    site_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    energy_wh: float
    peak_w: float
    peak_quarter_w: float
    evse_s: float
    usable_s: float
    plugged_s: float
    charging_s: float
    plug_ins: int
    plug_in_failures: int
    departures: int
    told: int
    told_wh: float
    unmet: int
    unmet_wh: float
    cost: float
    priced_wh: float
    co2_g: float
    co2_wh: float
    energy_forecasts: int
    energy_error_wh: float
    energy_bias_wh: float
    stay_forecasts: int
    stay_error_s: float
    stay_bias_s: float
    counted: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    kept_at: datetime
