"""OCPP 1.6 §4.2, §4.3, §4.6: stations boot, show that they are alive, send data of their own."""

from datetime import UTC, datetime

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import CallFailed
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.states import (
    ACCEPTED,
    MODEL,
    TAG,
    begin,
    boot,
    booted,
    linked,
    stop,
    tell_status,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST_APART_S = 60.0


def is_now(text: str) -> bool:
    """Whether a time is the present one, near enough for a busy machine."""
    return abs((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()) < MOST_APART_S


@case16("4.2 BootNotification", CORE)
async def test_a_boot_is_accepted_and_tells_the_time_and_the_interval(csms: Csms) -> None:
    """§4.2: the answer has a status, our time, and how often to send a heartbeat."""
    async with linked(csms, csms.fresh_station()) as station:
        answer = await boot(station)
        assert answer.keys() == {"status", "currentTime", "interval"}
        assert answer["interval"] > 0
        assert is_now(answer["currentTime"])


@case16("4.2 BootNotification", CORE)
async def test_a_boot_is_kept_with_what_the_station_says_of_itself(csms: Csms) -> None:
    """§4.2: maker, model, serial number and firmware are known from then on."""
    async with booted(csms) as (station_id, _):
        kept = await csms.get(f"/stations/{station_id}")
        assert (kept["vendor"], kept["model"]) == ("Proving Ground", "PG-16")
        assert (kept["serial"], kept["firmware"]) == ("PG-16-0001", "1.0")
        assert kept["protocol"] == "1.6"
        assert is_now(kept["booted_at"])


@case16("6.3 BootNotification.req", CORE)
async def test_a_boot_may_tell_no_more_than_maker_and_model(csms: Csms) -> None:
    """§6.3: two fields are enough."""
    station_id = csms.fresh_station()
    async with linked(csms, station_id) as station:
        bare = {name: MODEL[name] for name in ("chargePointVendor", "chargePointModel")}
        assert (await station.call("BootNotification", bare))["status"] == "Accepted"
        kept = await csms.get(f"/stations/{station_id}")
        assert (kept["model"], kept["serial"], kept["firmware"]) == ("PG-16", None, None)


@case16("4.2 BootNotification", CORE)
async def test_a_boot_after_an_update_is_accepted_again(csms: Csms) -> None:
    """§4.2: every boot is told; the newest firmware is the one that counts."""
    async with booted(csms) as (station_id, station):
        await boot(station, firmwareVersion="2.0")
        assert (await csms.get(f"/stations/{station_id}"))["firmware"] == "2.0"


@case16("4.2 BootNotification", CORE)
async def test_a_boot_ends_no_transaction(csms: Csms) -> None:
    """§4.2, §5.14: what ran before a power cut is stopped by the station, after its boot."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station)
        await boot(station)
        assert (await csms.transaction(station_id))["ended_at"] is None
        await stop(station, transaction, reason="PowerLoss")
        assert (await csms.transaction(station_id))["stop_reason"] == "PowerLoss"


@case16("4.2 BootNotification, Pending", CORE)
async def test_a_station_that_is_pending_is_not_asked_to_charge(csms: Csms) -> None:
    """§4.2, J errata §3.10: it is told to wait, and what it says too soon is refused."""
    station_id = csms.fresh_station()
    await csms.register(station_id, "Pending")
    async with linked(csms, station_id, RemoteStartTransaction=ACCEPTED) as station:
        answer = await station.call("BootNotification", MODEL)
        assert answer["status"] == "Pending"
        with pytest.raises(CallFailed, match="SecurityError"):
            await station.call("Authorize", {"idTag": TAG})
        outcome = await csms.command(station_id, "start", id_token={"value": TAG})
        assert outcome["status"] != "accepted"
        assert station.asked["RemoteStartTransaction"] == []


@case16("4.2 BootNotification, Rejected", CORE)
async def test_a_station_that_is_rejected_is_told_when_to_come_again(csms: Csms) -> None:
    """§4.2: the interval is the time until its next boot, which is accepted by then."""
    station_id = csms.fresh_station()
    await csms.register(station_id, "Rejected")
    async with linked(csms, station_id) as station:
        answer = await station.call("BootNotification", MODEL)
        assert answer["status"] == "Rejected"
        assert answer["interval"] > 0
        await csms.register(station_id, "Accepted")
        await boot(station)


@case16("4.6 Heartbeat", CORE)
async def test_a_heartbeat_is_answered_with_the_time(csms: Csms) -> None:
    """§4.6: a station sets its clock by the answer."""
    async with booted(csms) as (_, station):
        answer = await station.call("Heartbeat")
        assert answer.keys() == {"currentTime"}
        assert is_now(answer["currentTime"])


@case16("4.6 Heartbeat", CORE)
async def test_a_heartbeat_shows_that_a_station_is_alive(csms: Csms) -> None:
    """§4.6: the operator can read when a station was last heard of."""
    async with booted(csms) as (station_id, station):
        before = (await csms.get(f"/stations/{station_id}"))["seen_at"]
        await station.call("Heartbeat")
        after = (await csms.get(f"/stations/{station_id}"))["seen_at"]
        assert datetime.fromisoformat(after) > datetime.fromisoformat(before)


@case16("4.6 Heartbeat", CORE)
async def test_any_message_shows_that_a_station_is_alive(csms: Csms) -> None:
    """§4.6: a heartbeat may be left out when something else has been sent."""
    async with booted(csms) as (station_id, station):
        before = (await csms.get(f"/stations/{station_id}"))["seen_at"]
        await tell_status(station, "Preparing")
        after = (await csms.get(f"/stations/{station_id}"))["seen_at"]
        assert datetime.fromisoformat(after) > datetime.fromisoformat(before)


@case16("4.3 DataTransfer", CORE)
async def test_data_of_a_vendor_that_nobody_knows_is_answered_so(csms: Csms) -> None:
    """§4.3: the answer names the vendor as unknown, and has no data."""
    async with booted(csms) as (_, station):
        data = {"vendorId": "com.example.proving", "messageId": "Probe", "data": '{"a": 1}'}
        assert await station.call("DataTransfer", data) == {"status": "UnknownVendorId"}


@case16("4.3 DataTransfer", CORE)
async def test_data_of_a_vendor_can_be_read_by_the_operator(csms: Csms) -> None:
    """§4.3, §6.15: its form is the vendor's own, and it is kept word for word."""
    async with booted(csms) as (station_id, station):
        data = {"vendorId": "com.example.proving", "data": "€ \u00e6 " + "x" * 5000}
        await station.call("DataTransfer", data)
        (kept,) = await csms.get("/messages", station_id=station_id, action="DataTransfer")
        assert (kept["by"], kept["call"][3]) == ("station", data)
