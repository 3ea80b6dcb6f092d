"""Functional block C: vehicles that charge by the certificate of their contract."""

from pathlib import Path

import pytest

from tests.conformance.cases import ISO_15118, case
from tests.conformance.contracts import EMAID, SERIAL, issuing
from tests.conformance.csms import Csms
from tests.conformance.states import Charging, booted, status_of
from tests.conformance.station import Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def charge_by_contract(csms: Csms, proof: Fields) -> None:
    """A vehicle shows a contract that holds, and charges."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station, token=EMAID)
        await charging.plug_in()
        answer = await station.call("Authorize", {"idToken": EMAID, **proof})
        assert (status_of(answer), answer.get("certificateStatus")) == ("Accepted", "Accepted")
        told = await charging.tell("Updated", "Authorized", idToken=EMAID)
        assert status_of(told) == "Accepted"
        charging.is_authorized = True
        await charging.begin()
        kept = await csms.transaction(station_id)
        assert (kept["id_token"], kept["ended_at"]) == ("DE…E5", None)


@case("TC_C_50", ISO_15118)
async def test_tc_c_50_a_contract_that_the_station_has_checked(csms: Csms, tmp_path: Path) -> None:
    """C07: the station sends the certificate's hash, and its issuer says that it holds."""
    async with issuing(csms, tmp_path) as issuer:
        proof = {"iso15118CertificateHashData": [await issuer.hash_of_contract()]}
        await charge_by_contract(csms, proof)
        assert issuer.asked == [SERIAL]


@case("TC_C_51", ISO_15118)
async def test_tc_c_51_a_contract_that_is_revoked(csms: Csms, tmp_path: Path) -> None:
    """C07: the station sends the certificate's hash, and its issuer says that it holds no more."""
    async with issuing(csms, tmp_path) as issuer, booted(csms) as (station_id, station):
        issuer.revoke()
        await Charging(station).plug_in()
        proof = {"iso15118CertificateHashData": [await issuer.hash_of_contract()]}
        answer = await station.call("Authorize", {"idToken": EMAID, **proof})
        verdict = (status_of(answer), answer.get("certificateStatus"))
        assert verdict == ("Invalid", "CertificateRevoked")
        assert issuer.asked == [SERIAL]
        assert (await csms.transaction(station_id))["id_token"] is None


@case("TC_C_52", ISO_15118)
async def test_tc_c_52_a_contract_that_only_we_can_check(csms: Csms, tmp_path: Path) -> None:
    """C07: the station sends the certificate itself; we trust its root and ask its issuer."""
    async with issuing(csms, tmp_path) as issuer:
        await charge_by_contract(csms, {"certificate": issuer.contract})
        assert issuer.asked == [SERIAL]
