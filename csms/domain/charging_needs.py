"""What a vehicle itself asks for, by ISO 15118 (OCPP 2.0.1 K15 to K17)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from csms.domain.station import RateUnit


class TransferMode(StrEnum):
    """How a vehicle wants to be charged."""

    AC_SINGLE_PHASE = "ac_single_phase"
    AC_TWO_PHASE = "ac_two_phase"
    AC_THREE_PHASE = "ac_three_phase"
    DC = "dc"


class ChargingNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What a vehicle says that it needs and can take.

    Attributes:
        departs_at: When it leaves, None if not told.
        energy_wh: Wanted from now on, None if not told.
        min_a: By phase, for alternating current.
        max_a: By phase, or of the direct current.
        soc_pct: State of charge.
        capacity_wh: Of its battery.
        full_soc_pct: At which it takes itself for full.
        bulk_soc_pct: At which fast charging ends.
        max_periods: The most periods that a schedule for it may have.
    """

    mode: TransferMode
    departs_at: datetime | None = None
    energy_wh: float | None = None
    min_a: float | None = None
    max_a: float | None = None
    max_v: float | None = None
    max_w: float | None = None
    soc_pct: float | None = None
    capacity_wh: float | None = None
    full_soc_pct: float | None = None
    bulk_soc_pct: float | None = None
    max_periods: int | None = None


class VehicleSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """How a vehicle means to use what it is allowed.

    Attributes:
        periods: Seconds after the start, and the limit, in order of time.
    """

    starts_at: datetime
    unit: RateUnit
    periods: tuple[tuple[int, float], ...]
    duration_s: int | None = None
