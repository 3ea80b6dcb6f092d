"""Meter samples in base units: W, Wh, A, V, percent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Measurand(StrEnum):
    """What was measured, in the names that all OCPP versions share."""

    CURRENT_EXPORT = "Current.Export"
    CURRENT_IMPORT = "Current.Import"
    CURRENT_OFFERED = "Current.Offered"
    ENERGY_EXPORT_INTERVAL = "Energy.Active.Export.Interval"
    ENERGY_EXPORT_REGISTER = "Energy.Active.Export.Register"
    ENERGY_IMPORT_INTERVAL = "Energy.Active.Import.Interval"
    ENERGY_IMPORT_REGISTER = "Energy.Active.Import.Register"
    ENERGY_NET = "Energy.Active.Net"
    APPARENT_ENERGY_EXPORT = "Energy.Apparent.Export"
    APPARENT_ENERGY_IMPORT = "Energy.Apparent.Import"
    APPARENT_ENERGY_NET = "Energy.Apparent.Net"
    REACTIVE_ENERGY_EXPORT_INTERVAL = "Energy.Reactive.Export.Interval"
    REACTIVE_ENERGY_EXPORT_REGISTER = "Energy.Reactive.Export.Register"
    REACTIVE_ENERGY_IMPORT_INTERVAL = "Energy.Reactive.Import.Interval"
    REACTIVE_ENERGY_IMPORT_REGISTER = "Energy.Reactive.Import.Register"
    REACTIVE_ENERGY_NET = "Energy.Reactive.Net"
    FREQUENCY = "Frequency"
    POWER_EXPORT = "Power.Active.Export"
    POWER_FACTOR = "Power.Factor"
    POWER_IMPORT = "Power.Active.Import"
    POWER_OFFERED = "Power.Offered"
    REACTIVE_POWER_EXPORT = "Power.Reactive.Export"
    REACTIVE_POWER_IMPORT = "Power.Reactive.Import"
    ROTATION_SPEED = "RPM"
    STATE_OF_CHARGE = "SoC"
    TEMPERATURE = "Temperature"
    VOLTAGE = "Voltage"


PHASE_INDEX: Final = {"L1": 0, "L2": 1, "L3": 2, "L1-N": 0, "L2-N": 1, "L3-N": 2}
"""Index of a line current or phase power by the station's name for its phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSample:
    """One measured value in base units.

    Attributes:
        at: When it was measured.
        measurand: What was measured.
        value: In W, Wh, A, V, percent, or the unit of a rarer measurand; None where the
            station sent nothing but a signed reading.
        phase: The station's own name of the phase (`L1`, `L1-N`, `L1-L2`), None for the whole.
        context: Why it was taken (`Sample.Periodic`, `Transaction.Begin`, ...).
        location: Where it was taken (`Outlet`, `Inlet`, `EV`, ...).
        signed: The signed reading word for word, where the station sent one.
    """

    at: datetime
    measurand: Measurand
    value: float | None
    phase: str | None = None
    context: str = "Sample.Periodic"
    location: str = "Outlet"
    signed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an EVSE's meter last showed, gathered from the samples of one message.

    Attributes:
        at: When it was measured.
        current_a: By phase conductor of the station (its L1, L2, L3); None where not told.
        power_w: Active power, None where not told.
        register_wh: Energy register of the meter, None where not told.
        soc_pct: State of charge of the vehicle, None where not told.
    """

    at: datetime
    current_a: tuple[float, float, float] | None = None
    power_w: float | None = None
    register_wh: float | None = None
    soc_pct: float | None = None


def gather_reading(samples: tuple[MeterSample, ...]) -> Reading | None:
    """Gather the newest samples of one message into a reading.

    Values per phase are summed where the station sends no total; an energy register is summed
    likewise. Returns None when the samples tell nothing about current, power, energy or charge.
    """
    if not samples:
        return None
    at = max(sample.at for sample in samples)
    newest = [sample for sample in samples if sample.at == at and sample.location != "EV"]
    reading = Reading(
        at=at,
        current_a=_currents(newest),
        power_w=_total(newest, Measurand.POWER_IMPORT),
        register_wh=_total(newest, Measurand.ENERGY_IMPORT_REGISTER),
        soc_pct=_total([s for s in samples if s.at == at], Measurand.STATE_OF_CHARGE),
    )
    is_empty = reading == Reading(at=at)
    return None if is_empty else reading


def _currents(samples: list[MeterSample]) -> tuple[float, float, float] | None:
    by_phase = [0.0, 0.0, 0.0]
    is_told = False
    whole: float | None = None
    for sample in samples:
        if sample.measurand is not Measurand.CURRENT_IMPORT or sample.value is None:
            continue
        if sample.phase is None:
            whole = sample.value
        elif sample.phase in PHASE_INDEX:
            by_phase[PHASE_INDEX[sample.phase]] = sample.value
            is_told = True
    if is_told:
        return (by_phase[0], by_phase[1], by_phase[2])
    if whole is None:
        return None
    return (whole, whole, whole)  # one figure for all phases: each may carry that much


def _total(samples: list[MeterSample], measurand: Measurand) -> float | None:
    told = [s for s in samples if s.measurand is measurand and s.value is not None]
    whole = [s.value for s in told if s.phase is None and s.value is not None]
    if whole:
        return whole[-1]
    parts = [s.value for s in told if s.phase in PHASE_INDEX and s.value is not None]
    return sum(parts) if parts else None
