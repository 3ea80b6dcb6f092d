"""What stations ask about certificates is answered by whoever is set up to, or refused."""

from dataclasses import replace
from pathlib import Path

from csms.domain.certificates import SigningUse
from csms.domain.notices import (
    Agreement,
    CertificateStatusAsked,
    CertificateStatusReply,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from csms.service.handlers.desk import EventDesk
from tests.domain.sites import place, small_site
from tests.service.handlers.test_notices import EVENTS
from tests.service.rig import open_office

SITE = small_site(place("G-01", "level-1", 6.0))


class FakeAuthority:
    """Signs everything."""

    def __init__(self) -> None:
        self.asked: list[SigningAsked] = []

    async def sign(self, asked: SigningAsked) -> Agreement:
        self.asked.append(asked)
        return Agreement(is_accepted=True)


class FakePki:
    """Knows every vehicle."""

    async def contract(self, asked: VehicleCertificateAsked) -> VehicleCertificateReply:
        return VehicleCertificateReply(is_accepted=True, exi=f"{asked.exi}!")

    async def status(self, asked: CertificateStatusAsked) -> CertificateStatusReply:
        return CertificateStatusReply(ocsp=asked.query.certificate.serial)


async def test_nothing_is_signed_while_no_authority_is_set_up(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        cause = "no certificate authority is set up"
        assert await office.handle(EVENTS["signing"]) == Agreement(is_accepted=False, cause=cause)


async def test_vehicles_get_no_certificates_while_no_issuer_is_set_up(database_file: Path) -> None:
    cause = "no issuer of certificates for vehicles is set up"
    async with open_office(database_file, SITE) as office:
        refusal = VehicleCertificateReply(is_accepted=False, exi="", cause=cause)
        assert await office.handle(EVENTS["vehicle_certificate"]) == refusal
        nothing = CertificateStatusReply(ocsp="", cause=cause)
        assert await office.handle(EVENTS["certificate_status"]) == nothing


async def test_whoever_is_set_up_answers(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        authority = FakeAuthority()
        context = replace(office.context, certificates=authority, vehicle_pki=FakePki())
        desk = EventDesk(context)
        asked = SigningAsked(station_id="G-01", request="CSR", use=SigningUse.V2G)
        assert await desk.handle(asked) == Agreement(is_accepted=True)
        assert authority.asked == [asked]
        contract = await desk.handle(EVENTS["vehicle_certificate"])
        assert contract == VehicleCertificateReply(is_accepted=True, exi="gJgC!")
        assert await desk.handle(EVENTS["certificate_status"]) == CertificateStatusReply(ocsp="01")
