"""Certificates that stations ask for: signed, sent after the answer, noted by what came of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from csms.domain.certificate import CertificateState, StationCertificate
from csms.domain.certificates import SigningUse
from csms.domain.commands import CommandStatus, DeliverCertificate, Outcome
from csms.domain.notices import Agreement, SigningAsked
from csms.service.certificate_signing import CertificateSigning
from csms.service.station_certificates import StationCertificates
from tests.service.rig import Office, open_office
from tests.service.test_station_certificates import FakeAuthority

ASKED = SigningAsked(station_id="G-01", request="the request")


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file) as opened:
        yield opened


async def signed(office: Office, asked: SigningAsked, answer: CommandStatus) -> StationCertificate:
    """Have a request signed and sent; return what is kept of the certificate."""
    certificates = StationCertificates(FakeAuthority(office), office.open_uow, office.clock)
    signing = CertificateSigning(certificates, office.gateway)
    office.gateway.reply = lambda _station_id, _command: Outcome(status=answer)
    assert await signing.sign(asked) == Agreement(is_accepted=True)
    assert office.gateway.sent == []  # not before the request has been answered
    await signing.deliver(*signing._signed.get_nowait())
    [kept] = await certificates.of("G-01")
    return kept


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (CommandStatus.ACCEPTED, CertificateState.INSTALLED),
        (CommandStatus.REJECTED, CertificateState.REFUSED),
        (CommandStatus.TIMED_OUT, CertificateState.ISSUED),
    ],
)
async def test_certificate_is_sent_and_what_came_of_it_is_kept(
    office: Office, answer: CommandStatus, state: CertificateState
) -> None:
    assert (await signed(office, ASKED, answer)).state is state
    delivered = DeliverCertificate(chain="the chain", use=SigningUse.STATION)
    assert office.gateway.sent == [("G-01", delivered)]


async def test_certificate_for_all_uses_is_sent_for_none_in_particular(office: Office) -> None:
    asked = SigningAsked(station_id="G-01", request="the request", is_for_both=True)
    await signed(office, asked, CommandStatus.ACCEPTED)
    assert office.gateway.sent == [("G-01", DeliverCertificate(chain="the chain"))]


async def test_request_that_is_refused_says_why_and_nothing_is_sent(office: Office) -> None:
    authority = FakeAuthority(office, cause="expected an RSA key of 2048 bits")
    certificates = StationCertificates(authority, office.open_uow, office.clock)
    signing = CertificateSigning(certificates, office.gateway)
    refused = Agreement(is_accepted=False, cause="expected an RSA key of 2048 bits")
    assert await signing.sign(ASKED) == refused
    assert signing._signed.empty()
