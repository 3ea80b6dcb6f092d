"""Credentials and security events, as they are kept."""

from dataclasses import replace

from csms.domain.certificate import (
    CertificateKey,
    CertificateKind,
    CertificateState,
    StationCertificate,
)
from csms.domain.security import Credentials, SecurityProfile
from csms.domain.security_event import Origin, SecurityEvent
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after

FULL = Credentials(
    station_id="G-01",
    profile=SecurityProfile.TLS_PASSWORD,
    reached=SecurityProfile.PASSWORD,
    password_hash="$argon2id$old",  # noqa: S106 - a hash
    next_hash="$argon2id$new",
    is_next_sure=True,
    changed_at=after(1),
)
BLANK = Credentials(station_id="G-02", changed_at=NOON)


async def test_credentials_are_kept_as_they_were_put_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.security.put_credentials(BLANK)
        await uow.security.put_credentials(Credentials(station_id="G-01", changed_at=NOON))
        await uow.security.put_credentials(FULL)
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.security.credentials_of("G-01") == FULL
        assert await uow.security.credentials_of("G-03") is None
        assert await uow.security.credentials_since(None) == [BLANK, FULL]
        assert await uow.security.credentials_since(after(0.5)) == [FULL]


async def test_event_is_kept_once_and_dropped_when_it_is_old(database: Database) -> None:
    events = [
        SecurityEvent(station_id=name, kind=kind, at=at, detail="", origin=origin)
        for name, kind, at, origin in (
            ("G-01", "FirmwareUpdated", NOON, Origin.STATION),
            ("G-01", "FirmwareUpdated", NOON, Origin.STATION),
            ("G-01", "FirmwareUpdated", after(1), Origin.STATION),
            ("G-01", "FirmwareUpdated", NOON, Origin.CSMS),
            (None, "FirmwareUpdated", NOON, Origin.CSMS),
            (None, "FirmwareUpdated", NOON, Origin.CSMS),
        )
    ]
    for event in events:
        async with SqlUnitOfWork(database) as uow:
            await uow.security.note_security_event(event)
            await uow.commit()
    async with database.reading() as connection:
        count = "SELECT count(*) FROM security_event"
        assert (await connection.exec_driver_sql(count)).scalar() == 4
    async with SqlUnitOfWork(database) as uow:
        await uow.security.drop_security_events(after(1))
        await uow.commit()
    async with database.reading() as connection:
        assert (await connection.exec_driver_sql(count)).scalar() == 1


async def test_certificates_are_kept_as_they_were_put_last(database: Database) -> None:
    first, second, other = [
        StationCertificate(
            station_id=name,
            fingerprint=fingerprint,
            serial="0a",
            kind=CertificateKind.STATION,
            issued_at=after(minutes),
            not_after=after(60),
        )
        for name, fingerprint, minutes in (("G-01", "a", 0), ("G-01", "b", 1), ("G-02", "c", 0))
    ]
    taken = replace(second, state=CertificateState.INSTALLED, name="NOFJCE1")
    refused = replace(other, state=CertificateState.REFUSED)
    async with SqlUnitOfWork(database) as uow:
        for certificate in (first, second, other, taken, refused):
            await uow.security.put_certificate(certificate, NOON)
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.security.certificates_of("G-01") == [taken, first]
        assert await uow.security.certificates_of("G-01", None, 1) == [taken]
        assert await uow.security.certificates_of("G-01", CertificateKey(after(1), "b")) == [first]
        assert await uow.security.certificates_of("G-01", CertificateKey(NOON, "a")) == []
        in_use = await uow.security.certificates_in_use()
        assert sorted(in_use, key=lambda one: one.fingerprint) == [first, taken]
