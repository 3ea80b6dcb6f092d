from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.certificate import CertificateKind, Refused, Signed, StationCertificate
from csms.domain.device_model import Attribute, Component, Variable, VariableName
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId
from csms.service.station_certificates import StationCertificates
from tests.service.rig import Office, open_office


@dataclass
class FakeAuthority:
    """Signs everything for 100 days, unless it has a reason not to."""

    office: Office
    cause: str = ""
    asked: list[tuple[StationId, str, CertificateKind]] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    name: str = ""
    revoked: list[str] = field(default_factory=list)

    async def sign(
        self,
        station_id: StationId,
        request: str,
        kind: CertificateKind,
        names: frozenset[str] = frozenset(),
    ) -> Signed | Refused:
        self.names = names
        self.asked.append((station_id, request, kind))
        if self.cause:
            return Refused(self.cause)
        now = self.office.clock.now()
        certificate = StationCertificate(
            station_id=station_id,
            name=self.name,
            fingerprint=f"print-{len(self.asked)}",
            serial=f"{len(self.asked):x}",
            kind=kind,
            issued_at=now,
            not_after=now + timedelta(days=100),
        )
        return Signed(certificate, "the chain")

    async def revoke(self, certificates: Sequence[StationCertificate]) -> None:
        if self.cause:
            raise InvalidInputError("ca", self.cause)
        self.revoked += [one.fingerprint for one in certificates]


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file) as opened:
        yield opened


@pytest.fixture
def authority(office: Office) -> FakeAuthority:
    return FakeAuthority(office)


@pytest.fixture
def certificates(office: Office, authority: FakeAuthority) -> StationCertificates:
    return StationCertificates(authority, office.open_uow, office.clock)


async def states(certificates: StationCertificates, station_id: str = "G-01") -> dict[str, str]:
    return {one.fingerprint: str(one.state) for one in await certificates.of(station_id)}


async def test_request_is_signed_and_the_certificate_noted(
    certificates: StationCertificates, authority: FakeAuthority
) -> None:
    signed = await certificates.sign_for_station("G-01", "a request")
    assert isinstance(signed, Signed)
    assert signed.chain == "the chain"
    assert authority.asked == [("G-01", "a request", CertificateKind.STATION)]
    assert await certificates.of("G-01") == [signed.certificate]
    assert await states(certificates) == {"print-1": "issued"}


async def test_request_that_is_refused_leaves_nothing(
    certificates: StationCertificates, authority: FakeAuthority
) -> None:
    authority.cause = "expected better"
    assert await certificates.sign_for_station("G-01", "x") == Refused("expected better")
    assert await certificates.of("G-01") == []


async def test_nothing_is_signed_without_an_authority(office: Office) -> None:
    certificates = StationCertificates(None, office.open_uow, office.clock)
    refused = await certificates.sign_for_station("G-01", "x")
    assert refused == Refused("no certificate authority is set up here")


async def test_station_that_asks_again_and_again_is_refused_for_a_day(
    certificates: StationCertificates, office: Office
) -> None:
    for _ in range(10):
        assert isinstance(await certificates.sign_for_station("G-01", "x"), Signed)
    refused = await certificates.sign_for_station("G-01", "x")
    assert refused == Refused("expected at most 10 requests a day")
    assert isinstance(await certificates.sign_for_station("G-02", "x"), Signed)
    office.clock.turn(86_400)
    assert isinstance(await certificates.sign_for_station("G-01", "x"), Signed)


async def test_installed_certificate_replaces_the_one_before(
    certificates: StationCertificates, office: Office
) -> None:
    for number in (1, 2, 3):
        office.clock.turn(60)
        await certificates.sign_for_station("G-01", "x")
        if number != 2:
            await certificates.note_installed("G-01", f"print-{number}")
    await certificates.note_refused("G-01", "print-2")
    assert await states(certificates) == {
        "print-3": "installed",
        "print-2": "refused",
        "print-1": "replaced",
    }


async def test_certificate_is_replaced_once_newer_ones_cover_all_its_uses(
    certificates: StationCertificates, office: Office
) -> None:
    both, v2g, station = (
        CertificateKind.COMBINED,
        CertificateKind.V2G,
        CertificateKind.STATION,
    )
    told = []
    for number, kind in enumerate((both, v2g, station, both), 1):
        office.clock.turn(60)
        await certificates.sign_for_station("G-01", "x", kind)
        await certificates.note_installed("G-01", f"print-{number}")
        told.append(await states(certificates))
    assert told[1] == {"print-2": "installed", "print-1": "installed"}
    assert told[2] == {"print-3": "installed", "print-2": "installed", "print-1": "replaced"}
    assert told[3] == {
        "print-4": "installed",
        "print-3": "replaced",
        "print-2": "replaced",
        "print-1": "replaced",
    }


async def test_certificate_of_an_evse_replaces_no_other_ones(
    certificates: StationCertificates, authority: FakeAuthority, office: Office
) -> None:
    for number, name in enumerate(("one", "two", "one"), 1):
        office.clock.turn(60)
        authority.name = name
        await certificates.sign_for_station("G-01", "x", CertificateKind.V2G)
        await certificates.note_installed("G-01", f"print-{number}")
    assert await states(certificates) == {
        "print-3": "installed",
        "print-2": "installed",
        "print-1": "replaced",
    }
    assert [one.name for one in await certificates.of("G-01")] == ["one", "two", "one"]


def name_for_vehicles(value: str, evse_number: int | None) -> Variable:
    """What a station tells of the name under which vehicles know it, at one of its EVSEs."""
    component = Component(name="ISO15118Ctrl", evse_number=evse_number)
    return Variable(
        name=VariableName(component=component, name="SeccId"), attributes=(Attribute(value=value),)
    )


async def test_certificate_for_vehicles_may_bear_the_names_that_the_station_has_told(
    office: Office, authority: FakeAuthority
) -> None:
    certificates = StationCertificates(
        authority, office.open_uow, office.clock, lambda name: name == "G-02"
    )
    async with office.open_uow() as uow:
        told = [name_for_vehicles("NOFJCE1", 1), name_for_vehicles("NOFJCE2", 2)]
        others = [name_for_vehicles("G-02", None)]
        await uow.variables.put("G-01", [*told, *others], office.clock.now())
        await uow.commit()
    await certificates.sign_for_station("G-01", "x", CertificateKind.V2G)
    assert authority.names == {"NOFJCE1", "NOFJCE2"}  # and no other station's
    await certificates.sign_for_station("G-01", "x", CertificateKind.COMBINED)
    assert authority.names == frozenset()


async def test_what_is_not_known_or_revoked_is_not_installed(
    certificates: StationCertificates,
) -> None:
    await certificates.sign_for_station("G-01", "x")
    await certificates.note_installed("G-01", "print-9")
    await certificates.note_installed("G-02", "print-1")
    assert await states(certificates) == {"print-1": "issued"}
    assert await certificates.revoke("G-01") == 1
    await certificates.note_installed("G-01", "print-1")
    assert await states(certificates) == {"print-1": "revoked"}


async def test_all_certificates_of_a_station_are_revoked_once(
    certificates: StationCertificates, authority: FakeAuthority, office: Office
) -> None:
    for name in ("G-01", "G-01", "G-02"):
        await certificates.sign_for_station(name, "x")
    authority.cause = "the list cannot be written"
    with pytest.raises(InvalidInputError):
        await certificates.revoke("G-01")
    assert set((await states(certificates)).values()) == {"issued"}
    authority.cause = ""
    assert await certificates.revoke("G-01") == 2
    assert await certificates.revoke("G-01") == 0
    assert sorted(authority.revoked) == ["print-1", "print-2"]
    assert await states(certificates) == {"print-1": "revoked", "print-2": "revoked"}
    assert await states(certificates, "G-02") == {"print-3": "issued"}
    nobody = StationCertificates(None, office.open_uow, office.clock)
    with pytest.raises(InvalidInputError, match="expected a certificate authority"):
        await nobody.revoke("G-02")


async def test_certificates_in_use_are_due_a_month_before_they_expire(
    certificates: StationCertificates, office: Office
) -> None:
    for name in ("G-01", "G-02", "G-03"):
        await certificates.sign_for_station(name, "x")
    await certificates.note_installed("G-01", "print-1")
    await certificates.note_refused("G-03", "print-3")
    office.clock.turn(69 * 86_400)
    assert await certificates.due() == []
    office.clock.turn(86_400)
    due = [one.fingerprint for one in await certificates.due()]
    assert due == ["print-1", "print-2"]  # what became of the second one was never told


async def test_what_was_sent_and_not_answered_hides_nothing_that_a_station_certainly_has(
    certificates: StationCertificates, office: Office
) -> None:
    await certificates.sign_for_station("G-01", "x")
    await certificates.note_installed("G-01", "print-1")
    office.clock.turn(80 * 86_400)
    await certificates.sign_for_station("G-01", "x")
    assert [one.fingerprint for one in await certificates.due()] == ["print-1"]
    office.clock.turn(120 * 86_400)  # both have ended
    assert [one.fingerprint for one in await certificates.due()] == ["print-1"]
