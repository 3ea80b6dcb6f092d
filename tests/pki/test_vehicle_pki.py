"""Contracts of vehicles, with real certificates and a real responder on 127.0.0.1."""

import asyncio
import base64
import contextvars
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from csms.domain.certificates import CertificateVerdict as V
from csms.domain.certificates import HashAlgorithm
from csms.domain.errors import CertificateFileError
from csms.domain.notices import CertificateStatusReply, VehicleCertificateAsked
from csms.gateway.steps import Steps
from csms.pki.vehicle_pki import OnlineVehiclePki, VehiclePkiSettings
from tests.pki.maker import TODAY, Made, authority, make, name_of, new_key, pem
from tests.pki.others import Responder, asked, contract, query_of, run, shown, told
from tests.service.rig import FakeClock

Pki = OnlineVehiclePki
TRY_LATER = ocsp.OCSPResponseBuilder.build_unsuccessful(
    ocsp.OCSPResponseStatus.TRY_LATER
).public_bytes(Encoding.DER)


@pytest.fixture
def root() -> Made:
    """Whose contracts count. Every authority of these tests has a key of its own."""
    return make(name_of("Mobility"), is_ca=True, secret=new_key())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(TODAY)


@pytest.fixture
async def responder(root: Made) -> AsyncIterator[Responder]:
    one = Responder(issuer=root)
    async with one.listening():
        yield one


@pytest.fixture
def sub(root: Made, responder: Responder) -> Made:
    """An authority below the root."""
    return make(name_of("Sub"), root, is_ca=True, secret=new_key(), responder=responder.url)


@pytest.fixture
async def below(sub: Made) -> AsyncIterator[Responder]:
    """Answers for what the authority below the root has issued."""
    one = Responder(issuer=sub)
    async with one.listening():
        yield one


@pytest.fixture
async def pki(
    tmp_path: Path, root: Made, clock: FakeClock, responder: Responder, below: Responder
) -> AsyncIterator[OnlineVehiclePki]:
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    settings = VehiclePkiSettings(
        roots=(tmp_path,),
        responders=tuple(f"127.0.0.1:{one.port}" for one in (responder, below)),
        ocsp_timeout_s=20.0,
    )
    async with run(OnlineVehiclePki(settings, clock)) as opened:
        yield opened


async def test_contract_holds_if_its_issuer_says_so(
    pki: Pki, root: Made, responder: Responder
) -> None:
    # OCPP 2.0.1 C07.FR.05, .06: the station sends the certificate itself
    own = contract(root, responder.url)
    assert await pki.judge(shown(own)) is V.ACCEPTED
    assert responder.asked == [own.certificate.serial_number]
    responder.asked.clear()
    by_hash = contract(root, None)
    assert await pki.judge(told(query_of(by_hash, root, responder.url))) is V.ACCEPTED
    assert responder.asked == [by_hash.certificate.serial_number]


async def test_every_certificate_up_to_the_root_is_asked_about(
    pki: Pki, sub: Made, responder: Responder, below: Responder
) -> None:
    own, other = contract(sub, below.url), contract(sub, below.url)
    assert await pki.judge(shown(own)) is V.CHAIN_ERROR  # what lies between is not there
    assert (responder.asked, below.asked) == ([], [])
    assert await pki.judge(shown(own, sub)) is V.ACCEPTED
    assert responder.asked == [sub.certificate.serial_number]
    assert below.asked == [own.certificate.serial_number]
    below.unknown.add(other.certificate.serial_number)
    assert await pki.judge(shown(other, sub)) is V.CHAIN_ERROR


async def test_contract_ends_with_the_authority_that_has_issued_it(
    pki: Pki, sub: Made, responder: Responder, below: Responder
) -> None:
    responder.revoked.add(sub.certificate.serial_number)
    below.status = 500
    assert await pki.judge(shown(contract(sub, below.url), sub)) is V.REVOKED


async def test_responder_may_be_one_whom_the_issuer_has_charged(
    pki: Pki, root: Made, responder: Responder
) -> None:
    # RFC 6960 §4.2.2.2
    own = contract(root, responder.url)
    by = {"secret": new_key(), "answers_ocsp": True}
    for made, verdict in (
        (make(name_of("OCSP"), root, secret=new_key()), V.CHAIN_ERROR),
        (make(name_of("OCSP"), root, days=(-9, -1), **by), V.CHAIN_ERROR),
        (make(name_of("OCSP"), authority("Another"), **by), V.CHAIN_ERROR),
        (make(name_of("OCSP"), root, **by), V.ACCEPTED),
    ):
        responder.signer, responder.sent = made, (made,)
        assert await pki.judge(shown(own)) is verdict


@pytest.mark.parametrize("by_hash", [False, True])
async def test_contract_that_its_issuer_has_revoked_holds_no_more(
    pki: Pki, root: Made, responder: Responder, by_hash: bool
) -> None:
    own = contract(root, responder.url)
    responder.revoked.add(own.certificate.serial_number)
    event = told(query_of(own, root, responder.url)) if by_hash else shown(own)
    assert await pki.judge(event) is V.REVOKED


@pytest.mark.parametrize(
    "change",
    [
        {"signer": authority("Another")},
        {"algorithm": hashes.SHA1()},  # noqa: S303
        {"hours": (-50.0, -26.0)},
        {"hours": (-26.0, None)},
        {"hours": (1.0, 24.0)},
        {"answer": b"nonsense"},
        {"answer": TRY_LATER},
        {"answer": b"x" * 70_000},
        {"status": 500},
        {"status": 302},
    ],
    ids=[
        "a stranger's", "weak", "old", "old, no end", "of tomorrow", "no answer", "try later",
        "too long", "error", "elsewhere",
    ],
)  # fmt: skip
async def test_contract_that_nobody_vouches_for_as_it_should_be_is_not_trusted(
    pki: Pki, root: Made, responder: Responder, change: dict[str, Any], caplog: Any
) -> None:
    for name, value in change.items():
        setattr(responder, name, value)
    assert await pki.judge(shown(contract(root, responder.url))) is V.CHAIN_ERROR
    [said] = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert said.startswith("contract DE…E5: CertChainError: certificate ")


async def test_contract_that_its_issuer_does_not_know_is_not_trusted(
    pki: Pki, root: Made, responder: Responder
) -> None:
    own = contract(root, responder.url)
    responder.unknown.add(own.certificate.serial_number)
    assert await pki.judge(shown(own)) is V.CHAIN_ERROR


async def test_chain_is_judged_before_anybody_is_asked(
    pki: Pki, root: Made, responder: Responder
) -> None:
    another = make(name_of("Another"), is_ca=True, secret=new_key())
    forger = make(name_of("Mobility"), is_ca=True, secret=new_key())
    no_authority = make(name_of("Sub"), root, secret=new_key(), responder=responder.url)
    url = responder.url
    verdicts = [
        await pki.judge(event)
        for event in (
            shown(contract(root, url, days=(-9, -1))),
            shown(contract(another, url)),
            shown(contract(forger, url)),
            shown(contract(no_authority, url), no_authority),
            shown(contract(root, url), emaid="DE8AAA1B2C3D4E6"),
            shown(contract(root, None)),
            shown(contract(root, url, kind="RSA-1024")),
            replace_text(shown(contract(root, url)), "no certificate"),
        )
    ]
    assert verdicts == [
        V.EXPIRED, V.CHAIN_ERROR, V.SIGNATURE_ERROR, V.CHAIN_ERROR, V.CHAIN_ERROR, V.CHAIN_ERROR,
        V.CHAIN_ERROR, V.NONE_AVAILABLE,
    ]  # fmt: skip
    assert responder.requests == []


def replace_text(event: Any, text: str) -> Any:
    return type(event)(station_id="G-01", id_token=event.id_token, certificate=text)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/",
        "http://127.0.0.1/",
        "http://somebody@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@example.org/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "127.0.0.1:{port}",
        "http://[",
        "",
    ],
)
async def test_nobody_is_asked_whom_the_settings_do_not_name(
    pki: Pki, root: Made, responder: Responder, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    # where a responder is comes from the station: it is not to reach what else is on our network
    query = query_of(contract(root, None), root, url.format(port=responder.port))
    assert await pki.judge(told(query)) is V.CHAIN_ERROR
    reply = await pki.status(asked(query))
    assert reply.ocsp == ""
    assert (
        "plug_and_charge.responders does not name" in reply.cause or "expected a URL" in reply.cause
    )
    assert reply.cause in caplog.text
    assert responder.requests == []


async def test_issuer_may_be_known_by_what_its_responder_sends_along(
    pki: Pki, sub: Made, responder: Responder
) -> None:
    own = contract(sub, None)
    query = query_of(own, sub, responder.url)
    responder.issuer = sub
    assert await pki.judge(told(query)) is V.CHAIN_ERROR
    responder.sent = (sub,)
    assert await pki.judge(told(query)) is V.ACCEPTED
    stray = make(name_of("Stray"), authority("Another"), is_ca=True, secret=new_key())
    responder.issuer, responder.sent = stray, (stray,)
    assert await pki.judge(told(query_of(contract(stray, None), stray, responder.url))) is (
        V.CHAIN_ERROR
    )


async def test_contract_ends_with_the_authority_that_has_expired(
    pki: Pki, root: Made, responder: Responder, clock: FakeClock
) -> None:
    # OCPP 2.0.1 C07.FR.15
    query = query_of(contract(root, None), root, responder.url)
    clock.turn(366 * 86_400)
    responder.hours = (366 * 24.0 - 1, 366 * 24.0 + 1)
    assert await pki.judge(told(query)) is V.EXPIRED


async def test_issuer_is_asked_again_once_its_answer_holds_no_more(
    pki: Pki, root: Made, responder: Responder, clock: FakeClock
) -> None:
    own = contract(root, responder.url)
    spelled = query_of(own, root, responder.url)
    upper = replace_hash(spelled)
    for event in (shown(own), told(spelled), told(upper)):
        assert await pki.judge(event) is V.ACCEPTED
    assert len(responder.asked) == 1
    responder.revoked.add(own.certificate.serial_number)
    clock.turn(24 * 3600 + 1)
    responder.hours = (23.0, 48.0)
    assert await pki.judge(shown(own)) is V.REVOKED
    assert len(responder.asked) == 2


def replace_hash(query: Any) -> Any:
    told = query.certificate
    upper = type(told)(
        algorithm=told.algorithm,
        issuer_name=told.issuer_name.upper(),
        issuer_key=told.issuer_key.upper(),
        serial=f"00{told.serial.upper()}",
    )
    return type(query)(certificate=upper, responder_url=query.responder_url)


async def test_what_was_not_signed_as_it_should_be_is_not_remembered(
    pki: Pki, root: Made, responder: Responder
) -> None:
    own = contract(root, responder.url)
    query = query_of(own, root, responder.url)
    responder.signer = authority("Another")
    forged = await pki.status(asked(query))  # its reader looks at the signature (M06)
    assert forged.ocsp
    responder.signer = None
    assert await pki.judge(told(query)) is V.ACCEPTED
    assert len(responder.asked) == 2
    assert await pki.status(asked(query)) != forged
    assert len(responder.asked) == 2


async def test_contracts_of_an_authority_that_is_taken_off_count_no_more(
    pki: Pki, root: Made, responder: Responder, tmp_path: Path
) -> None:
    query = query_of(contract(root, None), root, responder.url)
    assert await pki.judge(told(query)) is V.ACCEPTED
    (tmp_path / "root.pem").unlink()
    assert await pki.judge(told(query)) is V.CHAIN_ERROR
    (tmp_path / "root.pem").write_bytes(b"nonsense")
    assert await pki.judge(told(query)) is V.CHAIN_ERROR
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    assert await pki.judge(told(query)) is V.ACCEPTED


async def test_status_is_passed_on_as_the_issuer_has_said_it(
    pki: Pki, root: Made, responder: Responder
) -> None:
    # OCPP 2.0.1 M06.FR.02, .03, .08, .09
    own = contract(root, None)
    responder.revoked.add(own.certificate.serial_number)
    reply = await pki.status(asked(query_of(own, root, responder.url)))
    said = ocsp.load_der_ocsp_response(base64.b64decode(reply.ocsp))
    assert said.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert said.serial_number == own.certificate.serial_number
    [(head, _)] = responder.requests
    assert "content-type: application/ocsp-request" in head.lower()


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "http://127.0.0.1:{port} answered 500"), (200, "expected an OCSP response in DER")],
)
async def test_status_that_was_not_had_says_why(
    pki: Pki, root: Made, responder: Responder, status: int, said: str
) -> None:
    # OCPP 2.0.1 M06.FR.04
    responder.status, responder.answer = status, b"nonsense"
    reply = await pki.status(asked(query_of(contract(root, None), root, responder.url)))
    assert reply == CertificateStatusReply(cause=said.format(port=responder.port))


async def test_hashes_that_are_none_are_refused_before_anybody_is_asked(
    pki: Pki, root: Made, responder: Responder
) -> None:
    query = query_of(contract(root, None), root, responder.url)
    odd = type(query.certificate)(
        algorithm=HashAlgorithm.SHA256, issuer_name="xx", issuer_key="00", serial="zz"
    )
    reply = await pki.status(asked(type(query)(certificate=odd, responder_url=query.responder_url)))
    assert "expected hashes and a serial number in hexadecimal" in reply.cause
    assert responder.requests == []


async def test_who_waits_needs_no_task_and_holds_nobody_up(
    tmp_path: Path, root: Made, clock: FakeClock, responder: Responder
) -> None:
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    settings = VehiclePkiSettings(
        roots=(tmp_path,), responders=(f"127.0.0.1:{responder.port}",), ocsp_timeout_s=0.2
    )
    responder.gate.clear()
    verdicts: list[V] = []
    async with run(OnlineVehiclePki(settings, clock)) as pki:

        async def judge(event: Any) -> None:
            verdicts.append(await pki.judge(event))

        slow, gone = (
            Steps(judge(shown(contract(root, responder.url))), contextvars.copy_context())
            for _ in range(2)
        )
        slow.begin()
        gone.begin()
        gone.cancel()  # its station has left
        await slow.ended()
        assert verdicts == [V.CHAIN_ERROR]  # 0.2 s were over
        responder.gate.set()
        assert await pki.judge(shown(contract(root, responder.url))) is V.ACCEPTED


async def test_no_more_is_asked_than_can_be_answered_in_time(
    pki: Pki, root: Made, responder: Responder, caplog: pytest.LogCaptureFixture
) -> None:
    responder.gate.clear()
    waiting = [
        asyncio.create_task(pki.judge(shown(contract(root, responder.url)))) for _ in range(64)
    ]
    await asyncio.sleep(0)
    assert await pki.judge(shown(contract(root, responder.url))) is V.CHAIN_ERROR
    assert "so much is being asked of others already" in caplog.text
    responder.gate.set()
    assert set(await asyncio.gather(*waiting)) == {V.ACCEPTED}


def test_file_of_authorities_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(CertificateFileError, match=r"none\.pem: cannot be read"):
        OnlineVehiclePki(VehiclePkiSettings(roots=(tmp_path / "none.pem",)), FakeClock())


async def test_without_a_supplier_no_contract_is_supplied(pki: Pki) -> None:
    wish = VehicleCertificateAsked(station_id="G-01", schema="s", is_update=False, exi="gA==")
    reply = await pki.contract(wish)
    assert (reply.is_accepted, reply.cause) == (False, "no supplier of contracts is set up")
