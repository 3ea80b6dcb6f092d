"""What an array on a roof will give: the clear sky by pvlib, times what has come through of late.

pvlib brings pandas and takes two seconds to load, so it is loaded only where it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np

from smart_charging.arrays import Array

_TEST_W_PER_M2: Final = 1_000.0
_WARM_PER_K: Final = -0.004
_AIR_C: Final = 10.0
_LIGHT_WIND_M_S: Final = 1.0
_SHADED: Final = 0.05
"""Of its peak: below this a measurement does not tell how clear the sky is."""
_USUAL: Final = 0.6
"""What comes through on average where nothing has been measured yet."""
_FADES_S: Final = 3 * 3600.0
"""How long what is seen now says more than what is usual."""
_MOST: Final = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PvArray:
    """An array of modules.

    Attributes:
        peak_w: At 1,000 W/m2 and 25 degrees.
        tilt_deg: 0 lies flat.
        azimuth_deg: Where it looks to: 90 east, 180 south.
        losses: What is lost in cables, inverter and dirt, as a share.
        max_w: The most that the inverter gives; None: the peak.
    """

    latitude: float
    longitude: float
    peak_w: float
    tilt_deg: float = 30.0
    azimuth_deg: float = 180.0
    altitude_m: float = 0.0
    losses: float = 0.1
    max_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an array gave, beside what it gives under a clear sky."""

    measured_w: float
    clear_w: float


def clear_sky_w(array: PvArray, starts_at: datetime, slots_s: Sequence[int]) -> Array:
    """What an array gives under a clear sky in the middle of each slot: [slot]."""
    # loaded here, as it takes seconds
    import pandas as pd  # noqa: PLC0415
    import pvlib  # noqa: PLC0415

    edges_s = list(accumulate(slots_s, initial=0))
    middles_s = [(one + other) / 2 for one, other in pairwise(edges_s)]
    instants = pd.DatetimeIndex([starts_at + timedelta(seconds=s) for s in middles_s])
    sun: Any = pvlib.solarposition.get_solarposition(
        instants, array.latitude, array.longitude, array.altitude_m
    )
    sky: Any = pvlib.clearsky.simplified_solis(sun["apparent_elevation"])
    light: Any = pvlib.irradiance.get_total_irradiance(
        array.tilt_deg,
        array.azimuth_deg,
        sun["apparent_zenith"],
        sun["azimuth"],
        sky["dni"],
        sky["ghi"],
        sky["dhi"],
    )
    light_w = np.nan_to_num(np.asarray(light["poa_global"], dtype=float))
    cell_c = np.asarray(pvlib.temperature.faiman(light_w, _AIR_C, _LIGHT_WIND_M_S), dtype=float)
    power_w = np.asarray(
        pvlib.pvsystem.pvwatts_dc(light_w, cell_c, array.peak_w, _WARM_PER_K), dtype=float
    )
    most_w = array.peak_w if array.max_w is None else array.max_w
    given_w: Array = np.clip(power_w * (1.0 - array.losses), 0.0, most_w)
    return given_w


def usual_share(past: Sequence[Seen], peak_w: float) -> float:
    """What comes through on average, by what has been measured: energy over energy."""
    bright = [one for one in past if one.clear_w > _SHADED * peak_w]
    clear_w = sum(one.clear_w for one in bright)
    if not clear_w:
        return _USUAL
    return min(sum(one.measured_w for one in bright) / clear_w, _MOST)


def corrected_w(
    clear_w: Array, slots_s: Sequence[int], now: Seen | None, usual: float, peak_w: float
) -> Array:
    """Correct a clear sky by what is measured now, which fades into what is usual: [slot].

    Args:
        clear_w: [slot]
        slots_s: Length of each slot.
        now: The newest measurement; None: there is no fresh one.
        usual: What comes through on average.
        peak_w: Of the array.
    """
    share = usual
    if now is not None and now.clear_w > _SHADED * peak_w:
        share = min(max(now.measured_w / now.clear_w, 0.0), _MOST)
    middles_s = np.cumsum(slots_s) - np.array(slots_s) / 2
    shares = usual + (share - usual) * np.exp(-middles_s / _FADES_S)
    corrected: Array = clear_w * shares
    return corrected
