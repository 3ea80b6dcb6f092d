"""A station whose certificate ends soon is asked for a new request, in the words of its version."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from csms.domain.security import SecurityProfile
from csms.pki.authority import FolderAuthority
from csms.pki.own_authority import CaSettings, IssuerSettings, OwnAuthority
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.station_certificates import StationCertificates
from tests.gateway.test_tls import clients, root, server, station, tls_gate
from tests.pki.maker import TODAY, Made, client_context
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "clients", "database_file", "root"]


@pytest.mark.parametrize(
    ("version", "action", "asked"),
    [
        ("ocpp1.6", "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
        ("ocpp2.0.1", "TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}),
    ],
)
async def test_station_is_asked_by_the_message_that_its_version_has(
    database_file: Path,
    root: Made,
    clients: Made,
    version: str,
    action: str,
    asked: dict[str, Any],
) -> None:
    # OCPP 2.0.1 A02, F06; 1.6 security whitepaper A02
    folder = database_file.parent
    FolderAuthority.create(folder / "pki", "Fjord Charging", TODAY)
    authority = OwnAuthority(
        CaSettings(station=IssuerSettings(folder=folder / "pki")), clock := Today()
    )
    ending = station(clients, days=(-300, 20))
    async with tls_gate(
        folder, SecurityProfile.TLS_CERTIFICATE, server(root), clients=clients
    ) as gate:
        office = gate.office
        certificates = StationCertificates(authority, office.open_uow, clock)
        renewal = CertificateRenewal(
            certificates, gate.security, office.sites, gate.rig.registry, clock
        )
        by = client_context(folder, root, ending)
        async with gate.rig.station("/ocpp/G-01", version, tls=by) as far:
            assert (await far.ask("Heartbeat", {}))[0] == 3
            office.live.stations["G-01"].is_ready = True
            looking = asyncio.create_task(renewal.look())
            kind, message_id, said, payload = await far.receive()
            assert (kind, said, payload) == (2, action, asked)
            await far.send([3, message_id, {"status": "Accepted"}])
            await looking
            [state] = await renewal.due()
            assert (state.tries, state.said) == (1, "accepted")


class Today:
    """The machine's clock, by which TLS judges certificates."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError
