"""Functional block H: EVSEs that are kept for a driver."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.conformance.cases import RESERVATION, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, REJECTED, TOKEN, booted, tell_status
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_DRIVER: Final = {"value": "04A2B3C4D5", "kind": "ISO14443"}


async def reserve(csms: Csms, station_id: str, **wanted: Any) -> dict[str, Any]:
    """Have an EVSE kept for the driver for an hour; return what came of it."""
    until = datetime.now(UTC) + timedelta(hours=1)
    return await csms.command(
        station_id, "reserve", id_token=OF_DRIVER, expires_at=time_of(until), **wanted
    )


async def asked_to_reserve(station: Station, times: int = 1) -> tuple[int, Fields]:
    """What a station was asked to keep: the reservation's number, and the rest."""
    asked = dict(await station.asked_for("ReserveNow", times))
    assert asked.pop("idToken") == TOKEN
    assert datetime.fromisoformat(asked.pop("expiryDateTime")) > datetime.now(UTC)
    return asked.pop("id"), asked


async def reserve_first(csms: Csms, station_id: str, station: Station) -> int:
    """The first EVSE is kept, and seen to be; return the reservation's number."""
    outcome = await reserve(csms, station_id, evse_number=1)
    number, rest = await asked_to_reserve(station)
    assert (outcome["status"], outcome["job"]) == ("accepted", number)
    assert rest == {"evseId": 1}
    await tell_status(station, "Reserved")
    assert await csms.state_of(station_id) == "reserved"
    return number


async def tell_end(csms: Csms, station_id: str, station: Station, number: int, how: str) -> str:
    """A station tells how a reservation has ended; return what the operator reads."""
    update = {"reservationId": number, "reservationUpdateStatus": how}
    assert await station.call("ReservationStatusUpdate", update) == {}
    (notice,) = await csms.notices(station_id, "reservation_ended")
    assert notice["body"]["reservation_id"] == number
    return str(notice["body"]["ending"])


@case("TC_H_01", RESERVATION)
async def test_tc_h_01_an_evse_is_kept(csms: Csms) -> None:
    """H01, H03: one EVSE is kept, the other stays free."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        await reserve_first(csms, station_id, station)
        assert await csms.state_of(station_id, 2) == "available"


@case("TC_H_07", RESERVATION)
async def test_tc_h_07_nobody_comes(csms: Csms) -> None:
    """H01, H04: the time is over, the EVSE is free again, and the operator can read why."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        number = await reserve_first(csms, station_id, station)
        await tell_status(station, "Available")
        assert await tell_end(csms, station_id, station, number, "Expired") == "expired"
        assert await csms.state_of(station_id) == "available"


@case("TC_H_08", RESERVATION)
async def test_tc_h_08_any_evse_is_kept(csms: Csms) -> None:
    """H01, H03: no EVSE is named, and none is seen to be kept yet."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        outcome = await reserve(csms, station_id)
        assert outcome["status"] == "accepted"
        _, rest = await asked_to_reserve(station)
        assert rest == {}
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2


@case("TC_H_14", RESERVATION)
async def test_tc_h_14_all_evses_are_kept(csms: Csms) -> None:
    """H01: as many reservations as EVSEs; each has a number of its own, and none is free."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        numbers = set()
        for times in (1, 2):
            assert (await reserve(csms, station_id))["status"] == "accepted"
            number, rest = await asked_to_reserve(station, times)
            assert rest == {}
            numbers.add(number)
        assert len(numbers) == 2
        for evse in (1, 2):
            await tell_status(station, "Reserved", evse)
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["reserved"] * 2


@case("TC_H_15", RESERVATION)
async def test_tc_h_15_a_kind_of_connector_is_kept(csms: Csms) -> None:
    """H01, H03: a kind of connector is named in place of an EVSE."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        outcome = await reserve(csms, station_id, connector_kind="cType2")
        assert outcome["status"] == "accepted"
        _, rest = await asked_to_reserve(station)
        assert rest == {"connectorType": "cType2"}
        await tell_status(station, "Reserved", 2)
        assert await csms.state_of(station_id, 2) == "reserved"


@case("TC_H_17", RESERVATION)
async def test_tc_h_17_a_reservation_is_given_up(csms: Csms) -> None:
    """H02: the operator cancels by the number that the answer told, and the EVSE is free again."""
    async with booted(csms, ReserveNow=ACCEPTED, CancelReservation=ACCEPTED) as (
        station_id,
        station,
    ):
        number = await reserve_first(csms, station_id, station)
        outcome = await csms.command(station_id, "cancel_reservation", reservation_id=number)
        asked = await station.asked_for("CancelReservation")
        assert asked == {"reservationId": number}
        assert outcome["status"] == "accepted"
        await tell_status(station, "Available")
        assert await csms.state_of(station_id) == "available"


@case("TC_H_19", RESERVATION)
async def test_tc_h_19_an_evse_is_kept_for_a_group(csms: Csms) -> None:
    """H01, H03: the token's group is named, so that others of it may charge there."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        group = {"value": "FA", "kind": "Central"}
        outcome = await reserve(csms, station_id, evse_number=1, group=group)
        assert outcome["status"] == "accepted"
        _, rest = await asked_to_reserve(station)
        assert rest == {"evseId": 1, "groupIdToken": {"idToken": "FA", "type": "Central"}}
        await tell_status(station, "Reserved")
        assert await csms.state_of(station_id) == "reserved"


@case("TC_H_20", RESERVATION)
async def test_tc_h_20_a_fault_ends_a_reservation(csms: Csms) -> None:
    """H01: the EVSE fails, the station gives the reservation up, and the operator can read so."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        number = await reserve_first(csms, station_id, station)
        await tell_status(station, "Faulted")
        assert await tell_end(csms, station_id, station, number, "Removed") == "removed"
        assert await csms.state_of(station_id) == "faulted"


@case("TC_H_22", RESERVATION)
async def test_tc_h_22_a_station_keeps_nothing(csms: Csms) -> None:
    """H01: the station is set to reject reservations, and the operator is told so."""
    async with booted(csms, ReserveNow=REJECTED) as (station_id, station):
        outcome = await reserve(csms, station_id, evse_number=1)
        number, rest = await asked_to_reserve(station)
        assert rest == {"evseId": 1}
        assert outcome["status"] == "rejected"
        assert (await csms.job(number))["status"] == "rejected"
        assert await csms.state_of(station_id) == "available"
