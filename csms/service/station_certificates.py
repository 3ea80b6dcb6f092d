"""Stations' certificates: signed, installed, due for renewal (OCPP 2.0.1 A02, A03)."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.certificate import (
    CertificateKind,
    CertificateState,
    Refused,
    Signed,
    StationCertificate,
    due_for_renewal,
)
from csms.domain.identity import StationId
from csms.service.ports import CertificateAuthority, OpenUnitOfWork

logger = logging.getLogger(__name__)

_MOST_A_DAY: Final = 10
_DAY: Final = timedelta(days=1)


class StationCertificates:
    """Has stations' requests signed, and keeps what becomes of their certificates.

    Args:
        authority: Who signs; None: nobody.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, authority: CertificateAuthority | None, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._authority = authority
        self._open_uow = open_uow
        self._clock = clock

    async def sign_for_station(
        self,
        station_id: StationId,
        csr_pem: str,
        kind: CertificateKind = CertificateKind.STATION,
    ) -> Signed | Refused:
        """Have a station's request signed. Returns after the certificate has been noted."""
        if self._authority is None:
            return Refused("no certificate authority is set up here")
        now = self._clock.now()
        lately = [one for one in await self.of(station_id) if now - one.issued_at < _DAY]
        if len(lately) >= _MOST_A_DAY:
            return Refused(f"expected at most {_MOST_A_DAY} requests a day")
        answer = await self._authority.sign(station_id, csr_pem, kind)
        if isinstance(answer, Refused):
            logger.info("certificate request of %r refused: %s", station_id, answer.cause)
        else:
            await self._keep(answer.certificate)
            logger.info("certificate %s signed for %r", answer.certificate.serial, station_id)
        return answer

    async def note_installed(self, station_id: StationId, fingerprint: str) -> None:
        """A station has taken a certificate; those that it had before are replaced."""
        known = await self.of(station_id)
        taken = next((one for one in known if one.fingerprint == fingerprint), None)
        if taken is None or taken.state is CertificateState.REVOKED:
            return
        replaced = (
            replace(one, state=CertificateState.REPLACED)
            for one in known
            if one.kind is taken.kind and one.state is CertificateState.INSTALLED
            if one is not taken
        )
        await self._keep(*replaced, replace(taken, state=CertificateState.INSTALLED))

    async def note_refused(self, station_id: StationId, fingerprint: str) -> None:
        """A station has not taken a certificate that was signed for it."""
        for one in await self.of(station_id):
            if one.fingerprint == fingerprint and one.state is CertificateState.ISSUED:
                await self._keep(replace(one, state=CertificateState.REFUSED))

    async def note_revoked(self, station_id: StationId) -> None:
        """All certificates of a station have been revoked."""
        known = await self.of(station_id)
        await self._keep(*(replace(one, state=CertificateState.REVOKED) for one in known))

    async def of(self, station_id: StationId) -> list[StationCertificate]:
        """A station's certificates, the newest first."""
        async with self._open_uow() as uow:
            return await uow.security.certificates_of(station_id)

    async def due(self) -> list[StationCertificate]:
        """Certificates that have to be renewed now, the most urgent first."""
        async with self._open_uow() as uow:
            return due_for_renewal(await uow.security.certificates_in_use(), self._clock.now())

    async def _keep(self, *certificates: StationCertificate) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            for certificate in certificates:
                await uow.security.put_certificate(certificate, now)
            await uow.commit()
