"""OCPP 1.6 §4.7: meter values of all shapes, within a transaction and beside."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Fields, Station
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.metering import KeptSample, meter_value, sample, samples_of
from tests.conformance.v16.states import begin, booted, stop

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
REGISTER: Final = "Energy.Active.Import.Register"
MEASURANDS: Final = [
    *("Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Interval"),
    *("Energy.Active.Export.Register", "Energy.Active.Import.Interval", REGISTER),
    *("Energy.Reactive.Export.Interval", "Energy.Reactive.Export.Register"),
    *("Energy.Reactive.Import.Interval", "Energy.Reactive.Import.Register", "Frequency"),
    *("Power.Active.Export", "Power.Active.Import", "Power.Factor", "Power.Offered"),
    *("Power.Reactive.Export", "Power.Reactive.Import", "RPM", "SoC", "Temperature", "Voltage"),
]
PHASES: Final = ["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
CONTEXTS: Final = [
    *("Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic"),
    *("Transaction.Begin", "Transaction.End", "Trigger"),
]
LOCATIONS: Final = ["Body", "Cable", "EV", "Inlet", "Outlet"]


async def tell_meter(station: Station, *values: Fields, connector: int = 1, **fields: Any) -> None:
    """Tell what a meter shows, and be answered."""
    told = {"connectorId": connector, "meterValue": list(values), **fields}
    assert await station.call("MeterValues", told) == {}


async def kept_of(csms: Csms, *samples: Fields) -> list[KeptSample]:
    """What is kept of the samples that a station tells without a transaction."""
    async with booted(csms) as (station_id, station):
        await tell_meter(station, meter_value(*samples))
        return samples_of(csms, station_id)


async def seen_at(csms: Csms, station_id: str) -> Fields:
    """What an operator sees of the first connector."""
    return await csms.seen(station_id)


@case16("4.7 MeterValues", CORE)
async def test_a_value_without_a_name_is_the_register_in_wh(csms: Csms) -> None:
    """§4.7: the defaults of the optional fields."""
    assert await kept_of(csms, sample(1234)) == [KeptSample(1, None, REGISTER, 1234.0)]


@case16("7.31 Measurand", CORE)
async def test_every_measurand_is_kept(csms: Csms) -> None:
    """§7.31: 22 of them."""
    kept = await kept_of(csms, *(sample(5, name) for name in MEASURANDS))
    assert [one.measurand for one in kept] == MEASURANDS


@case16("7.34 Phase", CORE)
async def test_every_phase_is_kept(csms: Csms) -> None:
    """§7.34: conductors, to neutral, and between two of them."""
    kept = await kept_of(csms, *(sample(230, "Voltage", phase=phase) for phase in PHASES))
    assert [(one.phase, one.value) for one in kept] == [(phase, 230.0) for phase in PHASES]


@case16("7.35 ReadingContext", CORE)
async def test_every_context_is_kept(csms: Csms) -> None:
    """§7.35: why a value was taken."""
    kept = await kept_of(csms, *(sample(1, context=context) for context in CONTEXTS))
    assert [one.context for one in kept] == CONTEXTS


@case16("7.30 Location", CORE)
async def test_every_location_is_kept(csms: Csms) -> None:
    """§7.30: where a value was taken."""
    kept = await kept_of(csms, *(sample(1, location=location) for location in LOCATIONS))
    assert [one.location for one in kept] == LOCATIONS


@case16("7.45 UnitOfMeasure, energy", CORE)
async def test_kilowatt_hours_are_a_thousand_watt_hours(csms: Csms) -> None:
    """§7.45: a station chooses its unit; the register counts alike."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, meter_wh=1000)
        value = meter_value(sample("3.5", REGISTER, unit="kWh"))
        await tell_meter(station, value, transactionId=transaction)
        assert (await csms.transaction(station_id))["energy_wh"] == 2500.0


@case16("7.45 UnitOfMeasure, power", CORE)
async def test_kilowatts_are_a_thousand_watts(csms: Csms) -> None:
    """§7.45: active and reactive power alike."""
    kept = await kept_of(
        csms,
        sample("7.4", "Power.Active.Import", unit="kW"),
        sample("7400", "Power.Active.Import", unit="W"),
        sample("1.5", "Power.Reactive.Import", unit="kvar"),
    )
    assert [one.value for one in kept] == [7400.0, 7400.0, 1500.0]


@case16("7.45 UnitOfMeasure, temperature", CORE)
async def test_a_temperature_may_be_told_in_four_ways(csms: Csms) -> None:
    """§7.45, J errata §2.2: degrees Celsius in both spellings, Fahrenheit and kelvin."""
    told = (("20", "Celsius"), ("20", "Celcius"), ("68", "Fahrenheit"), ("293.15", "K"))
    kept = await kept_of(csms, *(sample(value, "Temperature", unit=unit) for value, unit in told))
    assert [round(one.value or 0.0, 6) for one in kept] == [20.0, 20.0, 20.0, 20.0]


@case16("3.16.3 Multiple Locations/Phases", CORE)
async def test_currents_of_three_phases_are_seen_by_line(csms: Csms) -> None:
    """§3.16.3: a value for each phase."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station)
        currents = (("L1", "10.0"), ("L2", "11.0"), ("L3", "12.0"))
        value = meter_value(
            *(sample(told, "Current.Import", phase=phase, unit="A") for phase, told in currents)
        )
        await tell_meter(station, value, transactionId=transaction)
        assert (await seen_at(csms, station_id))["current_a"] == [10.0, 11.0, 12.0]


@case16("3.16.3 Multiple Locations/Phases", CORE)
async def test_power_of_three_phases_is_added_up(csms: Csms) -> None:
    """§3.16.3: there is no total, and a vehicle that tells its charge beside."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station)
        powers = (("L1", "1000"), ("L2", "1100"), ("L3", "1200"))
        value = meter_value(
            *(sample(told, "Power.Active.Import", phase=phase, unit="W") for phase, told in powers),
            sample("54", "SoC", unit="Percent", location="EV"),
        )
        await tell_meter(station, value, transactionId=transaction)
        seen = await seen_at(csms, station_id)
        assert (seen["power_w"], seen["soc_pct"]) == (3300.0, 54.0)


@case16("7.49 ValueFormat", CORE)
async def test_a_signed_value_is_kept_word_for_word(csms: Csms) -> None:
    """§7.49: it is opaque, and so it is not read; what is plain beside it is."""
    signed = sample("0A1B2C3D4E5F", REGISTER, format="SignedData")
    first, second = await kept_of(csms, signed, sample("2000", REGISTER, format="Raw"))
    assert (first.value, first.signed) == (None, "0A1B2C3D4E5F")
    assert (second.value, second.signed) == (2000.0, None)


@case16("4.7 MeterValues, connector 0", CORE)
async def test_the_main_meter_belongs_to_no_connector(csms: Csms) -> None:
    """§4.7, §3.16.2: read by the clock, without a transaction."""
    async with booted(csms) as (station_id, station):
        values = [
            meter_value(sample(hour, context="Sample.Clock"), at=NOON + timedelta(hours=hour))
            for hour in (1, 2)
        ]
        await tell_meter(station, *values, connector=0)
        assert samples_of(csms, station_id) == [
            KeptSample(0, None, REGISTER, 1.0, None, "Sample.Clock"),
            KeptSample(0, None, REGISTER, 2.0, None, "Sample.Clock"),
        ]
        assert await csms.transactions(station_id) == []


@case16("3.16.1 Charging Session Meter Values", CORE)
async def test_values_of_a_transaction_are_kept_with_it(csms: Csms) -> None:
    """§3.16.1: several instants in one message; the newest register is the energy so far."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, meter_wh=1000, at=NOON)
        values = [
            meter_value(sample(1000 + 500 * hour), at=NOON + timedelta(hours=hour))
            for hour in (1, 2, 3)
        ]
        await tell_meter(station, *values, transactionId=transaction)
        assert (await csms.transaction(station_id))["energy_wh"] == 1500.0
        periodic = [
            one for one in samples_of(csms, station_id) if one.context != "Transaction.Begin"
        ]
        assert [one.value for one in periodic] == [1500.0, 2000.0, 2500.0]
        assert {one.transaction for one in periodic} == {transaction}


@case16("4.7 MeterValues, sanity", CORE)
async def test_values_of_a_transaction_that_nobody_knows_are_answered(csms: Csms) -> None:
    """§4.7: they are kept without it, and no transaction comes into being."""
    async with booted(csms) as (station_id, station):
        await tell_meter(station, meter_value(sample(700)), transactionId=999_999_998)
        assert samples_of(csms, station_id) == [KeptSample(1, None, REGISTER, 700.0)]
        assert await csms.transactions(station_id) == []


@case16("4.7 MeterValues, sanity", CORE)
async def test_values_that_come_after_the_stop_do_not_change_it(csms: Csms) -> None:
    """§3.7, §4.7: they were queued; what was charged is settled by the stop."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, meter_wh=0, at=NOON)
        await stop(station, transaction, meter_wh=800, at=NOON + timedelta(hours=2))
        late = meter_value(sample(990), at=NOON + timedelta(hours=1))
        await tell_meter(station, late, transactionId=transaction)
        assert (await csms.transaction(station_id))["energy_wh"] == 800.0
        assert KeptSample(1, transaction, REGISTER, 990.0) in samples_of(csms, station_id)


@case16("4.7 MeterValues, sanity", CORE)
async def test_a_value_that_is_no_number_does_not_spoil_the_others(csms: Csms) -> None:
    """§4.7: the message is answered, and what can be read is kept."""
    kept = await kept_of(
        csms, sample("n/a", "Voltage"), sample("NaN", "Frequency"), sample("16.1", "Current.Import")
    )
    assert kept == [KeptSample(1, None, "Current.Import", 16.1)]


@case16("3.7.1 Error responses to transaction-related messages", CORE)
async def test_values_that_are_sent_again_are_kept_once(csms: Csms) -> None:
    """§3.7.1: their answer was lost."""
    async with booted(csms) as (station_id, station):
        value = meter_value(sample(100), at=NOON)
        for _ in range(2):
            await tell_meter(station, value)
        assert samples_of(csms, station_id) == [KeptSample(1, None, REGISTER, 100.0)]


@case16("3.15 Time notations", CORE)
async def test_a_time_may_have_an_offset(csms: Csms) -> None:
    """§3.14, §3.15: a station may write its local time; the instant is the same."""
    async with booted(csms) as (station_id, station):
        values = [
            {"timestamp": text, "sampledValue": [sample(1)]}
            for text in ("2026-01-14T13:00:00+01:00", "2026-01-14T12:00:00Z")
        ]
        for value in values:
            await tell_meter(station, value)
        assert len(samples_of(csms, station_id)) == 1
