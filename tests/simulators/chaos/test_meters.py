"""Meters that fall silent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from simulators.chaos.meters import MeterOutages
from simulators.clock import ScaledClock
from simulators.stations.outlet import Amps
from simulators.virtual_time import run_virtual
from tests.simulators.stations.builders import NOON

LOAD: Amps = (10.0, 11.0, 12.0)


def test_silent_meter_tells_nothing_until_its_outage_is_over() -> None:
    told: list[tuple[str, int]] = []

    async def tell(feeder_id: str, at: datetime, current_a: Amps) -> None:
        assert current_a == LOAD
        told.append((feeder_id, round((at - NOON).total_seconds())))

    async def story() -> None:
        outages = MeterOutages(ScaledClock(NOON), tell)
        outages.fall_silent("garage", 30)
        outages.fall_silent("garage", 10)  # a shorter one does not end the longer one
        for seconds in (0, 10, 20, 30):
            at = NOON + timedelta(seconds=seconds)
            await outages.report("garage", at, LOAD)
            await outages.report("office", at, LOAD)

    run_virtual(story())
    assert [at for feeder_id, at in told if feeder_id == "garage"] == [30]
    assert [at for feeder_id, at in told if feeder_id == "office"] == [0, 10, 20, 30]


def test_a_broker_that_is_back_hands_out_what_it_was_told_last() -> None:
    told: list[tuple[str, int]] = []

    async def tell(feeder_id: str, at: datetime, current_a: Amps) -> None:
        assert current_a == LOAD
        told.append((feeder_id, round((at - NOON).total_seconds())))

    async def story() -> None:
        outages = MeterOutages(ScaledClock(NOON), tell)
        await outages.report("garage", NOON, LOAD)
        outages.lose_broker(20)
        for seconds in (0, 10, 20, 30):
            await outages.report("garage", NOON + timedelta(seconds=seconds), LOAD)

    run_virtual(story())
    assert told == [("garage", 0), ("garage", 0), ("garage", 20), ("garage", 30)]


@pytest.mark.parametrize("is_taken", [True, False, None])
def test_nonsense_is_told_beside_what_is_true(is_taken: bool | None) -> None:
    told: list[object] = []
    lies: list[object] = []

    async def tell(_feeder_id: str, _at: datetime, current_a: Amps) -> None:
        told.append(current_a)

    async def lie(feeder_id: str, body: Mapping[str, object]) -> bool | None:
        lies.append((feeder_id, body))
        return is_taken

    async def story() -> MeterOutages:
        outages = MeterOutages(ScaledClock(NOON), tell, lie)
        outages.talk_nonsense("garage", 20)
        for seconds in (0, 10, 20):
            await outages.report("garage", NOON + timedelta(seconds=seconds), LOAD)
        return outages

    outages = run_virtual(story())
    assert (told, len(lies)) == ([LOAD] * 3, 2)
    assert outages.refused == (2 if is_taken is False else 0)
    assert len(outages.taken) == (2 if is_taken else 0)
