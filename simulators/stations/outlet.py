"""The electrical side of one EVSE: its contactor, its meter, the vehicle at it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final, TypeAlias

from simulators.sessions.session import Session
from simulators.stations.charging_profiles import Rate, Unit
from simulators.stations.profile_store import Limit
from simulators.stations.vehicle import Hookup, Vehicle
from simulators.supply import Supply

Amps: TypeAlias = tuple[float, float, float]
"""Current by line: L1, L2, L3."""

NO_AMPS: Final[Amps] = (0.0, 0.0, 0.0)
REGISTER: Final = "Energy.Active.Import.Register"
_LEAST_DC_SHARE: Final = 0.01
"""Of its most, a DC vehicle takes at least this, or nothing."""


class OutletState(StrEnum):
    """What the outlet is doing, in words that both versions share."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletModel:
    """What the hardware of an EVSE can do.

    Attributes:
        line_count: Lines that it is wired to, as the station's L1, L2, L3.
        max_a: Rating, in amperes per line of the supply (of the AC side, for DC).
        min_a: Less than this is a pause.
        efficiency: Output over supply power, for DC.
    """

    number: int
    supply: Supply
    line_count: int
    max_a: float
    min_a: float = 6.0
    is_dc: bool = False
    efficiency: float = 1.0

    @property
    def w_per_a(self) -> float:
        """Output of all wired lines per ampere in each."""
        return self.supply.watts_per_ampere(self.line_count) * self.efficiency

    def to_amps(self, rate: Rate) -> float:
        """A limit in amperes per line of the supply (K01.FR.50, FR.51)."""
        if rate.unit is Unit.AMPERE:
            return rate.limit
        if self.is_dc:  # phases mean nothing there (K01.FR.44)
            return rate.limit / self.w_per_a
        return rate.limit / self.supply.watts_per_ampere(rate.phases)


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One transaction.

    Attributes:
        key: The station's own name for it, the transaction id in 2.0.1.
        number: The number that the CSMS gave it in 1.6; None until then.
        begin_wh: The meter's register at its start.
        seq_no: Of the next event (2.0.1).
    """

    key: str
    token: str
    started_at: datetime
    begin_wh: float
    number: int | None = None
    seq_no: int = 0
    remote_start_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value, in A, V, W, Wh or percent."""

    measurand: str
    value: float
    unit: str
    phase: str | None = None


class Outlet:
    """One EVSE with one connector.

    Args:
        model: Its hardware.
        limit_at: Tells what the station's profiles allow at an instant, and until when.
        rng: Draws how fast vehicles respond.

    Attributes:
        vehicle: The vehicle that is plugged in.
        transaction: The transaction that runs.
        limit_a: What the vehicle may draw at present; less than `min_a` is a pause.
        register_wh: The meter.
        sample_due_at: When the next meter values are to be sent.
        told: The state that the CSMS was told last.
        is_waiting: Whether the vehicle is to be charged, and is not yet.
        reported_share: What of its current and energy the meter shows; 1: all.
        on_change: Called when what it draws, or will draw, may have changed other than by time.
        on_sample: Called when its meter is read for the CSMS.
    """

    def __init__(
        self, model: OutletModel, limit_at: Callable[["Outlet", datetime], Limit], rng: Random
    ) -> None:
        self.model = model
        self.vehicle: Vehicle | None = None
        self.transaction: Transaction | None = None
        self.limit_a = 0.0
        self.sample_due_at: datetime | None = None
        self.told = OutletState.AVAILABLE
        self.is_waiting = False
        self.reported_share = 1.0
        self.on_change: Callable[[Outlet], None] = _nobody_cares
        self.on_sample: Callable[[Outlet], None] = _nobody_cares
        self._limit_at = limit_at
        self._rng = rng
        self._limit_until: datetime | None = None
        self._past_wh = 0.0
        self._lines_used = 0
        self._is_over = False
        self._has_power = True

    @property
    def register_wh(self) -> float:
        """The energy register of the meter: all that was ever delivered."""
        return self._past_wh + (self.vehicle.delivered_wh if self.vehicle else 0.0)

    @property
    def shown_wh(self) -> float:
        """What the register shows."""
        return self.register_wh * self.reported_share

    @property
    def state(self) -> OutletState:
        """What the outlet is doing at present."""
        if self.vehicle is None:
            return OutletState.AVAILABLE
        if self.transaction is None:
            return OutletState.FINISHING if self._is_over else OutletState.PREPARING
        if self.vehicle.current_a > 0.0:
            return OutletState.CHARGING
        # Where both hold back, the station's reason is told (1.6 §4.9).
        is_offered = self.limit_a >= self.model.min_a
        return OutletState.SUSPENDED_EV if is_offered else OutletState.SUSPENDED_EVSE

    @property
    def lines_used(self) -> int:
        """Lines that the vehicle loads."""
        return self._lines_used

    @property
    def currents(self) -> Amps:
        """True current in the station's L1, L2, L3: of the supply, also for DC."""
        if self.vehicle is None or self.vehicle.current_a <= 0.0:
            return NO_AMPS
        amps, used = self.vehicle.current_a, self._lines_used
        return (amps, amps if used > 1 else 0.0, amps if used > 2 else 0.0)

    @property
    def changes_at(self) -> datetime | None:
        """The next instant at which what it draws may change by itself, None if at none."""
        if self.vehicle is None:
            return None
        within_s = self.vehicle.changes_within_s
        if within_s == math.inf:
            return self._limit_until
        changes_at = self.vehicle.at + timedelta(seconds=within_s)
        return changes_at if self._limit_until is None else min(changes_at, self._limit_until)

    def plug_in(self, session: Session, now: datetime) -> None:
        """A vehicle is plugged in."""
        car = session.vehicle
        if self.model.is_dc:
            self._lines_used, w_per_a = self.model.line_count, self.model.w_per_a
            max_a = car.max_dc_w / w_per_a
            min_a = max_a * _LEAST_DC_SHARE
        else:
            supply = self.model.supply
            self._lines_used = supply.lines_used(self.model.line_count, car.line_count)
            w_per_a = supply.watts_per_ampere(self._lines_used)
            max_a, min_a = car.max_a, car.min_a
        hookup = Hookup(w_per_a=w_per_a, max_a=max_a, min_a=min_a)
        self.vehicle = Vehicle(session, hookup, self._rng, now)
        self._is_over = False
        self.is_waiting = True

    def unplug(self) -> Vehicle | None:
        """The vehicle leaves."""
        vehicle, self.vehicle = self.vehicle, None
        self.is_waiting = False
        if vehicle is not None:
            self._past_wh += vehicle.delivered_wh
            self.on_change(self)
        return vehicle

    def begin(self, transaction: Transaction) -> None:
        """Close the contactor for a transaction."""
        self.transaction = transaction
        self.is_waiting = False
        self.reconsider(transaction.started_at)

    def end(self, *, begins_another: bool = False) -> None:
        """Open the contactor: the transaction is over."""
        self.transaction = self.sample_due_at = None
        self._is_over = True
        self.is_waiting = begins_another
        self._open()

    def power_off(self) -> None:
        """The station has lost its power."""
        self._has_power = False
        self._open()

    def power_on(self, now: datetime) -> None:
        """The station has its power again, and goes on with a transaction that it still has."""
        self._has_power = True
        self.reconsider(now)

    def reconsider(self, now: datetime) -> None:
        """Profiles have changed: tell the vehicle what it may draw from now on."""
        if self.vehicle is None or self.transaction is None or not self._has_power:
            return
        limit = self._limit_at(self, now)
        self._limit_until = limit.until
        self.limit_a = limit.amps if limit.amps >= self.model.min_a else 0.0
        self.vehicle.advance(now)
        self.vehicle.offer(self.limit_a)
        self.on_change(self)

    def advance(self, now: datetime) -> None:
        """Let time pass, through every limit that holds meanwhile."""
        if self.vehicle is None:
            return
        while self._limit_until is not None and self._limit_until <= now:
            self.reconsider(self._limit_until)
        self.vehicle.advance(now)

    def readings(self, measurands: Sequence[str]) -> list[Reading]:
        """Read the meter; at least its register."""
        found = [reading for name in measurands for reading in self._measure(name)]
        return found or self._measure(REGISTER)

    def _open(self) -> None:
        self.limit_a, self._limit_until = 0.0, None
        if self.vehicle is not None:
            self.vehicle.cut_off()
        self.on_change(self)

    def _measure(self, measurand: str) -> list[Reading]:
        share = self.reported_share
        if measurand == REGISTER:
            return [Reading(measurand, float(int(self.shown_wh)), "Wh")]
        if measurand == "Power.Active.Import":
            power_w = self.vehicle.power_w * share if self.vehicle else 0.0
            return [Reading(measurand, round(power_w, 1), "W")]
        return self._measure_dc(measurand) if self.model.is_dc else self._measure_ac(measurand)

    def _measure_dc(self, measurand: str) -> list[Reading]:
        if measurand == "SoC" and self.vehicle:
            return [Reading(measurand, round(self.vehicle.soc_pct, 1), "Percent")]
        return []

    def _measure_ac(self, measurand: str) -> list[Reading]:
        match measurand:
            case "Current.Import":
                share, (first, second, third) = self.reported_share, self.currents
                amps = (first * share, second * share, third * share)
                return self._by_line(measurand, amps, "A")
            case "Current.Offered":
                return [Reading(measurand, round(self.limit_a, 2), "A")]
            case "Voltage":
                volts = self.model.supply.voltage_v
                return self._by_line(measurand, (volts, volts, volts), "V")
            case _:
                return []

    def _by_line(self, measurand: str, values: Amps, unit: str) -> list[Reading]:
        return [
            Reading(measurand, round(values[i], 2), unit, f"L{i + 1}")
            for i in range(self.model.line_count)
        ]


def _nobody_cares(_outlet: Outlet) -> None:
    """Nobody has to be told."""
