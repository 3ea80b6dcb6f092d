"""Functional block N: what a station keeps on a customer, reported and removed."""

from typing import Any, Final

import pytest

from tests.conformance.cases import CORE, ISO_15118, LOCAL_LIST, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, REJECTED, TOKEN, booted
from tests.conformance.station import Answer, Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRIVER: Final = {"value": "04A2B3C4D5", "kind": "ISO14443"}
STRANGER: Final = {"value": "0BADC0FFEE", "kind": "ISO14443"}
HASH: Final = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "7d1f3a",
    "issuerKeyHash": "99ab04",
    "serialNumber": "4a11",
}
HASH_IN_API: Final = {
    "algorithm": "SHA256",
    "issuer_name": "7d1f3a",
    "issuer_key": "99ab04",
    "serial": "4a11",
}
NOTHING_FOUND: Final = "no data found"
REPORT: Final = {"is_reported": True, "is_removed": False}
REMOVE: Final = {"is_reported": False, "is_removed": True}
REPORT_AND_REMOVE: Final = {"is_reported": True, "is_removed": True}


async def notify(station: Station, job: int, *texts: str) -> None:
    """All parts of what is kept on a customer come, and each is acknowledged."""
    for seq_no, text in enumerate(texts):
        part = {
            "requestId": job,
            "generatedAt": time_of(),
            "seqNo": seq_no,
            "tbc": seq_no + 1 < len(texts),
            "data": text,
        }
        assert await station.call("NotifyCustomerInformation", part) == {}


async def ask(csms: Csms, *texts: str, **wanted: Any) -> Fields:
    """A customer's data is asked for and comes; return what the station was asked.

    Args:
        csms: The system under test.
        texts: What the station tells, part by part; the operator has to read just that.
        wanted: Whose data, and what is to be done with it.
    """
    async with booted(csms, CustomerInformation=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "customer_data", **wanted)
        assert outcome["status"] == "accepted"
        asked = dict(await station.asked_for("CustomerInformation"))
        job = asked.pop("requestId")
        assert job == outcome["job"]
        assert not (await csms.report(job))["is_complete"]
        await notify(station, job, *texts)
        told = await csms.report(job)
        assert (told["is_complete"], (await csms.job(job))["stage"]) == (True, "done")
        assert [part["body"]["text"] for part in told["parts"]] == list(texts)
        return asked


@case("TC_N_27", CORE)
async def test_tc_n_27_what_is_kept_on_a_driver(csms: Csms) -> None:
    """N09: both parts of what the station keeps are read."""
    asked = await ask(csms, "tariff: night", "visits: 3", id_token=DRIVER, **REPORT)
    assert asked == {"report": True, "clear": False, "idToken": TOKEN}


@case("TC_N_28", CORE)
async def test_tc_n_28_nothing_is_kept_on_a_driver(csms: Csms) -> None:
    """N09: the station keeps nothing, and the operator reads that."""
    asked = await ask(csms, NOTHING_FOUND, id_token=DRIVER, **REPORT)
    assert asked == {"report": True, "clear": False, "idToken": TOKEN}


@case("TC_N_29", CORE)
async def test_tc_n_29_what_a_station_does_not_tell(csms: Csms) -> None:
    """N09: the station refuses, and no report is waited for."""
    async with booted(csms, CustomerInformation=REJECTED) as (station_id, station):
        outcome = await csms.command(station_id, "customer_data", id_token=DRIVER, **REPORT)
        asked = await station.asked_for("CustomerInformation")
        assert (asked["report"], asked["idToken"]) == (True, TOKEN)
        assert outcome["status"] == "rejected"
        kept = await csms.job(outcome["job"])
        assert (kept["status"], kept["stage"]) == ("rejected", None)
        assert kept["finished_at"] is not None


@case("TC_N_30", CORE)
async def test_tc_n_30_what_was_kept_is_told_and_removed(csms: Csms) -> None:
    """N10: what the station has removed is read once more."""
    asked = await ask(csms, "visits: 3", id_token=DRIVER, **REPORT_AND_REMOVE)
    assert asked == {"report": True, "clear": True, "idToken": TOKEN}


@case("TC_N_31", CORE)
async def test_tc_n_31_nothing_was_kept_to_be_removed(csms: Csms) -> None:
    """N10: there was nothing to remove, and the operator reads that."""
    asked = await ask(csms, NOTHING_FOUND, id_token=DRIVER, **REPORT_AND_REMOVE)
    assert asked == {"report": True, "clear": True, "idToken": TOKEN}


@case("TC_N_32", CORE)
async def test_tc_n_32_what_was_kept_is_removed_untold(csms: Csms) -> None:
    """N10: no report is wanted, and the station only tells that it is done."""
    asked = await ask(csms, "removed", id_token=DRIVER, **REMOVE)
    assert asked == {"report": False, "clear": True, "idToken": TOKEN}


@case("TC_N_46", LOCAL_LIST)
async def test_tc_n_46_who_is_removed_leaves_the_local_list(csms: Csms) -> None:
    """N10, D01: the station holds a list with the driver, who leaves it without being asked."""
    answers: dict[str, Answer] = {
        "CustomerInformation": ACCEPTED,
        "GetLocalListVersion": {"versionNumber": 3},
        "SendLocalList": ACCEPTED,
    }
    async with booted(csms, **answers) as (station_id, station):
        listed = [
            {"id_token": token, "verdict": {"status": "Accepted"}} for token in (DRIVER, STRANGER)
        ]
        await csms.command(station_id, "send_local_list", version=3, entries=listed)
        outcome = await csms.command(
            station_id, "customer_data", id_token=DRIVER, **REPORT_AND_REMOVE
        )
        asked = await station.asked_for("CustomerInformation")
        assert (asked["report"], asked["clear"], asked["idToken"]) == (True, True, TOKEN)
        await notify(station, outcome["job"], "visits: 3")
        jobs = await csms.get(f"/stations/{station_id}/jobs")
        assert [one["kind"] for one in jobs].count("send_local_list") == 2
        asked = await station.asked_for("SendLocalList", 2)
        assert asked["updateType"] == "Differential"
        assert asked["versionNumber"] > 3
        assert asked["localAuthorizationList"] == [{"idToken": TOKEN}]


@case("TC_N_62", CORE)
async def test_tc_n_62_a_customer_by_name(csms: Csms) -> None:
    """N10: the customer is named as the operator does, and by nothing else."""
    asked = await ask(csms, "visits: 3", customer="OpenChargeAlliance", **REPORT_AND_REMOVE)
    assert asked == {"report": True, "clear": True, "customerIdentifier": "OpenChargeAlliance"}


@case("TC_N_63", ISO_15118)
async def test_tc_n_63_a_customer_by_certificate(csms: Csms) -> None:
    """N10: the customer is known by a certificate, and by nothing else."""
    asked = await ask(csms, "visits: 3", certificate=HASH_IN_API, **REPORT_AND_REMOVE)
    assert asked == {"report": True, "clear": True, "customerCertificate": HASH}
