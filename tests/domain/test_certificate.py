from dataclasses import replace
from datetime import UTC, datetime, timedelta

from csms.domain.certificate import (
    CertificateKind,
    CertificateState,
    StationCertificate,
    due_for_renewal,
)

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def certificate(station_id: str, days: int, state: str = "installed") -> StationCertificate:
    return StationCertificate(
        station_id=station_id,
        fingerprint=f"{station_id} {days}",
        serial="1",
        kind=CertificateKind.STATION,
        state=CertificateState(state),
        issued_at=NOON,
        not_after=NOON + timedelta(days=days),
    )


def test_certificate_is_due_a_month_before_it_expires_the_most_urgent_first() -> None:
    # OCPP 2.0.1 A03.FR.02
    known = [certificate("A", 31), certificate("B", 30), certificate("C", -1)]
    assert due_for_renewal(known, NOON) == [known[2], known[1]]


def test_only_the_newest_that_a_station_uses_counts() -> None:
    known = [
        certificate("A", 5),
        certificate("A", 100),
        certificate("B", 100, "issued"),
        certificate("B", 5),
        certificate("C", 5, "replaced"),
        certificate("D", 5, "revoked"),
    ]
    assert due_for_renewal(known, NOON) == [known[3]]


def test_certificates_of_other_kinds_are_looked_at_by_themselves() -> None:
    v2g = replace(certificate("A", 5), kind=CertificateKind.V2G)
    assert due_for_renewal([certificate("A", 100), v2g], NOON) == [v2g]
