"""The tables of prices, of what a site's meter has shown, and of what transactions have cost."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class PriceSlotRow(SQLModel, table=True):
    """A stretch of time with one price, as it was told last; none overlap."""

    __tablename__: ClassVar[str] = "price_slot"

    site_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    starts_at: datetime = Field(primary_key=True)
    ends_at: datetime
    per_kwh: float
    received_at: datetime


class MeterQuarterRow(SQLModel, table=True):
    """What a site has drawn in a quarter of an hour; `covered_s` of it were seen."""

    __tablename__: ClassVar[str] = "meter_quarter"

    site_id: str = Field(primary_key=True)
    at: datetime = Field(primary_key=True)
    drawn_wh: float
    charged_wh: float
    covered_s: float


class TransactionCostRow(SQLModel, table=True):
    """What a transaction's energy has cost the site, up to an energy and an instant.

    `unpriced_wh` was charged while there was no price, `assumed_wh` while it was assumed.
    """

    __tablename__: ClassVar[str] = "transaction_cost"
    __table_args__ = (Index("ix_transaction_cost", "site_id", "started_at"),)

    number: int = Field(primary_key=True)
    site_id: str
    started_at: datetime
    cost: float
    co2_g: float
    energy_wh: float
    unpriced_wh: float
    assumed_wh: float
    up_to_at: datetime
    is_settled: bool = False
