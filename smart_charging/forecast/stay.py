"""How much a vehicle will draw, and for how long it stays: as distributions, while it stands.

Trees for each quantile look at what was known when it was plugged in (`stay_features`); others look
also at what has come of it since (`standing`), and tell what is left given that it is still there.
The driver's own quantiles are mixed in. Beside them lies the naive forecast, quantiles of the
driver's last ten stays; at sites where the trees do not beat it on the last tenth of the past, it
is used. A width for each site makes the intervals hold eight in ten (`conformal`).
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.boosting import Growth, grow_quantiles
from smart_charging.forecast.conformal import adapted, interval, width_of
from smart_charging.forecast.levels import LEVELS, pinball
from smart_charging.forecast.standing import (
    LANDMARKS_H,
    Standing,
    joined,
    standing_at,
    standing_features,
)
from smart_charging.forecast.stay_features import GAP_ENERGY, OWN_ENERGY, OWN_STAY
from smart_charging.forecast.stay_table import Stays
from smart_charging.forecast.trees import Forest

What: TypeAlias = Literal["energy", "stay"]
"""What is forecast of a stay: kWh or hours, altogether."""
Whats: Final[tuple[What, ...]] = ("energy", "stay")
PRIOR: Final[dict[What, tuple[float, ...]]] = {
    "energy": (2.8, 4.9, 8.4, 15.6, 25.9),
    "stay": (1.4, 3.4, 11.5, 15.9, 21.7),
}
"""What is said where nothing at all is known: quantiles of 19,000 stays in Norwegian garages."""
_LEAST_STAYS: Final = 300
_MOST_STAYS: Final = 20_000
"""Learning takes longer in proportion; a year of several garages has half as many."""
_LEAST_JUDGED: Final = 20
_JUDGED: Final = 0.1
_OWN: Final = ((OWN_ENERGY, GAP_ENERGY), (OWN_STAY,))
_OWN_SHARE: Final = 0.1
_LAST: Final = 10
_LEAST_LAST: Final = 3
_RATE: Final = 0.1
_AT_PLUG_IN: Final = Growth(trees=300, leaves=24, columns=0.3)
_QUICK: Final = Growth(rate=0.08, leaves=24, columns=0.3)
"""To judge by: nearly as good, in half the time."""
_STANDING: Final = Growth(trees=100, rate=0.1, leaves=24, leaf_rows=80, columns=0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned of the energy of stays, or of their lengths.

    Attributes:
        at_plug_in: A forest for each level; empty: too few stays are known.
        standing: The same of what is left, while it stands.
        usual: Quantiles of all stays known: what is said of newcomers.
        naive_at: Sites where the naive forecast is not beaten.
        widths: The factor of the interval's width by site; 1 where there is none.
        losses: Mean pinball loss by site on the last stays: the trees', the naive one's.
    """

    at_plug_in: tuple[Forest, ...] = ()
    standing: tuple[Forest, ...] = ()
    usual: tuple[float, ...]
    naive_at: tuple[str, ...] = ()
    widths: dict[str, float]
    losses: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StayModel:
    """What was learned of stays."""

    energy: Learned
    stay: Learned

    def of(self, what: What) -> Learned:
        """What was learned of one of both."""
        return self.energy if what == "energy" else self.stay


def fit_stays(
    stays: Stays, features: Array, known: Flags, seed: int = 0, *, tells_later: bool = True
) -> StayModel:
    """Learn from stays that are over: from the newest, if there are very many.

    Args:
        stays: All.
        features: [stay, feature], what `stay_features` says of them.
        known: [stay], which of them are looked at: over, and of the past.
        seed: Of what is drawn at random.
        tells_later: Whether the model will be asked of vehicles that stand, and not only of such
            as come: that takes about half of the time.
    """
    newest = np.flatnonzero(known)[-_MOST_STAYS:]
    energy, stay = (_learned(what, stays, features, newest, seed) for what in Whats)
    model = StayModel(energy=energy, stay=stay)
    return _with_standing(model, stays, features, newest, seed) if tells_later else model


def at_plug_in(model: StayModel, what: What, stays: Stays, features: Array, at: Indices) -> Array:
    """Forecast stays that begin.

    Args:
        model: From stays of the past.
        what: Energy in kWh or length in hours.
        stays: All.
        features: [stay, feature].
        at: Which of them.

    Returns:
        [stay, level].
    """
    learned = model.of(what)
    naive = _naive(learned, what, stays, at)
    if not learned.at_plug_in:
        return naive
    places = [number for number, name in enumerate(stays.sites) if name in learned.naive_at]
    is_naive = np.isin(stays.site[at], places)
    return np.where(is_naive[:, None], naive, _by_trees(learned, what, features[at]))


def while_standing(
    model: StayModel, what: What, stays: Stays, features: Array, standing: Standing
) -> Array:
    """Forecast stays of vehicles that still stand, altogether: [vehicle, level]."""
    learned = model.of(what)
    if what == "energy":
        so_far, goes_on = standing.drawn_kwh, standing.draws
    else:
        so_far, goes_on = standing.elapsed_h, np.ones(len(standing.at), bool)
    if not learned.standing:
        whole = at_plug_in(model, what, stays, features, standing.at)
        left = np.maximum(whole - so_far[:, None], 0.0)
    else:
        rows = standing_features(stays, features, standing)
        left = _rising([forest.predict(rows) for forest in learned.standing])
    return so_far[:, None] + np.where(goes_on[:, None], left, 0.0)


def naive_quantiles(model: StayModel, what: What, stays: Stays, at: Indices) -> Array:
    """The naive forecast of stays that begin, to hold the other against: [stay, level]."""
    return _naive(model.of(what), what, stays, at)


def observe_stay(
    model: StayModel, what: What, site: str, actual: float, quantiles: Array
) -> StayModel:
    """Widen or narrow a site's intervals by how a stay came out.

    Args:
        model: With which it had been forecast.
        what: Energy or length.
        site: Where.
        actual: How it came out.
        quantiles: [level], what had been forecast when it was plugged in.
    """
    learned = model.of(what)
    width = learned.widths.get(site, 1.0)
    low, high = interval(quantiles, width)
    missed = 0.0 if low <= actual <= high else 1.0
    widths = {**learned.widths, site: adapted(width, missed, _RATE)}
    changed = replace(learned, widths=widths)
    return replace(model, energy=changed) if what == "energy" else replace(model, stay=changed)


def actual_of(what: What, stays: Stays) -> Array:
    """[stay]: how stays came out."""
    return stays.energy_kwh if what == "energy" else stays.stay_h


def _learned(what: What, stays: Stays, features: Array, at: Indices, seed: int) -> Learned:
    actual = actual_of(what, stays)
    if len(at) < _LEAST_JUDGED:
        return Learned(usual=PRIOR[what], widths={}, losses={})
    usual = tuple(float(value) for value in np.quantile(actual[at], LEVELS))
    learned = Learned(usual=usual, widths={}, losses={})
    if len(at) < _LEAST_STAYS:
        return learned
    order = at[np.argsort(stays.left_h[at], kind="stable")]
    first, last = np.split(order, [round((1 - _JUDGED) * len(order))])
    trees = grow_quantiles(features[first], actual[first], _QUICK, seed)
    learned = _judged(replace(learned, at_plug_in=trees), what, stays, features, last)
    return replace(learned, at_plug_in=grow_quantiles(features[at], actual[at], _AT_PLUG_IN, seed))


def _with_standing(
    model: StayModel, stays: Stays, features: Array, at: Indices, seed: int
) -> StayModel:
    """The model with trees for vehicles that stand, where it has any for such as come."""
    known = np.isin(np.arange(len(stays.came_h)), at)
    grown = {
        what: replace(one, standing=_grown_standing(what, stays, features, known, seed))
        for what in Whats
        if (one := model.of(what)).at_plug_in
    }
    return replace(model, **grown)


def _judged(learned: Learned, what: What, stays: Stays, features: Array, at: Indices) -> Learned:
    """Say by site what is used and how wide its intervals are, from stays not learned from."""
    actual = actual_of(what, stays)
    trees, naive = _by_trees(learned, what, features[at]), _naive(learned, what, stays, at)
    losses: dict[str, tuple[float, float]] = {}
    widths: dict[str, float] = {}
    worse: list[str] = []
    for number, name in enumerate(stays.sites):
        here = stays.site[at] == number
        if here.sum() < _LEAST_JUDGED:
            continue
        its = actual[at][here]
        loss, naive_loss = (float(pinball(its, one[here]).mean()) for one in (trees, naive))
        losses[name] = (loss, naive_loss)
        is_worse = loss >= naive_loss
        worse += [name] if is_worse else []
        widths[name] = width_of(its, (naive if is_worse else trees)[here])
    return replace(learned, naive_at=tuple(worse), widths=widths, losses=losses)


def _grown_standing(
    what: What, stays: Stays, features: Array, known: Flags, seed: int
) -> tuple[Forest, ...]:
    some = joined([standing_at(stays, elapsed_h, known) for elapsed_h in LANDMARKS_H])
    rows = standing_features(stays, features, some)
    if what == "energy":
        rows, left = rows[some.draws], (stays.energy_kwh[some.at] - some.drawn_kwh)[some.draws]
    else:
        left = stays.stay_h[some.at] - some.elapsed_h
    return grow_quantiles(rows, left, _STANDING, seed) if len(rows) else ()


def _by_trees(learned: Learned, what: What, rows: Array) -> Array:
    """The trees' quantiles, with the driver's own mixed in where he is known."""
    found = _rising([forest.predict(rows) for forest in learned.at_plug_in])
    own = _OWN[0] if what == "energy" else _OWN[1]
    share = 1.0 - _OWN_SHARE * len(own)
    mixed = share * found + _OWN_SHARE * sum(rows[:, columns] for columns in own)
    return np.where(np.isnan(mixed), found, mixed)


def _rising(parts: list[Array]) -> Array:
    return np.sort(np.maximum(np.stack(parts, axis=1), 0.0), axis=1)


def _naive(learned: Learned, what: What, stays: Stays, at: Indices) -> Array:
    """Quantiles of the driver's last ten stays that were over, or of all stays."""
    actual = actual_of(what, stays)
    found = np.tile(learned.usual, (len(at), 1))
    by_user: dict[int, Indices] = {}
    for row, one in enumerate(at):
        user = int(stays.user[one])
        if user < 0:
            continue
        own = by_user.setdefault(user, np.flatnonzero(stays.user == user))
        past = own[(stays.left_h[own] <= stays.came_h[one]) & (own < one)][-_LAST:]
        if len(past) >= _LEAST_LAST:
            found[row] = np.quantile(actual[past], LEVELS)
    return found
