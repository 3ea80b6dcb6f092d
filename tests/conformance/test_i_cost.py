"""Functional block I: what charging costs."""

import pytest

from tests.conformance.cases import NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.metering import energy
from tests.conformance.states import Charging, booted

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case("TC_I_02", NO_PROFILE)
async def test_tc_i_02_the_total_is_told_with_the_end(csms: Csms) -> None:
    """I03: the answer to the end tells what the transaction has cost, and that is kept."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in(meterValue=[energy(0.0, "Transaction.Begin")])
        await charging.begin()
        await charging.stop()
        answer = await charging.unplug(meterValue=[energy(10_000.0, "Transaction.End")])
        assert answer.get("totalCost") == 3.5
        assert (await csms.transaction(station_id))["total_cost"] == answer["totalCost"]
