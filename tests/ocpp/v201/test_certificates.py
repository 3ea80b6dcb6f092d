from typing import Any

import pytest

from csms.domain.certificates import (
    CertificateUse,
    InstalledCertificate,
    SigningUse,
    StatusQuery,
)
from csms.domain.commands import (
    CertificatesOutcome,
    Command,
    CommandStatus,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    Outcome,
    ReadCertificates,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import (
    Agreement,
    CertificateStatusAsked,
    CertificateStatusReply,
    SecurityNoticed,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    HASH,
    HASH_384,
    HASH_512,
    NOON,
    PEM,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
    written,
)

REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
ISO_15118 = "urn:iso:15118:2:2013:MsgDef"
QUERY = StatusQuery(certificate=HASH, responder_url="http://ocsp.example")

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "InstallCertificate",
        InstallCertificate(use=CertificateUse.CSMS_ROOT, pem=PEM),
        Outcome(status=CommandStatus.REJECTED, answer="Failed", detail="OutOfStorage: 3 of 3"),
    ),
    ("DeleteCertificate", DeleteCertificate(HASH), ACCEPTED),
    (
        "GetInstalledCertificateIds",
        ReadCertificates((CertificateUse.V2G_CHAIN, CertificateUse.CSMS_ROOT)),
        CertificatesOutcome(
            status=CommandStatus.ACCEPTED,
            certificates=(
                InstalledCertificate(
                    use=CertificateUse.V2G_CHAIN, hash=HASH, children=(HASH_384, HASH_512)
                ),
                InstalledCertificate(use=CertificateUse.CSMS_ROOT, hash=HASH_384),
            ),
        ),
    ),
    (
        "GetInstalledCertificateIds.none",
        ReadCertificates(),
        CertificatesOutcome(status=CommandStatus.UNKNOWN),
    ),
    ("CertificateSigned", DeliverCertificate(chain=PEM, use=SigningUse.STATION), ACCEPTED),
    (
        "CertificateSigned.plain",
        DeliverCertificate(chain=PEM),
        Outcome(status=CommandStatus.REJECTED, detail="InvalidCertificate"),
    ),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "SignCertificate",
        SigningAsked(station_id="G-01", request=REQUEST, use=SigningUse.V2G),
        Agreement(is_accepted=True),
    ),
    (
        "SignCertificate.refused",
        SigningAsked(station_id="G-01", request=REQUEST, is_for_both=True),
        Agreement(is_accepted=False, cause="expected an EC key of 256 bits"),
    ),
    (
        "SecurityEventNotification",
        SecurityNoticed(
            station_id="G-01", kind="TamperDetectionActivated", at=NOON, detail="door open"
        ),
        Acknowledged(),
    ),
    (
        "SecurityEventNotification.bare",
        SecurityNoticed(station_id="G-01", kind="SettingSystemTime", at=NOON),
        Acknowledged(),
    ),
    (
        "Get15118EVCertificate",
        VehicleCertificateAsked(station_id="G-01", schema=ISO_15118, is_update=False, exi="gJgC"),
        VehicleCertificateReply(is_accepted=True, exi="gJgD"),
    ),
    (
        "Get15118EVCertificate.refused",
        VehicleCertificateAsked(station_id="G-01", schema=ISO_15118, is_update=True, exi="gJgC"),
        VehicleCertificateReply(is_accepted=False, cause="no provider"),
    ),
    (
        "GetCertificateStatus",
        CertificateStatusAsked(station_id="G-01", query=QUERY),
        CertificateStatusReply(ocsp="MIIB"),
    ),
    (
        "GetCertificateStatus.refused",
        CertificateStatusAsked(station_id="G-01", query=QUERY),
        CertificateStatusReply(cause="no answer"),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


USES = [
    (CertificateUse.CSMS_ROOT, "CSMSRootCertificate"),
    (CertificateUse.MANUFACTURER_ROOT, "ManufacturerRootCertificate"),
    (CertificateUse.MO_ROOT, "MORootCertificate"),
    (CertificateUse.V2G_ROOT, "V2GRootCertificate"),
]


@pytest.mark.parametrize(("use", "word"), USES)
def test_every_root_has_a_word(use: CertificateUse, word: str) -> None:
    assert written(InstallCertificate(use=use, pem=PEM))["certificateType"] == word
    assert written(ReadCertificates((use,))) == {"certificateType": [word]}


@pytest.mark.parametrize(
    ("use", "word"), [*USES, (CertificateUse.V2G_CHAIN, "V2GCertificateChain")]
)
def test_every_installed_certificate_is_known(use: CertificateUse, word: str) -> None:
    answer = exchange("v201", "GetInstalledCertificateIds").result.payload
    answer["certificateHashDataChain"][0]["certificateType"] = word
    outcome: Any = V201.encode_command(ReadCertificates()).decode_result(answer)
    assert outcome.certificates[0].use is use


def test_chain_is_not_installed() -> None:
    chain = InstallCertificate(use=CertificateUse.V2G_CHAIN, pem=PEM)
    assert_not_expressible(chain, "expected a root certificate, got v2g_chain")


@pytest.mark.parametrize(
    ("use", "word"),
    [
        (SigningUse.STATION, "ChargingStationCertificate"),
        (SigningUse.V2G, "V2GCertificate"),
    ],
)
def test_every_use_of_a_signed_certificate_has_a_word(use: SigningUse, word: str) -> None:
    assert written(DeliverCertificate(chain=PEM, use=use))["certificateType"] == word
    assert told("SignCertificate", certificateType=word).use is use


def test_security_event_at_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("SecurityEventNotification", why, timestamp="soon")
