"""Stations' certificates: signed, installed, due for renewal (OCPP 2.0.1 A02, A03)."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.certificate import (
    RENEWED_BEFORE,
    CertificateKey,
    CertificateKind,
    CertificateState,
    Refused,
    Signed,
    StationCertificate,
    due_for_renewal,
)
from csms.domain.errors import InvalidInputError
from csms.domain.identity import WHOLE_STATION, StationId
from csms.domain.security import ClientCertificate
from csms.language.said import Said
from csms.service.ports import CertificateAuthority
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_MOST_A_DAY: Final = 10
_DAY: Final = timedelta(days=1)
_SHOWN_TO_VEHICLES: Final = ("ISO15118Ctrl", "SeccId")
"""By which variable a station tells under which names vehicles know it (2.0.1 A02)."""


class StationCertificates:
    """Has stations' requests signed, and keeps what becomes of their certificates.

    Args:
        authority: Who signs; None: nobody.
        open_uow: Opens units of work.
        clock: The time.
        is_station: Whether a name is a station's identity; no other station is given it.
        renew_before: So long before their end certificates have to be renewed.
    """

    def __init__(
        self,
        authority: CertificateAuthority | None,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        is_station: Callable[[str], bool] = lambda _name: False,
        renew_before: timedelta = RENEWED_BEFORE,
    ) -> None:
        self._renew_before = renew_before
        self._is_station = is_station
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
        names = await self._names(station_id) if kind is CertificateKind.V2G else frozenset()
        answer = await self._authority.sign(station_id, csr_pem, kind, names)
        if isinstance(answer, Refused):
            logger.info("certificate request of %r refused: %s", station_id, answer.cause)
        else:
            await self._keep(answer.certificate)
            logger.info("certificate %s signed for %r", answer.certificate.serial, station_id)
        return answer

    async def note_installed(self, station_id: StationId, fingerprint: str) -> None:
        """A station has taken a certificate; those that it had before for its uses are replaced."""
        known = await self.of(station_id)
        taken = next((one for one in known if one.fingerprint == fingerprint), None)
        if taken is None or taken.state is CertificateState.REVOKED:
            return
        others = (one for one in known if one is not taken and one.name == taken.name)
        installed = [one for one in others if one.state is CertificateState.INSTALLED]
        replaced = (
            replace(one, state=CertificateState.REPLACED) for one in _out_of_use(taken, installed)
        )
        await self._keep(*replaced, replace(taken, state=CertificateState.INSTALLED))

    async def note_refused(self, station_id: StationId, fingerprint: str) -> None:
        """A station has not taken a certificate that was signed for it."""
        for one in await self.of(station_id):
            if one.fingerprint == fingerprint and one.state is CertificateState.ISSUED:
                await self._keep(replace(one, state=CertificateState.REFUSED))

    async def revoke(self, station_id: StationId) -> int:
        """Revoke all certificates that were signed for a station; return how many.

        They come to stand on the list first, as that is what keeps the station out.

        Raises:
            InvalidInputError: There is nobody here who could revoke them.
        """
        known = await self.of(station_id)
        alive = [one for one in known if one.state is not CertificateState.REVOKED]
        if alive and self._authority is None:
            raise InvalidInputError("ca", Said("expected a certificate authority in the settings"))
        if alive and self._authority is not None:
            await self._authority.revoke(alive)
            await self._keep(*(replace(one, state=CertificateState.REVOKED) for one in alive))
            logger.info("%d certificates of %r are revoked", len(alive), station_id)
        return len(alive)

    async def of(
        self, station_id: StationId, after: CertificateKey | None = None, limit: int | None = None
    ) -> list[StationCertificate]:
        """A station's certificates, the newest first.

        Args:
            station_id: Whose.
            after: Only those that come later: the last one of the page before.
            limit: How many at the most; None: all.
        """
        async with self._open_uow() as uow:
            return await uow.security.certificates_of(station_id, after, limit)

    @property
    def can_sign(self) -> bool:
        """Whether there is somebody who signs."""
        return self._authority is not None

    async def due(
        self, shown: Mapping[StationId, ClientCertificate] | None = None
    ) -> list[StationCertificate]:
        """Certificates that have to be renewed now, the most urgent first.

        Args:
            shown: Those by which stations have come, whoever has signed them.
        """
        now, shown = self._clock.now(), shown or {}
        async with self._open_uow() as uow:
            kept = {one.fingerprint: one for one in await uow.security.certificates_in_use()}
        for station_id, certificate in shown.items():
            known = kept.get(certificate.fingerprint)
            if known is None:
                is_near = certificate.not_after - now <= self._renew_before
                found = await self._find(station_id, certificate.fingerprint) if is_near else None
                known = found or _foreign(station_id, certificate, now)
            kept[known.fingerprint] = replace(known, state=CertificateState.INSTALLED)
        return due_for_renewal(kept.values(), now, self._renew_before)

    async def _find(self, station_id: StationId, fingerprint: str) -> StationCertificate | None:
        known = await self.of(station_id)
        return next((one for one in known if one.fingerprint == fingerprint), None)

    async def evse_of(self, certificate: StationCertificate) -> int:
        """The EVSE that a certificate belongs to, by its name; 0: the whole station."""
        if not certificate.name:
            return WHOLE_STATION
        async with self._open_uow() as uow:
            number = await uow.variables.evse_of(
                certificate.station_id, *_SHOWN_TO_VEHICLES, certificate.name
            )
        return number or WHOLE_STATION

    async def _names(self, station_id: StationId) -> frozenset[str]:
        """The names under which vehicles know a station, as it has told them."""
        async with self._open_uow() as uow:
            told = await uow.variables.values_of(station_id, *_SHOWN_TO_VEHICLES)
        return frozenset(name for name in told if not self._is_station(name))

    async def _keep(self, *certificates: StationCertificate) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            for certificate in certificates:
                await uow.security.put_certificate(certificate, now)
            await uow.commit()


def _foreign(
    station_id: StationId, certificate: ClientCertificate, now: datetime
) -> StationCertificate:
    """A certificate by which a station has come, and that was not signed here."""
    return StationCertificate(
        station_id=station_id,
        fingerprint=certificate.fingerprint,
        serial=certificate.serial,
        kind=CertificateKind.STATION,
        issued_at=certificate.not_before or now,
        not_after=certificate.not_after,
    )


def _out_of_use(
    taken: StationCertificate, installed: Iterable[StationCertificate]
) -> list[StationCertificate]:
    """Certificates all of whose uses newer ones cover, the newest of which was just taken."""
    covered = taken.kind.uses
    replaced = []
    for one in sorted(installed, key=lambda one: one.issued_at, reverse=True):
        if one.kind.uses <= covered:
            replaced.append(one)
        covered |= one.kind.uses
    return replaced
