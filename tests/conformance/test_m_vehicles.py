"""Functional block M: certificates of others, for which stations and vehicles ask us."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.x509 import ocsp

from tests.conformance.cases import ISO_15118, case
from tests.conformance.contracts import SERIAL, issuing
from tests.conformance.csms import Csms
from tests.conformance.states import booted

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEMA: Final = "urn:iso:15118:2:2013:MsgDef"
WISH: Final = base64.b64encode(b"a vehicle's wish").decode()
CONTRACT: Final = base64.b64encode(b"a contract for it").decode()
"""Neither is looked at by the system: it passes on what it is given (EXI)."""


@case("TC_M_24", ISO_15118)
async def test_tc_m_24_whether_a_certificate_still_holds(csms: Csms, tmp_path: Path) -> None:
    """M06: its issuer is asked by OCSP, and the station is given the answer as it is."""
    async with issuing(csms, tmp_path) as issuer, booted(csms) as (station_id, station):
        asked = {"ocspRequestData": await issuer.hash_of_contract()}
        answer = await station.call("GetCertificateStatus", asked)
        assert answer["status"] == "Accepted"
        told = ocsp.load_der_ocsp_response(base64.b64decode(answer["ocspResult"]))
        assert told.certificate_status is ocsp.OCSPCertStatus.GOOD
        assert issuer.asked == [SERIAL]
        (notice,) = await csms.notices(station_id, "certificate_status")
        assert notice["body"]["query"]["certificate"]["serial"] == SERIAL


@dataclass
class Supplier:
    """Supplies vehicles with contracts, over HTTP.

    Attributes:
        asked: What it was asked.
    """

    asked: list[Any] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        body = json.dumps({"exiResponse": CONTRACT}).encode()
        head_of_answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        writer.write(head_of_answer + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()


@asynccontextmanager
async def supplying(csms: Csms) -> AsyncIterator[Supplier]:
    """A supplier that answers until the context is left."""
    supplier = Supplier()
    port = csms.others.supplier_port
    async with await asyncio.start_server(supplier.serve, "127.0.0.1", port):
        yield supplier


async def supply(csms: Csms, action: str) -> None:
    """A vehicle's wish is passed on to the supplier, and the supplier's answer to the vehicle."""
    async with supplying(csms) as supplier, booted(csms) as (station_id, station):
        wish = {"iso15118SchemaVersion": SCHEMA, "action": action, "exiRequest": WISH}
        answer = await station.call("Get15118EVCertificate", wish)
        assert (answer["status"], answer["exiResponse"]) == ("Accepted", CONTRACT)
        assert supplier.asked == [wish]
        (notice,) = await csms.notices(station_id, "vehicle_certificate")
        assert notice["body"]["is_update"] is (action == "Update")


@case("TC_M_26", ISO_15118)
async def test_tc_m_26_a_vehicle_without_a_contract(csms: Csms) -> None:
    """M01: it is given a contract's certificate."""
    await supply(csms, "Install")


@case("TC_M_28", ISO_15118)
async def test_tc_m_28_a_vehicle_whose_contract_ends_soon(csms: Csms) -> None:
    """M02: it is given a new certificate of its contract."""
    await supply(csms, "Update")
