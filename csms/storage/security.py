"""Stations' credentials and certificates, and security events."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, delete, select

from csms.domain.certificate import (
    CertificateKey,
    CertificateKind,
    CertificateState,
    StationCertificate,
)
from csms.domain.identity import StationId
from csms.domain.security import Credentials, SecurityProfile
from csms.domain.security_event import SecurityEvent
from csms.storage.bulk import new_rows
from csms.storage.security_tables import SecurityEventRow, StationCertificateRow, StationSecurityRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_security = table_of(StationSecurityRow)
_certificate = table_of(StationCertificateRow)
_event = table_of(SecurityEventRow)

_IN_USE: Final = (CertificateState.INSTALLED.value, CertificateState.ISSUED.value)
_EVENTS: Final = new_rows(SecurityEventRow, "station_id", "kind", "at", "detail", "origin")


class SecurityRepository(Repository):
    """Stations' credentials, and security events."""

    async def credentials_since(self, since: datetime | None) -> list[Credentials]:
        """All credentials that have changed since an instant; None: all."""
        query = select(_security).order_by(_security.c.changed_at)
        if since is not None:
            query = query.where(_security.c.changed_at >= since)
        return [_credentials(row) for row in (await self._unit.execute(query)).mappings()]

    async def credentials_of(self, station_id: StationId) -> Credentials | None:
        """A station's credentials, None if nothing is kept of them."""
        query = select(_security).where(_security.c.station_id == station_id)
        row = (await self._unit.execute(query)).mappings().first()
        return None if row is None else _credentials(row)

    async def put_credentials(self, credentials: Credentials) -> None:
        """Keep a station's credentials in place of those that were kept."""
        await self._put(StationSecurityRow, asdict(credentials))

    async def certificates_of(
        self, station_id: StationId, after: CertificateKey | None = None, limit: int | None = None
    ) -> list[StationCertificate]:
        """A station's certificates, the newest first; all, or those that come after one."""
        issued_at, fingerprint = _certificate.c.issued_at, _certificate.c.fingerprint
        query = select(_certificate).where(_certificate.c.station_id == station_id)
        if after is not None:
            is_as_old = (issued_at == after.issued_at) & (fingerprint > after.fingerprint)
            query = query.where((issued_at < after.issued_at) | is_as_old)
        newest_first = query.order_by(issued_at.desc(), fingerprint).limit(limit)
        rows = (await self._unit.execute(newest_first)).mappings()
        return [_station_certificate(row) for row in rows]

    async def certificates_in_use(self) -> list[StationCertificate]:
        """Certificates that stations have taken and not replaced, or may have taken."""
        in_use = _certificate.c.state.in_(_IN_USE)
        rows = (await self._unit.execute(select(_certificate).where(in_use))).mappings()
        return [_station_certificate(row) for row in rows]

    async def put_certificate(self, certificate: StationCertificate, at: datetime) -> None:
        """Keep a certificate as it is now."""
        row = asdict(certificate) | {
            "kind": certificate.kind.value,
            "state": certificate.state.value,
        }
        await self._put(StationCertificateRow, {**row, "changed_at": at})

    async def note_security_event(self, event: SecurityEvent) -> None:
        """Keep a security event, once however often it is told."""
        row = (event.station_id or "", event.kind, event.at, event.detail, event.origin.value)
        self._unit.put_down((_EVENTS, *row))

    async def drop_security_events(self, before: datetime) -> None:
        """Forget events that are older."""
        await self._unit.execute(delete(_event).where(_event.c.at < before))


def _station_certificate(row: RowMapping) -> StationCertificate:
    return StationCertificate(
        station_id=row["station_id"],
        fingerprint=row["fingerprint"],
        serial=row["serial"],
        kind=CertificateKind(row["kind"]),
        state=CertificateState(row["state"]),
        issued_at=row["issued_at"],
        not_after=row["not_after"],
        name=row["name"],
    )


def _credentials(row: RowMapping) -> Credentials:
    profile = row["profile"]
    return Credentials(
        station_id=row["station_id"],
        profile=None if profile is None else SecurityProfile(profile),
        reached=SecurityProfile(row["reached"]),
        password_hash=row["password_hash"],
        next_hash=row["next_hash"],
        is_next_sure=row["is_next_sure"],
        changed_at=row["changed_at"],
    )
