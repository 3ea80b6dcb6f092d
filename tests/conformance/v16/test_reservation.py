"""OCPP 1.6 §5.1, §5.13: connectors are reserved, and reservations given up or used."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import time_of
from tests.conformance.v16.cases import RESERVATION, case16
from tests.conformance.v16.states import (
    ACCEPTED,
    TAG,
    begin,
    booted,
    outcome_of,
    tell_status,
    verdict_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def soon() -> str:
    """In an hour."""
    return time_of((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))


@case16("7.40 ReservationStatus", RESERVATION, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("Faulted", ("rejected", "Faulted")),
        ("Occupied", ("rejected", "Occupied")),
        ("Rejected", ("rejected", "")),
        ("Unavailable", ("rejected", "Unavailable")),
    ],
)
async def test_the_operator_is_told_why_a_connector_is_not_reserved(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """§5.13: a word for each cause."""
    outcome, _ = await outcome_of(
        *(csms, "ReserveNow", {"status": word}, "reserve"),
        id_token={"value": TAG},
        expires_at=soon(),
        evse_number=1,
    )
    assert verdict_of(outcome) == verdict


@case16("5.13 ReserveNow", RESERVATION)
async def test_a_connector_is_reserved_for_a_token_and_its_group(csms: Csms) -> None:
    """§5.13, §6.37: until an instant, under a number of ours."""
    expires_at = soon()
    outcome, asked = await outcome_of(
        *(csms, "ReserveNow", ACCEPTED, "reserve"),
        id_token={"value": TAG},
        group={"value": "FAMILY"},
        expires_at=expires_at,
        evse_number=2,
    )
    assert datetime.fromisoformat(asked.pop("expiryDate")) == datetime.fromisoformat(expires_at)
    assert asked == {
        "connectorId": 2,
        "idTag": TAG,
        "parentIdTag": "FAMILY",
        "reservationId": outcome["job"],
    }


@case16("5.13 ReserveNow, connector 0", RESERVATION)
async def test_any_connector_may_be_reserved(csms: Csms) -> None:
    """§5.13: connector 0 keeps one of them free."""
    _, asked = await outcome_of(
        *(csms, "ReserveNow", ACCEPTED, "reserve"), id_token={"value": TAG}, expires_at=soon()
    )
    assert asked["connectorId"] == 0
    assert "parentIdTag" not in asked


@case16("5.13 ReserveNow", RESERVATION)
async def test_a_reservation_is_replaced_under_its_number(csms: Csms) -> None:
    """§5.13: the same number with another token."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        order = {"expires_at": soon(), "evse_number": 1}
        first = await csms.command(station_id, "reserve", id_token={"value": TAG}, **order)
        other = {"value": "V-OTHER"}
        await csms.command(
            station_id, "reserve", id_token=other, reservation_id=first["job"], **order
        )
        asked = await station.asked_for("ReserveNow", times=2)
        assert (asked["reservationId"], asked["idTag"]) == (first["job"], "V-OTHER")


@case16("4.8 StartTransaction, reservationId", RESERVATION)
async def test_a_reservation_is_used_up_by_its_transaction(csms: Csms) -> None:
    """§4.8, §5.13: the start names it; the connector is reserved before, and charges after."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        order = {"expires_at": soon(), "evse_number": 1}
        reserved = await csms.command(station_id, "reserve", id_token={"value": TAG}, **order)
        await tell_status(station, "Reserved")
        assert await csms.state_of(station_id) == "reserved"
        await tell_status(station, "Preparing")
        transaction = await begin(station, reservationId=reserved["job"])
        await tell_status(station, "Charging")
        assert await csms.state_of(station_id) == "charging"
        assert (await csms.transaction(station_id))["transaction_id"] == str(transaction)


@case16("5.13 ReserveNow", RESERVATION)
async def test_a_reservation_that_runs_out_frees_its_connector(csms: Csms) -> None:
    """§5.13: the station tells that it is available again."""
    async with booted(csms, ReserveNow=ACCEPTED) as (station_id, station):
        order = {"expires_at": soon(), "evse_number": 2}
        await csms.command(station_id, "reserve", id_token={"value": TAG}, **order)
        await tell_status(station, "Reserved", connector=2)
        assert await csms.state_of(station_id, 2) == "reserved"
        await tell_status(station, "Available", connector=2)
        assert await csms.state_of(station_id, 2) == "available"


@case16("7.5 CancelReservationStatus", RESERVATION, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_a_reservation_is_given_up(
    csms: Csms, word: str
) -> None:
    """§5.1: it is, or there is none of that number."""
    outcome, asked = await outcome_of(
        *(csms, "CancelReservation", {"status": word}, "cancel_reservation"), reservation_id=77
    )
    assert asked == {"reservationId": 77}
    assert verdict_of(outcome) == (word.lower(), "")
