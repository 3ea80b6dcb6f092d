"""Certificates that stations ask for: signed at once, sent once the request has been answered.

A station's request is answered before its certificate is sent: many stations take no call while
they wait for an answer (OCPP 2.0.1 A02, A03; 1.6 security whitepaper).
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from csms.domain.certificate import CertificateKind, Refused, Signed
from csms.domain.certificates import SigningUse
from csms.domain.commands import DeliverCertificate
from csms.domain.identity import StationId
from csms.domain.notices import Agreement, SigningAsked
from csms.log import about
from csms.service.ports import StationGateway
from csms.service.station_certificates import StationCertificates

logger = logging.getLogger(__name__)

_KIND: Final[Mapping[SigningUse, CertificateKind]] = {
    SigningUse.STATION: CertificateKind.STATION,
    SigningUse.V2G: CertificateKind.V2G,
}
"""Of requests that name a use; others are for both."""


class CertificateSigning:
    """Has requests signed, and sends what was signed.

    Args:
        certificates: Signs, and keeps what becomes of certificates.
        gateway: Delivers commands.
    """

    def __init__(self, certificates: StationCertificates, gateway: StationGateway) -> None:
        self._certificates = certificates
        self._gateway = gateway
        self._signed: asyncio.Queue[tuple[StationId, SigningUse | None, Signed]] = asyncio.Queue()

    async def sign(self, asked: SigningAsked) -> Agreement:
        """Have a request signed, or say why not. The certificate is sent later."""
        kind = CertificateKind.COMBINED if asked.is_for_both else _KIND[asked.use]
        answer = await self._certificates.sign_for_station(asked.station_id, asked.request, kind)
        if isinstance(answer, Refused):
            return Agreement(is_accepted=False, cause=answer.cause)
        use = None if asked.is_for_both else asked.use
        self._signed.put_nowait((asked.station_id, use, answer))
        return Agreement(is_accepted=True)

    async def run(self) -> None:
        """Send what was signed, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._supervised(*await self._signed.get()))

    async def _supervised(
        self, station_id: StationId, use: SigningUse | None, signed: Signed
    ) -> None:
        with about(station=station_id):
            try:
                await self.deliver(station_id, use, signed)
            except Exception:  # the station asks again
                logger.exception("could not send %s its certificate", station_id)

    async def deliver(self, station_id: StationId, use: SigningUse | None, signed: Signed) -> None:
        """Send a station its certificate, and keep what became of it; None: it is for all uses."""
        command = DeliverCertificate(chain=signed.chain, use=use)
        outcome = await self._gateway.send(station_id, command)
        fingerprint = signed.certificate.fingerprint
        if outcome.is_accepted:
            await self._certificates.note_installed(station_id, fingerprint)
        elif outcome.is_certain:
            await self._certificates.note_refused(station_id, fingerprint)
        logger.info("certificate sent to %s: %s %s", station_id, outcome.status, outcome.detail)
