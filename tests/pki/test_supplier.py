"""The supplier of contracts, a real one on 127.0.0.1."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from csms.domain.notices import VehicleCertificateAsked, VehicleCertificateReply
from csms.pki.supplier import SupplierSettings
from csms.pki.vehicle_pki import OnlineVehiclePki, VehiclePkiSettings
from tests.e2e.rig import free_port
from tests.pki.others import HttpServer, run
from tests.service.rig import FakeClock

INSTALL = VehicleCertificateAsked(
    station_id="G-01", schema="urn:iso:15118:2:2013:MsgDef", is_update=False, exi="gJgC"
)
UPDATE = VehicleCertificateAsked(
    station_id="G-01", schema="urn:iso:15118:2:2013:MsgDef", is_update=True, exi="gJgC"
)


@asynccontextmanager
async def supplied(server: HttpServer, timeout_s: float = 20.0) -> AsyncIterator[OnlineVehiclePki]:
    """A server that knows its supplier."""
    async with server.listening():
        supplier = SupplierSettings(
            url=f"{server.url}contracts", timeout_s=timeout_s, headers={"Authorization": "Bearer x"}
        )
        async with run(OnlineVehiclePki(VehiclePkiSettings(supplier=supplier), FakeClock())) as pki:
            yield pki


@pytest.mark.parametrize(("wish", "action"), [(INSTALL, "Install"), (UPDATE, "Update")])
async def test_wish_is_passed_on_and_the_contract_back(
    wish: VehicleCertificateAsked, action: str
) -> None:
    # OCPP 2.0.1 M01.FR.01, M02.FR.01
    server = HttpServer(answer=b'{"exiResponse": "gA==", "more": 1}')
    async with supplied(server) as pki:
        assert await pki.contract(wish) == VehicleCertificateReply(is_accepted=True, exi="gA==")
    [(head, body)] = server.requests
    assert head.startswith("POST /contracts HTTP/1.1\r\n")
    assert "authorization: bearer x" in head.lower()
    assert json.loads(body) == {
        "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
        "action": action,
        "exiRequest": "gJgC",
    }


async def test_refusal_of_the_supplier_is_the_vehicles_to_read() -> None:
    server = HttpServer(
        answer=b'{"status": "Failed", "exiResponse": "gA==", "reason": "no contract for it"}'
    )
    async with supplied(server) as pki:
        assert await pki.contract(INSTALL) == VehicleCertificateReply(
            is_accepted=False, exi="gA==", cause="no contract for it"
        )


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (500, b"{}", "answered 500"),
        (302, b"{}", "answered 302"),
        (200, b"nonsense", "answered what is not expected"),
        (200, b"[]", "answered what is not expected"),
        (200, b"{}", "expected exiResponse with the contract"),
        (200, b'{"exiResponse": "not base64"}', "expected exiResponse in base64"),
        (200, b'{"exiResponse": "%b"}' % (b"A" * 5604), "answered what is not expected"),
        (200, b" " * 70_000, "answered more than 65536 bytes"),
    ],
)
async def test_answer_that_is_none_is_a_failure_with_its_cause(
    status: int, answer: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with supplied(HttpServer(answer=answer, status=status)) as pki:
        reply = await pki.contract(INSTALL)
    assert (reply.is_accepted, reply.exi) == (False, "")
    assert said in reply.cause
    assert reply.cause in caplog.text
    assert "Bearer" not in caplog.text


async def test_supplier_that_does_not_answer_is_waited_for_no_longer_than_is_set() -> None:
    server = HttpServer()
    async with supplied(server, timeout_s=0.05) as pki:
        server.gate.clear()
        reply = await pki.contract(INSTALL)
        assert reply.cause == "the supplier of contracts gave no answer in 0.05 s"


async def test_supplier_that_is_not_there_is_a_failure_with_its_cause() -> None:
    supplier = SupplierSettings(url=f"http://127.0.0.1:{free_port()}/")
    async with run(OnlineVehiclePki(VehiclePkiSettings(supplier=supplier), FakeClock())) as pki:
        reply = await pki.contract(INSTALL)
        assert not reply.is_accepted
        assert "ConnectError" in reply.cause


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(SupplierSettings(url="http://x", headers={"A": "secret"}))
