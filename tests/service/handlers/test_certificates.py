"""What stations ask about certificates is answered by whoever is set up to, or refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.authorization import Authorization, IdToken, TokenRecord, TokenStatus
from csms.domain.certificates import CertificateVerdict, SigningUse
from csms.domain.events import ContractShown
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
    """Knows every vehicle, and thinks of contracts what a test says."""

    def __init__(self, verdict: CertificateVerdict = CertificateVerdict.ACCEPTED) -> None:
        self.verdict = verdict

    async def judge(self, shown: ContractShown) -> CertificateVerdict:
        return self.verdict

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


CONTRACT = ContractShown(
    station_id="G-01", id_token=IdToken("DE8AAA1B2C3D4E5", "eMAID"), certificate="a chain"
)
V = CertificateVerdict


@pytest.mark.parametrize(
    ("listed", "certificate", "answer"),
    [
        (TokenStatus.ACCEPTED, V.ACCEPTED, (TokenStatus.ACCEPTED, V.ACCEPTED)),
        (TokenStatus.BLOCKED, V.ACCEPTED, (TokenStatus.BLOCKED, V.CONTRACT_CANCELLED)),
        (TokenStatus.EXPIRED, V.ACCEPTED, (TokenStatus.EXPIRED, V.CONTRACT_CANCELLED)),
        (TokenStatus.NO_CREDIT, V.ACCEPTED, (TokenStatus.NO_CREDIT, V.ACCEPTED)),
        (TokenStatus.ACCEPTED, V.EXPIRED, (TokenStatus.EXPIRED, V.EXPIRED)),
        (TokenStatus.ACCEPTED, V.REVOKED, (TokenStatus.INVALID, V.REVOKED)),
        (TokenStatus.ACCEPTED, V.CHAIN_ERROR, (TokenStatus.INVALID, V.CHAIN_ERROR)),
        (TokenStatus.BLOCKED, V.SIGNATURE_ERROR, (TokenStatus.INVALID, V.SIGNATURE_ERROR)),
    ],
)
async def test_contract_may_charge_if_both_its_certificate_and_its_token_are_good(
    database_file: Path,
    listed: TokenStatus,
    certificate: CertificateVerdict,
    answer: tuple[TokenStatus, CertificateVerdict],
) -> None:
    # OCPP 2.0.1 C07.FR.13-17
    async with open_office(database_file, SITE) as office:
        async with office.open_uow() as uow:
            await uow.tokens.put(TokenRecord(token=CONTRACT.id_token, status=listed))
            await uow.commit()
        desk = EventDesk(replace(office.context, vehicle_pki=FakePki(certificate)))
        verdict = await desk.handle(CONTRACT)
        assert (verdict.status, verdict.certificate) == answer


async def test_no_contract_counts_while_nobody_has_said_whose_do(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        assert await office.handle(CONTRACT) == Authorization(
            status=TokenStatus.INVALID, certificate=CertificateVerdict.CHAIN_ERROR
        )
