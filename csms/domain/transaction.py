"""Charging transactions, as every version tells them."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from csms.domain.authorization import IdToken
from csms.domain.identity import EvseId
from csms.domain.station import ChargingState


class TransactionStage(StrEnum):
    """Which part of a transaction's life a report tells of."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


class ClosingRule(StrEnum):
    """Why a transaction was closed here, as its station told of no end."""

    SUPERSEDED = "superseded"
    """Its station has begun another one at the same EVSE."""
    FREE_AFTER_BOOT = "free_after_boot"
    """Its station has booted, and the connector is free."""
    NOT_RESUMED = "not_resumed"
    """Its station has booted, and told no more of it."""
    SILENT = "silent"
    """Nothing was heard of it for too long."""


MOST_WH: Final = 2_000_000.0
"""No vehicle needs more."""


class NeedTeller(StrEnum):
    """Who has stated a need."""

    OPERATOR = "operator"
    """A driver, a fleet or an operator, by the API. Outranks the vehicle."""
    VEHICLE = "vehicle"


class StatedNeed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is said that the vehicle needs. Outranks any assumption.

    Attributes:
        energy_wh: Energy wanted from the start of the transaction; None: not told.
        departs_at: When the vehicle leaves; None: not told.
        stated_by: Who says so.
    """

    energy_wh: float | None = None
    departs_at: datetime | None = None
    stated_by: NeedTeller = NeedTeller.OPERATOR

    @property
    def is_blank(self) -> bool:
        """Whether nothing is told."""
        return self.energy_wh is None and self.departs_at is None


NOTHING_STATED: Final = StatedNeed()


class Transaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One transaction as the system keeps it.

    Every report makes a new one: a struct is copied in a fortieth of a dataclass's time.

    Attributes:
        number: Our own number, unique over all stations.
        transaction: The station's id of it; in OCPP 1.6 our number as text.
        evse: Where; None while a 2.0.1 station has not told the EVSE.
        energy_wh: Energy so far, from the meter's register or the station's interval values.
        meter_start_wh: The register at the start, None if the station never told.
        total_cost: What the driver pays, once it has ended; None: there is no price.
        closing: The rule by which it was closed here; None: it runs, or its station has ended it.
        heard_at: When it was last heard of, as far as that was kept.
    """

    number: int
    station_id: str
    transaction: str
    evse: EvseId | None
    id_token: IdToken | None
    started_at: datetime
    meter_start_wh: float | None
    energy_wh: float = 0.0
    charging_state: ChargingState | None = None
    need: StatedNeed = NOTHING_STATED
    ended_at: datetime | None = None
    stop_reason: str | None = None
    total_cost: float | None = None
    closing: ClosingRule | None = None
    heard_at: datetime | None = None
