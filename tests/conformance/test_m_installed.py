"""Functional block M: certificates that a station is to trust, holds, and is to hold no longer."""

from typing import Final

import pytest

from tests.conformance.cases import CORE, ISO_15118, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station
from tests.pki.maker import authority, pem

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORD: Final = {
    "csms_root": "CSMSRootCertificate",
    "manufacturer_root": "ManufacturerRootCertificate",
    "mo_root": "MORootCertificate",
    "v2g_chain": "V2GCertificateChain",
    "v2g_root": "V2GRootCertificate",
}
"""The words of OCPP for what a certificate is for, by the API's."""
ALGORITHMS: Final = ("SHA256", "SHA384", "SHA512")
FAILED: Final = {"status": "Failed"}
TAKEN: Final = ("accepted", "")
NOT_TAKEN: Final = ("rejected", "Failed")
"""What the operator is told: the status, and the station's own word where that says more."""


def hash_of(serial: str, algorithm: str = "SHA256") -> tuple[Fields, Fields]:
    """A certificate's hash: as the station tells it, and as the operator reads and names it."""
    told = {
        "hashAlgorithm": algorithm,
        "issuerNameHash": f"{serial}aa11",
        "issuerKeyHash": f"{serial}bb22",
        "serialNumber": serial,
    }
    read = {
        "algorithm": algorithm,
        "issuer_name": f"{serial}aa11",
        "issuer_key": f"{serial}bb22",
        "serial": serial,
    }
    return told, read


async def install(
    csms: Csms, station_id: str, station: Station, use: str, told: tuple[str, str] = TAKEN
) -> None:
    """The operator has a root trusted for a use, is told what came of it, and it is kept."""
    root = pem(authority(use).certificate).decode()
    outcome = await csms.command(station_id, "install_certificate", use=use, pem=root)
    asked = {"certificateType": WORD[use], "certificate": root}
    assert station.asked["InstallCertificate"][-1] == asked
    kept = await csms.job(outcome["job"])
    assert (outcome["status"], outcome["answer"], kept["status"]) == (*told, told[0])
    assert (kept["kind"], kept["command"]["use"]) == ("install_certificate", use)


async def install_in_new_station(csms: Csms, use: str) -> None:
    """A station takes a root."""
    async with booted(csms, InstallCertificate=ACCEPTED) as (station_id, station):
        await install(csms, station_id, station, use)


@case("TC_M_01", CORE)
async def test_tc_m_01_a_root_of_ours_is_installed(csms: Csms) -> None:
    """M05: whom the station trusts to be the system."""
    await install_in_new_station(csms, "csms_root")


@case("TC_M_02", CORE)
async def test_tc_m_02_a_root_of_the_maker_is_installed(csms: Csms) -> None:
    """M05: whom the station trusts for firmware."""
    await install_in_new_station(csms, "manufacturer_root")


@case("TC_M_03", ISO_15118)
async def test_tc_m_03_a_v2g_root_is_installed(csms: Csms) -> None:
    """M05: whom vehicles and stations trust."""
    await install_in_new_station(csms, "v2g_root")


@case("TC_M_04", ISO_15118)
async def test_tc_m_04_a_root_of_contracts_is_installed(csms: Csms) -> None:
    """M05: whom the station trusts for vehicles' contracts."""
    await install_in_new_station(csms, "mo_root")


@case("TC_M_05", CORE)
async def test_tc_m_05_a_root_cannot_be_installed(csms: Csms) -> None:
    """M05: the station fails to take it, and the operator is told so."""
    async with booted(csms, InstallCertificate=FAILED) as (station_id, station):
        await install(csms, station_id, station, "csms_root", NOT_TAKEN)


def holding(*chains: Fields) -> Fields:
    """The answer of a station that holds these."""
    if not chains:
        return {"status": "NotFound"}
    return {"status": "Accepted", "certificateHashDataChain": list(chains)}


async def read(csms: Csms, answer: Fields, *uses: str, sent: Fields) -> Fields:
    """The operator asks what a station holds for these uses; return what came of it."""
    async with booted(csms, GetInstalledCertificateIds=answer) as (station_id, station):
        outcome = await csms.command(station_id, "read_certificates", uses=uses)
        assert station.asked["GetInstalledCertificateIds"] == [sent]
        kept = await csms.job(outcome["job"])
        assert (kept["kind"], kept["status"]) == ("read_certificates", outcome["status"])
        return outcome


async def read_one(csms: Csms, use: str, algorithm: str = "SHA256") -> None:
    """A station holds one certificate of a use, and the operator reads its hash."""
    told, expected = hash_of("4a11", algorithm)
    chain = {"certificateType": WORD[use], "certificateHashData": told}
    outcome = await read(csms, holding(chain), use, sent={"certificateType": [WORD[use]]})
    assert outcome["status"] == "accepted"
    assert [(one["use"], one["hash"]) for one in outcome["certificates"]] == [(use, expected)]


@case("TC_M_12", NO_PROFILE)
async def test_tc_m_12_roots_of_ours(csms: Csms) -> None:
    """M03: hashed by any of the algorithms."""
    for algorithm in ALGORITHMS:
        await read_one(csms, "csms_root", algorithm)


@case("TC_M_13", CORE)
async def test_tc_m_13_roots_of_the_maker(csms: Csms) -> None:
    """M03: whom the station trusts for firmware."""
    await read_one(csms, "manufacturer_root")


@case("TC_M_14", ISO_15118)
async def test_tc_m_14_v2g_roots(csms: Csms) -> None:
    """M03: whom vehicles and stations trust."""
    await read_one(csms, "v2g_root")


@case("TC_M_15", ISO_15118)
async def test_tc_m_15_a_v2g_chain(csms: Csms) -> None:
    """M03: the station's certificate for vehicles, and those below it."""
    (told, own), (told_below, below) = hash_of("4a11"), hash_of("4a12")
    chain = {
        "certificateType": "V2GCertificateChain",
        "certificateHashData": told,
        "childCertificateHashData": [told_below],
    }
    sent = {"certificateType": ["V2GCertificateChain"]}
    outcome = await read(csms, holding(chain), "v2g_chain", sent=sent)
    (known,) = outcome["certificates"]
    assert (known["use"], known["hash"], known["children"]) == ("v2g_chain", own, [below])


@case("TC_M_16", ISO_15118)
async def test_tc_m_16_roots_of_contracts(csms: Csms) -> None:
    """M03: whom the station trusts for vehicles' contracts."""
    await read_one(csms, "mo_root")


async def read_two(csms: Csms, *uses: str, sent: Fields) -> None:
    """A station holds a root of ours and one of its maker, and the operator reads both."""
    (told, ours), (told_other, of_maker) = hash_of("4a11"), hash_of("4a12")
    chains = (
        {"certificateType": "CSMSRootCertificate", "certificateHashData": told},
        {"certificateType": "ManufacturerRootCertificate", "certificateHashData": told_other},
    )
    outcome = await read(csms, holding(*chains), *uses, sent=sent)
    known = [(one["use"], one["hash"]) for one in outcome["certificates"]]
    assert known == [("csms_root", ours), ("manufacturer_root", of_maker)]


@case("TC_M_17", NO_PROFILE)
async def test_tc_m_17_roots_of_two_uses(csms: Csms) -> None:
    """M03: two uses are named."""
    sent = {"certificateType": ["CSMSRootCertificate", "ManufacturerRootCertificate"]}
    await read_two(csms, "csms_root", "manufacturer_root", sent=sent)


@case("TC_M_18", CORE)
async def test_tc_m_18_whatever_it_holds(csms: Csms) -> None:
    """M03: no use is named."""
    await read_two(csms, sent={})


@case("TC_M_19", CORE)
async def test_tc_m_19_it_holds_none(csms: Csms) -> None:
    """M03: the station holds none for the use, and the operator is told so."""
    sent = {"certificateType": ["ManufacturerRootCertificate"]}
    outcome = await read(csms, holding(), "manufacturer_root", sent=sent)
    assert (outcome["status"], outcome["certificates"]) == ("unknown", [])


async def delete(csms: Csms, algorithm: str, answer: Fields, told: tuple[str, str]) -> None:
    """The operator has the root removed that a station has been given and tells of."""
    of_root, _ = hash_of("4a11", algorithm)
    chain = {"certificateType": "CSMSRootCertificate", "certificateHashData": of_root}
    answers = {
        "InstallCertificate": ACCEPTED,
        "GetInstalledCertificateIds": holding(chain),
        "DeleteCertificate": answer,
    }
    async with booted(csms, **answers) as (station_id, station):
        await install(csms, station_id, station, "csms_root")
        found = await csms.command(station_id, "read_certificates", uses=["csms_root"])
        (known,) = found["certificates"]
        outcome = await csms.command(station_id, "delete_certificate", certificate=known["hash"])
        assert station.asked["DeleteCertificate"] == [{"certificateHashData": of_root}]
        kept = await csms.job(outcome["job"])
        assert (outcome["status"], outcome["answer"], kept["status"]) == (*told, told[0])


@case("TC_M_20", CORE)
async def test_tc_m_20_a_root_is_removed(csms: Csms) -> None:
    """M04: named by the hash that the station told, whatever its algorithm."""
    for algorithm in ALGORITHMS:
        await delete(csms, algorithm, ACCEPTED, TAKEN)


@case("TC_M_21", CORE)
async def test_tc_m_21_a_root_cannot_be_removed(csms: Csms) -> None:
    """M04: the station fails to remove it, and the operator is told so."""
    await delete(csms, "SHA256", FAILED, NOT_TAKEN)
