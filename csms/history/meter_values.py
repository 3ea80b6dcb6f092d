"""What a meter's reading tells, out of its samples as the database's table holds them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

import orjson

from csms.domain.metering import PHASE_INDEX, Measurand, gather_reading
from csms.storage.readings import read_samples

Values: TypeAlias = tuple[float | None, ...]
"""Register in Wh, power in W, current in A by phase, state of charge in percent."""

_COUNT: Final = 6
_PLAIN: Final[Mapping[tuple[str, str | None], int]] = {
    (Measurand.ENERGY_IMPORT_REGISTER.value, None): 0,
    (Measurand.POWER_IMPORT.value, None): 1,
    (Measurand.CURRENT_IMPORT.value, "L1"): 2,
    (Measurand.CURRENT_IMPORT.value, "L2"): 3,
    (Measurand.CURRENT_IMPORT.value, "L3"): 4,
    (Measurand.STATE_OF_CHARGE.value, None): 5,
}
"""Where a plain sample belongs, by measurand and phase."""
_PLAIN_PARTS: Final = 3
_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_meter(text: str) -> tuple[Values, str | None]:
    """Read the samples of a reading as `meter_reading` holds them.

    Returns:
        The values, and the samples once more if they tell anything else.
    """
    samples = orjson.loads(text)
    values: list[float | None] = [None] * _COUNT
    for sample in samples:
        place = _PLAIN.get((sample[0], sample[2] if len(sample) >= _PLAIN_PARTS else None))
        if place is None or len(sample) > _PLAIN_PARTS or values[place] is not None:
            return _gather(text), text
        values[place] = sample[1]
    return tuple(values), None


def _gather(text: str) -> Values:
    """What a reading tells by the rules of the domain, but for phases of which it tells nothing."""
    samples = read_samples(_ANY_TIME, text)
    reading = gather_reading(samples)
    if reading is None:
        return (None,) * _COUNT
    amps: list[float | None] = list(reading.current_a or (None,) * 3)
    phases = {
        PHASE_INDEX[sample.phase]
        for sample in samples
        if sample.measurand is Measurand.CURRENT_IMPORT
        and sample.phase in PHASE_INDEX
        and sample.value is not None
        and sample.location != "EV"
    }
    if phases:
        amps = [value if phase in phases else None for phase, value in enumerate(amps)]
    return (reading.register_wh, reading.power_w, *amps, reading.soc_pct)
