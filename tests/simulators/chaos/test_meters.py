"""Meters that fall silent."""

from datetime import datetime, timedelta

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
