"""Functional block J: meter values by the clock, by the sample, and signed."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.metering import SIGNED, energy
from tests.conformance.states import Charging, booted
from tests.conformance.station import Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

INTERVAL: Final = timedelta(minutes=15)
CLOCK: Final = "Sample.Clock"
BEGIN: Final = "Transaction.Begin"
END: Final = "Transaction.End"


def three_instants() -> list[datetime]:
    """The last three instants at which a meter is read by the clock."""
    now = datetime.now(UTC)
    newest = now - (now - datetime.min.replace(tzinfo=UTC)) % INTERVAL
    return [newest - 2 * INTERVAL, newest - INTERVAL, newest]


def readings_of_a_transaction(context: str, signed: Fields | None = None) -> list[Fields]:
    """What comes with an end: readings of the whole transaction, and the last one."""
    registers_wh = (1000.0, 2000.0, 3000.0)
    contexts = (context, context, END)
    return [
        energy(register_wh, one, at=at, signed=signed)
        for register_wh, one, at in zip(registers_wh, contexts, three_instants(), strict=True)
    ]


async def end_with(csms: Csms, readings: list[Fields]) -> str:
    """A transaction that is told its readings with its end; return its station."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in(meterValue=[energy(500.0, BEGIN)])
        await charging.begin()
        await charging.stop()
        await charging.unplug(meterValue=readings)
        return station_id


@case("TC_J_01", CORE)
async def test_tc_j_01_by_the_clock_without_a_transaction(csms: Csms) -> None:
    """J01: the station and both EVSEs tell what they measure at three instants."""
    async with booted(csms) as (station_id, station):
        for at in three_instants():
            for evse in (0, 1, 2):
                values = {"evseId": evse, "meterValue": [energy(100.0, CLOCK, at=at)]}
                await station.call("MeterValues", values)
        kept = csms.kept.readings_of(station_id)
        assert [one.evse for one in kept] == [0, 1, 2, 0, 1, 2, 0, 1, 2]
        assert {(one.value, one.context) for one in kept} == {(100.0, CLOCK)}
        assert await csms.transactions(station_id) == []


@case("TC_J_02", CORE)
async def test_tc_j_02_by_the_clock_during_a_transaction(csms: Csms) -> None:
    """J01: what charges tells it in its transaction, what does not tells it beside."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        for register_wh, at in zip((1000.0, 2000.0, 4000.0), three_instants(), strict=True):
            for evse in (0, 2):
                values = {"evseId": evse, "meterValue": [energy(100.0, CLOCK, at=at)]}
                await station.call("MeterValues", values)
            await charging.tell(
                "Updated", "MeterValueClock", meterValue=[energy(register_wh, CLOCK, at=at)]
            )
        assert (await csms.transaction(station_id))["energy_wh"] == 3000.0
        kept = csms.kept.readings_of(station_id)
        assert [one.evse for one in kept] == [0, 1, 2, 0, 1, 2, 0, 1, 2]
        assert {one.context for one in kept} == {CLOCK}


@case("TC_J_03", CORE)
async def test_tc_j_03_by_the_clock_with_the_end(csms: Csms) -> None:
    """J01: the end brings what was read by the clock, and the last register."""
    station_id = await end_with(csms, readings_of_a_transaction(CLOCK))
    kept = await csms.transaction(station_id)
    assert (kept["meter_start_wh"], kept["meter_stop_wh"]) == (500.0, 3000.0)
    assert kept["energy_wh"] == 2500.0
    contexts = sorted(one.context for one in csms.kept.readings_of(station_id))
    assert contexts == [CLOCK, CLOCK, BEGIN, END]


@case("TC_J_04", CORE)
async def test_tc_j_04_by_the_clock_and_signed(csms: Csms) -> None:
    """J01: readings by the clock keep their signatures."""
    station_id = await end_with(csms, readings_of_a_transaction(CLOCK, SIGNED))
    assert (await csms.transaction(station_id))["meter_stop_wh"] == 3000.0
    signed = [one.context for one in csms.kept.readings_of(station_id) if one.signed == SIGNED]
    assert signed == [CLOCK, CLOCK, END]


@case("TC_J_07", CORE)
async def test_tc_j_07_with_the_start(csms: Csms) -> None:
    """J02: the start, at a known EVSE, brings the first register."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.plug_in(meterValue=[energy(1234.0, BEGIN)])
        kept = await csms.transaction(station_id)
        assert (kept["evse_number"], kept["meter_start_wh"]) == (1, 1234.0)
        (reading,) = csms.kept.readings_of(station_id)
        assert (reading.evse, reading.context) == (1, BEGIN)


@case("TC_J_08", CORE)
async def test_tc_j_08_when_the_evse_becomes_known(csms: Csms) -> None:
    """J02: a token began the transaction; the cable tells the EVSE and its first register."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.authorize()
        await charging.plug_in(meterValue=[energy(1234.0, BEGIN)])
        await charging.begin()
        kept = await csms.transaction(station_id)
        assert (kept["evse_number"], kept["meter_start_wh"]) == (1, 1234.0)
        (reading,) = csms.kept.readings_of(station_id)
        assert (reading.evse, reading.context) == (1, BEGIN)


@case("TC_J_09", CORE)
async def test_tc_j_09_sampled_while_charging(csms: Csms) -> None:
    """J02: three samples come one by one, and the energy grows."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        kept_wh = []
        for register_wh, at in zip((1000.0, 1500.0, 2250.0), three_instants(), strict=True):
            await charging.tell(
                "Updated", "MeterValuePeriodic", meterValue=[energy(register_wh, at=at)]
            )
            kept_wh.append((await csms.transaction(station_id))["energy_wh"])
        assert kept_wh == [0.0, 500.0, 1250.0]
        contexts = [one.context for one in csms.kept.readings_of(station_id)]
        assert contexts == ["Sample.Periodic"] * 3


@case("TC_J_10", CORE)
async def test_tc_j_10_sampled_with_the_end(csms: Csms) -> None:
    """J02: the end brings all samples of the transaction, and the last register."""
    station_id = await end_with(csms, readings_of_a_transaction("Sample.Periodic"))
    kept = await csms.transaction(station_id)
    assert (kept["meter_stop_wh"], kept["energy_wh"]) == (3000.0, 2500.0)
    contexts = sorted(one.context for one in csms.kept.readings_of(station_id))
    assert contexts == ["Sample.Periodic", "Sample.Periodic", BEGIN, END]


@case("TC_J_11", CORE)
async def test_tc_j_11_sampled_and_signed(csms: Csms) -> None:
    """J02: samples keep their signatures."""
    readings = readings_of_a_transaction("Sample.Periodic", SIGNED)
    station_id = await end_with(csms, readings)
    assert (await csms.transaction(station_id))["meter_stop_wh"] == 3000.0
    signed = [one.context for one in csms.kept.readings_of(station_id) if one.signed == SIGNED]
    assert signed == ["Sample.Periodic", "Sample.Periodic", END]
