"""Devices that obey, on links that lose and delay: they never draw more than they count at."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from csms.domain.resource import Quantity, Resource, Setpoint
from csms.service.live_resource import LiveResource
from tests.domain.resources import HEAT_PUMP
from tests.service.rig import NOON

LIVES_S = 180.0
SETPOINT_LIVES_S = 360.0


class Device:
    """A heat pump with a thermostat: it draws what it may, or nothing."""

    def __init__(self, resource: Resource, rng: Random) -> None:
        self.power_w = 0.0
        self.ignores = False
        self._resource = resource
        self._rng = rng
        self._held: Setpoint | None = None
        self._on_the_way: list[tuple[float, Setpoint]] = []
        self._wants = True

    def send(self, second: float, setpoint: Setpoint) -> None:
        if self._rng.random() > 0.3:
            self._on_the_way.append((second + self._rng.uniform(0, 20), setpoint))

    def step(self, second: float) -> None:
        now = NOON + timedelta(seconds=second)
        for entry in [one for one in self._on_the_way if one[0] <= second]:
            self._on_the_way.remove(entry)
            if self._held is None or entry[1].told_at > self._held.told_at:
                self._held = entry[1]
        if self._held is not None and self._held.until_at <= now:
            self._held = None
        if self._rng.random() < 0.01:
            self._wants = not self._wants
        may_w = self._resource.fallback_w if self._held is None else self._held.watts
        if self.ignores:
            may_w = self._resource.rated_w
        self.power_w = may_w if self._wants else 0.0


@pytest.mark.parametrize("seed", range(30))
def test_device_that_obeys_never_draws_more_than_it_counts_at(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - a simulation
    resource = replace(HEAT_PUMP, fallback_w=rng.choice([0.0, 1_000.0]))
    one = LiveResource(resource, known_from=NOON - timedelta(hours=1))
    device = Device(resource, rng)
    one.read(Quantity.POWER_W, 0.0, NOON)
    for second in range(3_600):
        now = NOON + timedelta(seconds=second)
        if second % 300 == 0 or rng.random() < 0.002:
            watts = rng.choice([0.0, 500.0, 2_000.0, 4_140.0])
            setpoint = Setpoint(watts, now, now + timedelta(seconds=SETPOINT_LIVES_S))
            one.tell(setpoint)
            device.send(second, setpoint)
        device.step(second)
        counted_w = one.most_w(now, now + timedelta(seconds=1), now, LIVES_S)
        assert device.power_w <= counted_w + 1e-6, second
        if second % 10 == 0 and rng.random() > 0.3:
            one.read(Quantity.POWER_W, device.power_w, now)
    assert one.disobeyed_at is None


@pytest.mark.parametrize("seed", range(30))
def test_device_that_ignores_its_setpoints_is_found_with_its_next_readings(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - a simulation
    one = LiveResource(HEAT_PUMP, known_from=NOON - timedelta(hours=1))
    device = Device(HEAT_PUMP, rng)
    device.ignores = True
    unseen_s = 0
    for second in range(3_600):
        now = NOON + timedelta(seconds=second)
        if second % 300 == 0:
            one.tell(Setpoint(500.0, now, now + timedelta(seconds=SETPOINT_LIVES_S)))
        device.step(second)
        counted_w = one.most_w(now, now + timedelta(seconds=1), now, LIVES_S)
        unseen_s = unseen_s + 1 if device.power_w > counted_w + 1e-6 else 0
        assert unseen_s <= 11
        if second % 10 == 0:
            one.read(Quantity.POWER_W, device.power_w, now)
