"""Copies are made only where something differs."""

from datetime import timedelta

from csms.domain.altered import altered
from csms.domain.transaction import StatedNeed
from tests.service.rig import NOON


def test_value_that_differs_is_a_copy_with_all_the_rest() -> None:
    need = StatedNeed(energy_wh=5.0, departs_at=NOON)
    later = altered(need, energy_wh=5.0, departs_at=NOON + timedelta(hours=1))
    assert later == StatedNeed(energy_wh=5.0, departs_at=NOON + timedelta(hours=1))
    assert need.departs_at == NOON


def test_value_that_does_not_differ_is_itself() -> None:
    need = StatedNeed(energy_wh=5.0)
    assert altered(need, energy_wh=5, departs_at=None) is need
    assert altered(need) is need
