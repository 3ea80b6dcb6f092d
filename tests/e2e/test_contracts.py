"""While the issuer of a contract takes its time, everything else goes on."""

import asyncio
from pathlib import Path
from typing import Any

from csms.pki.vehicle_pki import VehiclePkiSettings
from tests.conformance.csms import running_csms
from tests.conformance.states import booted
from tests.e2e.rig import free_port
from tests.pki.maker import make, name_of, new_key, pem
from tests.pki.others import EMAID, Responder, contract


async def test_nobody_waits_for_the_issuer_of_a_contract_but_its_vehicle(tmp_path: Path) -> None:
    # OCPP 2.0.1 C07.FR.05
    root = make(name_of("Mobility"), is_ca=True, secret=new_key())
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    responder, port = Responder(issuer=root), free_port()
    pki = VehiclePkiSettings(
        roots=(tmp_path / "root.pem",), responders=(f"127.0.0.1:{port}",), ocsp_timeout_s=30.0
    )
    async with (
        responder.listening(port),
        running_csms(tmp_path, vehicles=pki) as csms,
        booted(csms, TriggerMessage={"status": "Accepted"}) as (station_id, station),
        booted(csms) as (_, other),
    ):
        responder.gate.clear()
        own = contract(root, responder.url)
        shown: dict[str, Any] = {
            "idToken": {"idToken": EMAID, "type": "eMAID"},
            "certificate": pem(own.certificate).decode(),
        }
        judged = asyncio.create_task(station.call("Authorize", shown))
        while not responder.requests:
            await station.call("Heartbeat")
        for one in (station, other):
            assert "currentTime" in await one.call("Heartbeat")
            told = {"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}}
            assert (await one.call("Authorize", told))["idTokenInfo"]["status"] == "Accepted"
        outcome = await csms.command(station_id, "trigger", kind="heartbeat")
        assert outcome["status"] == "accepted"
        assert not judged.done()
        responder.gate.set()
        answer = await judged
        assert (answer["idTokenInfo"]["status"], answer["certificateStatus"]) == (
            "Accepted",
            "Accepted",
        )
