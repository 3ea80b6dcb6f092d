"""What is studied: a feeder, whose users come to it, and what would be if it were otherwise."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.buffer import Buffer
from smart_charging.study.drawing import STEPS_PER_WEEK, Drawing
from smart_charging.study.engine import Setting
from smart_charging.study.grid import Grid
from smart_charging.study.solar import Sun, solar_w
from smart_charging.study.users import WEEK_S, User
from smart_charging.study.wiring import Earthing, Wiring, wiring_of

_BATTERY_EFFICIENCY: Final = 0.9
_MARGIN: Final = 1.25
_S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Store:
    """A battery, or heating that can wait: power and capacity."""

    power_w: float
    capacity_wh: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """A feeder and its users.

    Attributes:
        name: What it is called.
        limit_w: What the feeder carries, balanced.
        users: Whom populations are drawn from.
        weeks: How long.
        base_w: Load that nobody steers: [step].
        heating_w: Of that, what heats: [step].
        earthing: Of the grid.
        battery: A battery at the feeder, with 90 % efficiency.
        heating: How much of the heating can be off at once, and how far it may fall behind.
        sun: A photovoltaic plant at the feeder.
        single_phase_share: Of the vehicles with three phases, those that charge with one instead.
    """

    name: str
    limit_w: float
    users: tuple[User, ...] = field(repr=False)
    weeks: int
    base_w: Array = field(repr=False)
    heating_w: Array = field(repr=False)
    earthing: Earthing = Earthing.TN
    battery: Store | None = None
    heating: Store | None = None
    sun: Sun | None = None
    single_phase_share: float = 0.0

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self.weeks * STEPS_PER_WEEK

    @property
    def wiring(self) -> Wiring:
        """How vehicles hang on the lines."""
        return wiring_of(self.earthing)

    @property
    def has_buffer(self) -> bool:
        """Whether anything helps out."""
        return self.battery is not None or self.heating is not None

    @property
    def most_users(self) -> int:
        """More users than could be served if all the room were used, with a margin."""
        length_s = self.weeks * WEEK_S
        wanted_wh = [
            sum(user.stays[place].energy_wh for place in user.stays_within(length_s))
            for user in self.users
        ]
        mean_w = float(np.mean([wh for wh in wanted_wh if wh > 0])) / (length_s / _S_PER_H)
        room_w = float(np.maximum(self.limit_w - self.net_base_w, 0.0).mean())
        return max(8, round(_MARGIN * room_w / mean_w))

    @property
    def net_base_w(self) -> Array:
        """Load that nobody steers, less what the sun gives: [step]."""
        return self.base_w - solar_w(self.sun, self.steps) if self.sun else self.base_w

    def drawing(self) -> Drawing:
        """How its populations are drawn."""
        return Drawing(
            users=self.most_users, weeks=self.weeks, single_phase_share=self.single_phase_share
        )

    def setting(self) -> Setting:
        """Where its users charge."""
        w_per_a = self.wiring.w_per_limit_a
        grid = Grid(
            wiring=self.wiring,
            limit_a=np.full(self.steps, self.limit_w / w_per_a),
            base_a=self.net_base_w / w_per_a,
        )
        return Setting(grid=grid, buffer=self._buffer())

    def fingerprint(self) -> str:
        """A short text that differs for scenarios that differ in anything that counts."""
        told = hashlib.sha256(repr(replace(self, name="")).encode())
        told.update(repr(self.users).encode())
        told.update(self.base_w.tobytes())
        told.update(self.heating_w.tobytes())
        return told.hexdigest()[:16]

    def _buffer(self) -> Buffer | None:
        """The battery, or the heating: one of them."""
        if self.battery is not None:
            power_w = np.full(self.steps, self.battery.power_w)
            return Buffer(
                gives_w=power_w,
                takes_w=power_w,
                capacity_wh=self.battery.capacity_wh,
                efficiency=_BATTERY_EFFICIENCY,
            )
        if self.heating is not None:
            return Buffer(
                gives_w=np.minimum(self.heating_w, self.heating.power_w),
                takes_w=np.full(self.steps, self.heating.power_w),
                capacity_wh=self.heating.capacity_wh,
            )
        return None
