"""What is known of a stay when it begins, from stays that were over by then.

The driver's own past weighs most: stays that began at about the same time of day, on the same kind
of day and not long ago, and stays that began as long after the one before, as what a vehicle needs
grows with what it has driven. What the site's vehicles do at that hour stands in for newcomers.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.levels import LEVELS
from smart_charging.forecast.levels import weighted_quantiles_of_one as _quantiles
from smart_charging.forecast.stay_table import Stays

_DAY_H: Final = 24.0
_OWN: Final = 60
"""So many of a driver's last stays are looked at."""
_SITE: Final = 400
_OTHER_KIND: Final = 0.4
_ANY: Final = 1e-4
"""What the most unlike stay still counts."""
NAMES: Final = (
    "hour",
    "weekday",
    "day off",
    "day off tomorrow",
    "day off after that",
    "holiday",
    "holiday tomorrow",
    "stays known of driver",
    *(f"own energy at such a time, {level:.0%}" for level in LEVELS),
    *(f"own stay at such a time, {level:.0%}" for level in LEVELS),
    *(f"own energy after such a gap, {level:.0%}" for level in LEVELS),
    "own stay after such a gap",
    "how alike",
    "since he left",
    "since he came",
    "last energy",
    "last stay",
    "median energy of ten",
    "median stay of ten",
    "most energy",
    "mean energy of ten",
    "mean stay of ten",
    "energy a day",
    "energy a day, times gap",
    "energy a day of six",
    "energy a day of six, times gap",
    "spread of energy",
    "hour of leaving",
    "share of stays over a day",
    "site's energy at such a time, 25%",
    "site's energy at such a time, 50%",
    "site's energy at such a time, 75%",
    "site's stay at such a time, 25%",
    "site's stay at such a time, 50%",
    "site's stay at such a time, 75%",
)
OWN_ENERGY: Final = slice(8, 13)
OWN_STAY: Final = slice(13, 18)
GAP_ENERGY: Final = slice(18, 23)
_GENERAL: Final = 8
_FROM_SITE: Final = 6
_FROM_DRIVER: Final = len(NAMES) - _GENERAL - _FROM_SITE


def stay_features(stays: Stays, some: Indices | None = None) -> Array:
    """Describe stays, each by what was over when it began.

    Args:
        stays: All.
        some: Which are described, the others' rows stay empty; None: all.

    Returns:
        [stay, feature] in the order of `NAMES`: hours, kWh; not a number where nothing is known.
    """
    found = np.full((len(stays.came_h), len(NAMES)), np.nan)
    wanted = None if some is None else set(some.tolist())
    for at, past in enumerate(_pasts(stays)):
        if wanted is None or at in wanted:
            found[at] = _features(stays, at, *past)
    return found


def _pasts(stays: Stays) -> list[tuple[Indices, Indices]]:
    """For each stay the last ones of its driver and of its site that were over."""
    by_user: dict[int, list[int]] = {}
    by_site: dict[int, list[int]] = {}
    found = []
    for at, begin in enumerate(stays.came_h):
        own = by_user.setdefault(int(stays.user[at]), [])
        site = by_site.setdefault(int(stays.site[at]), [])
        some = own[-_OWN:] if stays.user[at] >= 0 else []
        found.append((_over(stays, some, begin), _over(stays, site[-_SITE:], begin)))
        own.append(at)
        site.append(at)
    return found


def _over(stays: Stays, some: list[int], begin_h: float) -> Indices:
    at = np.array(some, dtype=np.int64)
    return at[stays.left_h[at] <= begin_h]


def _features(stays: Stays, at: int, own: Indices, site: Indices) -> list[float]:
    day = int(stays.came_h[at] // _DAY_H)
    general = [
        stays.came_h[at] % _DAY_H,
        (stays.first_day.weekday() + day) % 7,
        *stays.is_off[day : day + 3],
        *stays.is_holiday[day : day + 2],
        len(own),
    ]
    of_driver = _of_driver(stays, at, own) if len(own) else [np.nan] * _FROM_DRIVER
    of_site = _of_site(stays, at, site) if len(site) else [np.nan] * _FROM_SITE
    return [*general, *of_driver, *of_site]


def _of_driver(stays: Stays, at: int, own: Indices) -> list[float]:
    now, energy, stay = stays.came_h[at], stays.energy_kwh[own], stays.stay_h[own]
    likeness = _Likeness.of(stays, at, own)
    recent = np.exp(-np.arange(len(own))[::-1] / 20.0)
    at_time = np.exp(-0.5 * (likeness.apart_h / 2) ** 2) * recent * likeness.kind + _ANY * recent
    gap = now - stays.left_h[own[-1]]
    gaps = np.append(1000.0, stays.came_h[own[1:]] - stays.left_h[own[:-1]])
    unlike = np.log((np.maximum(gaps, 0.0) + 1) / (gap + 1))
    after_gap = np.exp(-0.5 * (unlike / 0.4) ** 2 - 0.5 * (likeness.apart_h / 4) ** 2)
    after_gap = after_gap * recent + _ANY * recent
    return [
        *_quantiles(energy, at_time),
        *_quantiles(stay, at_time),
        *_quantiles(energy, after_gap),
        float(_quantiles(stay, after_gap)[2]),
        at_time.sum(),
        gap,
        now - stays.came_h[own[-1]],
        energy[-1],
        stay[-1],
        float(np.median(energy[-10:])),
        float(np.median(stay[-10:])),
        energy.max(),
        energy[-10:].mean(),
        stay[-10:].mean(),
        *_rates(stays, at, own, gap),
        float(energy.std() / (energy.mean() + 0.1)),
        float(_quantiles(stays.left_h[own] % _DAY_H, at_time)[2]),
        float((stay[-10:] > _DAY_H).mean()),
    ]


def _rates(stays: Stays, at: int, own: Indices, gap_h: float) -> list[float]:
    """What he draws in a day, and what he should need by that, over all stays and over six."""
    now, few = stays.came_h[at], own[-6:]
    a_day = _DAY_H * stays.energy_kwh[own].sum() / max(now - stays.came_h[own[0]], _DAY_H)
    of_six = _DAY_H * stays.energy_kwh[few].sum() / max(now - stays.came_h[few[0]], _DAY_H / 2)
    since_came = now - stays.came_h[own[-1]]
    return [a_day, a_day * gap_h / _DAY_H, of_six, of_six * since_came / _DAY_H]


def _of_site(stays: Stays, at: int, site: Indices) -> list[float]:
    likeness = _Likeness.of(stays, at, site)
    weights = np.exp(-0.5 * (likeness.apart_h / 1.5) ** 2) * likeness.kind + _ANY
    energy, stay = stays.energy_kwh[site], stays.stay_h[site]
    return [
        *_quantiles(energy, weights)[1:4],
        *_quantiles(stay, weights)[1:4],
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Likeness:
    """How like a stay some earlier ones began.

    Attributes:
        apart_h: [earlier], hours apart on the clock.
        kind: [earlier], a factor below 1 where its day or the next was of another kind.
    """

    apart_h: Array
    kind: Array

    @classmethod
    def of(cls, stays: Stays, at: int, earlier: Indices) -> "_Likeness":
        apart = np.abs(stays.came_h[earlier] % _DAY_H - stays.came_h[at] % _DAY_H)
        day, days = int(stays.came_h[at] // _DAY_H), (stays.came_h[earlier] // _DAY_H).astype(int)
        differs: Flags = stays.is_off[days] != stays.is_off[day]
        differs_next: Flags = stays.is_off[days + 1] != stays.is_off[day + 1]
        kind = np.where(differs, _OTHER_KIND, 1.0) * np.where(differs_next, _OTHER_KIND, 1.0)
        return cls(np.minimum(apart, _DAY_H - apart), kind)
