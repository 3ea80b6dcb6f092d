"""Lives through the weeks of a study, many cases at once.

A case is a population (by seed) and how many of its users are there. Every quarter of an hour a
policy deals out what the feeder leaves; vehicles are ideal: they take what they are given until
they have what they came for. Cases differ in nothing but who is there, so that one pass over time
serves all of them with the same few array operations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.study.buffer import Buffer, Reserve
from smart_charging.study.drawing import STEPS_PER_H, Population
from smart_charging.study.grid import Grid, Meter
from smart_charging.study.sharing import by_way
from smart_charging.study.silence import Silence, Silent, fallbacks_a
from smart_charging.study.waiting import Stays, Waiting

_WELL_SERVED: Final = 0.9


@dataclass(frozen=True, slots=True)
class Case:
    """Some of the users of a population.

    Attributes:
        seed: Which population.
        users: How many.
    """

    seed: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instant:
    """What there is to deal out, and to whom; [case, vehicle] where nothing else is said.

    Attributes:
        step: Which one.
        seed: The population of each case: [case].
        users: How many of it are there: [case].
        stay: Which stay of the population.
        wanted_a: What each takes in this step if it can; 0: it is not there, or lacks nothing.
        left_wh: What it lacks, in truth.
        got_wh: What it has got.
        left: Steps until it leaves, this one included, in truth.
        waited: Steps since it came.
        max_a: What it takes at most.
        w_per_a: Its power.
        way: How it hangs on the lines.
        room_a: [case, row]
    """

    step: int
    seed: Indices
    users: Indices
    stay: Indices
    wanted_a: Array
    left_wh: Array
    got_wh: Array
    left: Array
    waited: Array
    max_a: Array
    w_per_a: Array
    way: Indices
    room_a: Array

    @property
    def need(self) -> Array:
        """Steps at full current that each lacks, in truth."""
        need: Array = self.left_wh * STEPS_PER_H / (self.max_a * self.w_per_a)
        return need

    def only(self, cases: Indices) -> "Instant":
        """The same of some cases."""
        names = [one.name for one in fields(self) if one.name != "step"]
        return replace(self, **{name: getattr(self, name)[cases] for name in names})


Dealing: TypeAlias = Callable[[Instant], Array]
"""From an instant to amperes: [case, vehicle], none above what is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What came of a case.

    Attributes:
        wanted_wh: By those who left before the end.
        delivered_wh: To them.
        stays: How many.
        well_served: How many of them got at least 90 %.
        peak_share: The highest current of any line over its limit.
        over_as: Ampere-seconds above the limit, over all lines.
    """

    wanted_wh: float
    delivered_wh: float
    stays: int
    well_served: int
    peak_share: float
    over_as: float

    @property
    def share(self) -> float:
        """Energy delivered over energy wanted."""
        return self.delivered_wh / self.wanted_wh if self.wanted_wh else 1.0

    @property
    def well_served_share(self) -> float:
        """Share of the stays that got at least 90 %."""
        return self.well_served / self.stays if self.stays else 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """Where users charge.

    Attributes:
        grid: The feeder.
        buffer: What helps out, if anything.
        silence: Which chargers cannot be reached, if any.
    """

    grid: Grid
    buffer: Buffer | None = None
    silence: Silence | None = None


class Weeks:
    """Some cases that are lived through together.

    Args:
        setting: Where.
        populations: By seed.
        cases: At least one.
    """

    def __init__(
        self, setting: Setting, populations: Sequence[Population], cases: Sequence[Case]
    ) -> None:
        self._grid = setting.grid
        self._seed = np.array([case.seed for case in cases])
        self._users = np.array([case.users for case in cases])
        self._stays = Stays(populations)
        is_there = self._stays.user[self._seed] < self._users[:, None]
        self._wanted_wh = np.where(is_there, self._stays.wanted_wh[self._seed], 0.0)
        self._left_wh = self._wanted_wh.copy()
        self._meter = Meter(self._grid, len(cases))
        w_per_a = self._grid.wiring.w_per_limit_a
        self._reserve = self._links = None
        if setting.buffer is not None:
            self._reserve = Reserve(setting.buffer, w_per_a, len(cases))
        if setting.silence is not None:
            self._links = _Links(setting, populations, (self._seed, self._users))

    def live(self, deal: Dealing) -> list[Served]:
        """Go through all steps; return what came of each case."""
        waiting = Waiting(self._stays)
        nobody = np.full((len(self._seed), 1), self._stays.nobody)
        for step in range(self._grid.steps):
            there = waiting.at(step, self._seed, self._left_wh)
            self._step(self._instant(step, nobody if there is None else there), deal)
        return self._results()

    def _step(self, instant: Instant, deal: Dealing) -> None:
        amps = self._links.dealt(instant, deal) if self._links else deal(instant)
        drawn_wh = amps * instant.w_per_a / STEPS_PER_H
        rows = np.arange(len(amps))[:, None]
        self._left_wh[rows, instant.stay] = np.maximum(instant.left_wh - drawn_wh, 0.0)
        ways = by_way(amps, instant.way)
        self._meter.read(instant.step, ways, self._settled(instant.step, ways))

    def _settled(self, step: int, ways: Array) -> Array:
        """What the buffer draws from each line: [case]."""
        if self._reserve is None:
            return np.zeros(len(ways))
        wiring = self._grid.wiring
        over = ways @ wiring.coefficients.T - self._grid.room_a(step)
        over_a = (over / wiring.reach).max(axis=1)
        return self._reserve.settle(step, np.maximum(over_a, 0.0), np.maximum(-over_a, 0.0))

    def _instant(self, step: int, there: Indices) -> Instant:
        stays, seed = self._stays, self._seed[:, None]
        left_wh = np.take_along_axis(self._left_wh, there, axis=1)
        max_a, way = stays.max_a[seed, there], stays.way[seed, there]
        w_per_a = self._grid.wiring.w_per_a[way]
        return Instant(
            step=step,
            seed=self._seed,
            users=self._users,
            stay=there,
            wanted_a=np.minimum(max_a, left_wh * STEPS_PER_H / w_per_a),
            left_wh=left_wh,
            got_wh=np.take_along_axis(self._wanted_wh, there, axis=1) - left_wh,
            left=stays.departs[seed, there] - step,
            waited=step - stays.arrives[seed, there],
            max_a=max_a,
            w_per_a=w_per_a,
            way=way,
            room_a=self._room_a(step),
        )

    def _room_a(self, step: int) -> Array:
        room_a = np.repeat(self._grid.room_a(step)[None, :], len(self._seed), axis=0)
        if self._reserve is not None:
            room_a += np.outer(self._reserve.offer_a(step), self._grid.wiring.reach)
        return room_a

    def _results(self) -> list[Served]:
        counts = self._stays.is_judged[self._seed] & (self._wanted_wh > 0)
        wanted_wh = np.where(counts, self._wanted_wh, 0.0)
        got_wh = wanted_wh - np.where(counts, self._left_wh, 0.0)
        well = counts & (got_wh >= _WELL_SERVED * wanted_wh)
        return [
            Served(
                wanted_wh=float(wanted_wh[i].sum()),
                delivered_wh=float(got_wh[i].sum()),
                stays=int(counts[i].sum()),
                well_served=int(well[i].sum()),
                peak_share=float(self._meter.peak_share[i]),
                over_as=float(self._meter.over_as[i]),
            )
            for i in range(len(self._seed))
        ]


class _Links:
    """Deals among chargers that can be reached; what others may draw is taken off the room first.

    Args:
        setting: With a silence.
        populations: By seed.
        cases: Seeds and users.
    """

    def __init__(
        self, setting: Setting, populations: Sequence[Population], cases: tuple[Indices, Indices]
    ) -> None:
        seed, users = cases
        most = max(len(one.way_of_user) for one in populations)
        silence = setting.silence or Silence(share=0.0)
        self._silent = Silent(silence, len(populations), most)
        self._stays = Stays(populations)
        ways = np.stack([np.resize(one.way_of_user, most) for one in populations])[seed]
        is_there = np.arange(most) < users[:, None]
        self._chargers = by_way(is_there.astype(float), ways)
        self._fallback_a = fallbacks_a(setting.grid, self._chargers)
        self._loads = setting.grid.wiring.coefficients
        self._last_a = np.zeros((len(seed), self._stays.nobody + 1))
        self._was_silent = np.zeros((len(populations), most), dtype=bool)

    def dealt(self, instant: Instant, deal: Dealing) -> Array:
        """Amperes of all vehicles: [case, vehicle]."""
        user = self._stays.user[instant.seed[:, None], instant.stay]
        charger = np.where(np.isfinite(user), user, 0).astype(int)
        row = np.arange(len(charger))[:, None]
        is_silent = self._silent.now[instant.seed[:, None], charger]
        is_first = is_silent & ~self._was_silent[instant.seed[:, None], charger]
        held_a = np.where(is_first, self._last_a[row, instant.stay], self._fallback_a[:, None])
        alone_a = np.where(is_silent, np.minimum(instant.wanted_a, held_a), 0.0)
        reached = ~is_silent & (instant.wanted_a > 0)
        kept = self._kept_a(instant, reached, np.where(is_silent, held_a, 0.0))
        amps = deal(
            replace(
                instant,
                wanted_a=np.where(reached, instant.wanted_a, 0.0),
                room_a=np.maximum(instant.room_a - kept @ self._loads.T, 0.0),
            )
        )
        self._last_a[:] = 0.0
        self._last_a[row, instant.stay] = amps
        self._was_silent = self._silent.now
        self._silent.move_on()
        return amps + alone_a

    def _kept_a(self, instant: Instant, reached: Flags, held_a: Array) -> Array:
        """What counts for chargers that have no limit of ours: [case, way]."""
        others = self._chargers - by_way(reached.astype(float), instant.way)
        kept: Array = others * self._fallback_a[:, None]
        more_a = np.maximum(held_a - self._fallback_a[:, None], 0.0)
        return kept + by_way(np.where(instant.wanted_a > 0, more_a, 0.0), instant.way)
