"""Meter samples in base units: W, Wh, A, V, percent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

import msgspec


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

    __hash__ = str.__hash__  # it is looked up per sample; an enumeration's own is slow


PHASE_INDEX: Final = {"L1": 0, "L2": 1, "L3": 2, "L1-N": 0, "L2-N": 1, "L3-N": 2}
"""Index of a line current or phase power by the station's name for its phase."""

_CURRENT: Final = Measurand.CURRENT_IMPORT
_POWER: Final = Measurand.POWER_IMPORT
_REGISTER: Final = Measurand.ENERGY_IMPORT_REGISTER
_CHARGE: Final = Measurand.STATE_OF_CHARGE
_GATHERED: Final = frozenset({_CURRENT, _POWER, _REGISTER, _CHARGE})
_VEHICLE: Final = "EV"
_INSTANT: Final = attrgetter("at")


class MeterSample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One measured value in base units.

    Stations send them by the dozen, and a struct is made in a tenth of the time that a frozen
    dataclass takes.

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


class Reading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an EVSE's meter last showed, gathered from the samples of one message.

    Attributes:
        at: When it was measured.
        current_a: By phase conductor of the station (its L1, L2, L3); None where not told.
        is_one_for_all: Whether that is one figure for all of them; fewer may carry it.
        power_w: Active power, None where not told.
        register_wh: Energy register of the meter, None where not told.
        soc_pct: State of charge of the vehicle, None where not told.
    """

    at: datetime
    current_a: tuple[float, float, float] | None = None
    is_one_for_all: bool = False
    power_w: float | None = None
    register_wh: float | None = None
    soc_pct: float | None = None


def gather_reading(samples: Sequence[MeterSample]) -> Reading | None:
    """Gather the newest samples of one message into a reading.

    Values per phase are summed where the station sends no total; an energy register is summed
    likewise. What the vehicle says counts for its state of charge only. Returns None when the
    samples tell nothing about current, power, energy or charge.
    """
    if not samples:
        return None
    at = max(map(_INSTANT, samples))
    wholes: dict[Measurand, float] = {}
    sums: dict[Measurand, float] = {}
    lines_a = [0.0, 0.0, 0.0]
    for sample in samples:
        measurand, value, phase = sample.measurand, sample.value, sample.phase
        if measurand not in _GATHERED or value is None:
            continue
        if sample.at is not at and sample.at != at:
            continue
        if sample.location == _VEHICLE and measurand is not _CHARGE:
            continue
        if phase is None:
            wholes[measurand] = value
        elif phase in PHASE_INDEX:
            sums[measurand] = sums.get(measurand, 0.0) + value
            if measurand is _CURRENT:
                lines_a[PHASE_INDEX[phase]] = value
    is_one_for_all = _CURRENT in wholes and _CURRENT not in sums
    if is_one_for_all:
        lines_a = [wholes[_CURRENT]] * 3  # one figure for all: each may carry that much
    totals = sums | wholes
    return _reading(at, totals, lines_a, is_one_for_all=is_one_for_all) if totals else None


def _reading(
    at: datetime, totals: Mapping[Measurand, float], lines_a: list[float], *, is_one_for_all: bool
) -> Reading:
    line_1_a, line_2_a, line_3_a = lines_a
    return Reading(
        at=at,
        current_a=(line_1_a, line_2_a, line_3_a) if _CURRENT in totals else None,
        is_one_for_all=is_one_for_all,
        power_w=totals.get(_POWER),
        register_wh=totals.get(_REGISTER),
        soc_pct=totals.get(_CHARGE),
    )
