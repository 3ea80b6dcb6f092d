"""Functional block P: what vendors add to the protocol."""

from typing import Final

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import MASKED, TOKEN, Charging, booted, status_of
from tests.conformance.station import time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN: Final = {"vendorId": "example.proving-ground", "shade": "green"}
"""What a vendor may put anywhere; only its name is in the schema."""


@case("TC_P_02", CORE)
async def test_tc_p_02_data_of_a_vendor_that_is_not_known(csms: Csms) -> None:
    """P02: nobody here understands the data, and the station is told so."""
    async with booted(csms) as (_, station):
        sent = {"vendorId": "example.proving-ground", "messageId": "paint", "data": {"a": 1}}
        assert await station.call("DataTransfer", sent) == {"status": "UnknownVendorId"}


@case("TC_P_03", CORE)
async def test_tc_p_03_a_vendors_own_fields(csms: Csms) -> None:
    """P02: what is not understood does no harm to what is."""
    async with booted(csms) as (station_id, station):
        status = {
            "timestamp": time_of(),
            "connectorStatus": "Occupied",
            "evseId": 1,
            "connectorId": 1,
        }
        assert await station.call("StatusNotification", {**status, "customData": OWN}) == {}
        assert await csms.state_of(station_id) == "preparing"
        charging = Charging(station)
        answer = await charging.tell(
            "Started", "Authorized", idToken=TOKEN, customData=OWN, info={"customData": OWN}
        )
        assert status_of(answer) == "Accepted"
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["evse_number"]) == (charging.transaction, 1)
        assert kept["id_token"] == MASKED
