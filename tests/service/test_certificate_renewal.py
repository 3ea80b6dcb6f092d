"""Certificates that end soon: stations are asked to renew them, and it is told if that fails."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.certificate import CertificateKind, CertificateState, StationCertificate
from csms.domain.commands import Command, CommandStatus, Outcome, ReportKind, TriggerReport
from csms.domain.identity import StationId
from csms.domain.security import Cause, ClientCertificate, Entry
from csms.domain.station import Registration
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.station_certificates import StationCertificates
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect
from tests.service.test_station_certificates import FakeAuthority, name_for_vehicles

NAMES = tuple(f"G-{number:02}" for number in range(1, 9))
SITE = small_site(*(place(name, "level-1", 1.0) for name in NAMES))
DAY_MIN = 24 * 60
STATION, V2G, COMBINED = CertificateKind
ACCEPTED = Outcome(status=CommandStatus.ACCEPTED)
REJECTED = Outcome(status=CommandStatus.REJECTED, detail="no time")


@dataclass
class FakeConnections:
    """Connections that were made by certificates."""

    certificates: dict[StationId, ClientCertificate] = field(default_factory=dict)

    def expel(self, judge: Callable[[StationId, Entry], Cause | None]) -> dict[StationId, Cause]:
        return {}

    def shown(self) -> dict[StationId, ClientCertificate]:
        return self.certificates


@pytest.fixture
def connections() -> FakeConnections:
    return FakeConnections()


@pytest.fixture
async def office(database_file: Path, connections: FakeConnections) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE, connections=connections) as opened:
        opened.gateway.reply = lambda _station_id, _command: ACCEPTED
        yield opened


@pytest.fixture
def renewal(office: Office) -> CertificateRenewal:
    certificates = StationCertificates(FakeAuthority(office), office.open_uow, office.clock)
    return CertificateRenewal(
        certificates, office.security, office.sites, office.gateway, office.clock
    )


async def installed(
    office: Office,
    station_id: str = "G-01",
    kind: CertificateKind = STATION,
    *,
    days: float = 20,
    issued_at: datetime = NOON,
    state: CertificateState = CertificateState.INSTALLED,
    name: str = "",
) -> StationCertificate:
    """A station has a certificate that ends in so many days."""
    certificate = StationCertificate(
        station_id=station_id,
        fingerprint=f"{station_id} {kind} {days}",
        name=name,
        serial="0a",
        kind=kind,
        state=state,
        issued_at=issued_at,
        not_after=NOON + timedelta(days=days),
    )
    async with office.open_uow() as uow:
        await uow.security.put_certificate(certificate, NOON)
        await uow.commit()
    return certificate


def asked(office: Office) -> list[tuple[str, ReportKind]]:
    return [(name, command.kind) for name, command in office.gateway.of(TriggerReport)]


async def told(office: Office) -> list[tuple[str, str]]:
    rows = await office.rows(
        "SELECT station_id, detail FROM security_event WHERE kind = 'CertificateEndsSoon' "
        "ORDER BY number"
    )
    return [(row["station_id"], row["detail"]) for row in rows]


@pytest.mark.parametrize(
    ("kind", "report"),
    [
        (STATION, ReportKind.STATION_CERTIFICATE),
        (V2G, ReportKind.V2G_CERTIFICATE),
        (COMBINED, ReportKind.COMBINED_CERTIFICATE),
    ],
)
async def test_station_is_asked_to_renew_what_ends_soon(
    office: Office, renewal: CertificateRenewal, kind: CertificateKind, report: ReportKind
) -> None:
    connect(office.live, "G-01", "G-02")
    await installed(office, "G-01", kind)
    await installed(office, "G-02", kind, days=31)
    await renewal.look()
    assert asked(office) == [("G-01", report)]
    [state] = await renewal.due()
    assert (state.tries, state.asked_at, state.said) == (1, NOON, "accepted")


async def test_station_that_knows_no_word_for_both_uses_is_asked_for_its_own(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, "G-01")
    await installed(office, "G-01", COMBINED)

    def knows_one(_station_id: StationId, command: Command[Any]) -> Outcome:
        is_known = command == TriggerReport(kind=ReportKind.STATION_CERTIFICATE)
        return ACCEPTED if is_known else Outcome(status=CommandStatus.NOT_SUPPORTED)

    office.gateway.reply = knows_one
    await renewal.look()
    assert asked(office) == [
        ("G-01", ReportKind.COMBINED_CERTIFICATE),
        ("G-01", ReportKind.STATION_CERTIFICATE),
    ]


async def test_certificate_of_a_single_evse_is_renewed_at_that_evse(
    office: Office, renewal: CertificateRenewal
) -> None:
    # OCPP 2.0.1 A02: one for every SeccId, at the EVSE of its ISO15118Ctrl
    connect(office.live, "G-01")
    async with office.open_uow() as uow:
        told = [name_for_vehicles("NOFJCE1", 1), name_for_vehicles("NOFJCE2", 2)]
        await uow.variables.put("G-01", told, NOON)
        await uow.commit()
    await installed(office, kind=V2G, days=10, name="NOFJCE2")
    await installed(office, kind=V2G, days=200, name="NOFJCE1")
    await installed(office, kind=V2G, days=12, name="NOFJCE9")  # no EVSE has that name any more
    await renewal.look()
    assert [command for _, command in office.gateway.of(TriggerReport)] == [
        TriggerReport(kind=ReportKind.V2G_CERTIFICATE, evse_number=2),
        TriggerReport(kind=ReportKind.V2G_CERTIFICATE, evse_number=0),
    ]


async def test_what_was_renewed_is_renewed_no_more(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, "G-01")
    await installed(office)
    await renewal.look()
    await installed(office, days=365)
    office.clock.turn(2 * 86_400)
    await renewal.look()
    assert len(asked(office)) == 1
    assert await renewal.due() == []


async def test_who_refuses_is_asked_again_after_longer_and_longer(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, "G-01")
    await installed(office)
    office.gateway.reply = lambda _station_id, _command: REJECTED
    at: list[float] = []
    for minute in range(60 * 60):
        await renewal.look()
        if len(asked(office)) > len(at):
            at.append(minute / 60)
        office.clock.turn(60)
    assert at == [0, 1, 3, 7, 15, 31, 55]  # hours: then once a day
    [state] = await renewal.due()
    assert (state.tries, state.said) == (7, "rejected no time")
    assert state.next_at == after(79 * 60)


async def test_a_few_are_asked_at_a_time_and_the_most_urgent_first(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, *NAMES)
    for number, name in enumerate(NAMES):
        await installed(office, name, days=28 - number)
    await renewal.look()
    assert [name for name, _ in asked(office)] == ["G-08", "G-07", "G-06", "G-05", "G-04"]
    office.clock.turn(60)
    await renewal.look()
    assert [name for name, _ in asked(office)][5:] == ["G-03", "G-02", "G-01"]


async def test_only_who_is_there_and_accepted_is_asked(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, "G-02", "G-03")
    office.live.stations["G-02"].is_ready = False
    office.live.stations["G-03"].registration = Registration.PENDING
    for name in ("G-01", "G-02", "G-03", "elsewhere"):
        await installed(office, name)
    await renewal.look()
    assert asked(office) == []
    connect(office.live, "G-01")
    await renewal.look()
    assert [name for name, _ in asked(office)] == ["G-01"]


async def test_nobody_is_asked_where_nobody_signs(office: Office) -> None:
    certificates = StationCertificates(None, office.open_uow, office.clock)
    renewal = CertificateRenewal(
        certificates, office.security, office.sites, office.gateway, office.clock
    )
    connect(office.live, "G-01")
    await installed(office, days=3)
    await renewal.look()
    assert asked(office) == []
    assert [name for name, _ in await told(office)] == ["G-01"]


async def test_what_has_not_worked_is_told_every_day_of_the_last_week(
    office: Office, renewal: CertificateRenewal
) -> None:
    connect(office.live, "G-01")
    await installed(office, "G-01", days=10)
    await installed(office, "G-02", days=10)
    office.gateway.reply = lambda _station_id, _command: REJECTED
    for _ in range(24 * 11):
        await renewal.look()
        office.clock.turn(3600)
    words = await told(office)
    assert [name for name, _ in words].count("G-01") == 8
    office.clock.turn(30 * 86_400)
    await renewal.look()
    assert await told(office) == words  # nobody waits for them any more
    ends = "the ChargingStationCertificate ends at 2026-01-24T12:00Z"
    refused = "the station was asked 7 times to renew it: rejected no time"
    assert words[0] == ("G-01", f"{ends}; {refused}")
    assert words[1] == ("G-02", f"{ends}, and nobody could be asked to renew it")
    assert "has ended at 2026-01-24T12:00Z" in words[-1][1]


def by(name: str, days: float) -> ClientCertificate:
    """What a station has come by."""
    return ClientCertificate(
        names=frozenset({name}),
        organizations=frozenset(),
        serial="0b",
        fingerprint=f"{name} {STATION} {days}",
        not_before=NOON - timedelta(days=300),
        not_after=NOON + timedelta(days=days),
    )


async def test_certificate_by_which_a_station_has_come_counts_whoever_has_signed_it(
    office: Office, renewal: CertificateRenewal, connections: FakeConnections
) -> None:
    connect(office.live, "G-01", "G-02", "G-03")
    by_hand = await installed(office, "G-02", state=CertificateState.ISSUED)
    newer = NOON + timedelta(days=1)
    await installed(office, "G-03", days=365, issued_at=newer)  # it has taken a newer one
    connections.certificates = {
        "G-01": by("G-01", 20), "G-02": by("G-02", 20), "G-03": by("G-03", 20)
    }  # fmt: skip
    due = [one.certificate for one in await renewal.due()]
    assert [one.fingerprint for one in due] == [
        "G-01 ChargingStationCertificate 20",
        by_hand.fingerprint,
    ]
    assert due[0].issued_at == NOON - timedelta(days=300)
    await renewal.look()
    assert [name for name, _ in asked(office)] == ["G-01", "G-02"]


async def test_certificate_by_which_a_station_has_come_is_the_one_that_it_uses(
    office: Office, renewal: CertificateRenewal, connections: FakeConnections
) -> None:
    connect(office.live, "G-01")
    await installed(office, days=10)
    await installed(office, days=200, state=CertificateState.ISSUED)  # signed by hand
    assert len(await renewal.due()) == 1
    for days in (200, 300):  # the one that was signed by hand, and one of somebody else
        connections.certificates = {"G-01": by("G-01", days)}
        assert await renewal.due() == []


async def test_how_long_before_the_end_is_a_setting(office: Office) -> None:
    await installed(office, days=9)
    certificates = StationCertificates(
        None, office.open_uow, office.clock, renew_before=timedelta(days=8)
    )
    assert await certificates.due() == []
    office.clock.turn(86_400)
    assert len(await certificates.due()) == 1
