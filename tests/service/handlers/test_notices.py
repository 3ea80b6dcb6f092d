"""What stations tell beside charging is kept, word for word but for secrets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from csms.domain.certificates import CertificateHash, HashAlgorithm, StatusQuery
from csms.domain.charging_needs import ChargingNeeds, TransferMode, VehicleSchedule
from csms.domain.charging_profile import LimitSource
from csms.domain.device_model import (
    Component,
    EventOrigin,
    EventTrigger,
    StationAlert,
    VariableName,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import (
    AlertsTold,
    CertificateStatusAsked,
    CustomerDataTold,
    JobKind,
    JobProgressed,
    JobStage,
    LimitReleased,
    LimitTold,
    MessagesTold,
    MonitorsTold,
    NeedsTold,
    ProfilesTold,
    ReservationEnded,
    ReservationEnding,
    SecurityNoticed,
    SigningAsked,
    VariablesTold,
    VehicleCertificateAsked,
    VehicleScheduleTold,
)
from csms.domain.station import RateUnit
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, CommitError, Office, after, open_office

G = "G-01"
ALERT = StationAlert(
    alert_id=4,
    at=NOON,
    variable=VariableName(component=Component(name="Connector"), name="Temperature"),
    value="81",
    trigger=EventTrigger.ALERTING,
    origin=EventOrigin.HARD_WIRED_MONITOR,
)
HASH = CertificateHash(
    algorithm=HashAlgorithm.SHA256, issuer_name="aa", issuer_key="bb", serial="01"
)
EVENTS: dict[str, StationEvent[Any]] = {
    "alerts": AlertsTold(station_id=G, seq_no=3, at=NOON, alerts=(ALERT,)),
    "certificate_status": CertificateStatusAsked(
        station_id=G, query=StatusQuery(certificate=HASH, responder_url="http://ocsp.example")
    ),
    "customer_data": CustomerDataTold(station_id=G, request_id=7, seq_no=0, at=NOON, text="Anna"),
    "job_progress": JobProgressed(
        station_id=G, kind=JobKind.LOG, stage=JobStage.RUNNING, word="Uploading", request_id=7
    ),
    "limit": LimitTold(station_id=G, source=LimitSource.EMS, evse_number=1),
    "limit_released": LimitReleased(station_id=G, source=LimitSource.EMS, evse_number=1),
    "messages": MessagesTold(station_id=G, request_id=7, messages=()),
    "monitors": MonitorsTold(station_id=G, request_id=7, seq_no=0, at=NOON, monitors=()),
    "needs": NeedsTold(
        station_id=G, evse_number=1, needs=ChargingNeeds(mode=TransferMode.AC_THREE_PHASE)
    ),
    "profiles": ProfilesTold(
        station_id=G, request_id=7, source=LimitSource.CSO, evse_number=1, profiles=()
    ),
    "reservation_ended": ReservationEnded(
        station_id=G, reservation_id=7, ending=ReservationEnding.EXPIRED
    ),
    "security": SecurityNoticed(station_id=G, kind="TamperDetectionActivated", at=NOON),
    "signing": SigningAsked(station_id=G, request="-----BEGIN"),
    "variables": VariablesTold(station_id=G, request_id=7, seq_no=0, at=NOON, variables=()),
    "vehicle_certificate": VehicleCertificateAsked(
        station_id=G, schema="urn:iso:15118:2:2013:MsgDef", is_update=False, exi="gJgC"
    ),
    "vehicle_schedule": VehicleScheduleTold(
        station_id=G,
        evse_number=1,
        schedule=VehicleSchedule(starts_at=NOON, unit=RateUnit.AMPERE, periods=((0, 6.0),)),
    ),
}
ASKED_FOR = {"customer_data", "job_progress", "messages", "monitors", "profiles", "variables"}
ASKED_FOR |= {"reservation_ended"}
DATED = {"alerts", "customer_data", "monitors", "security", "variables"}


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, small_site(place(G, "level-1", 6.0))) as opened:
        opened.clock.instant = after(1)
        yield opened


@pytest.mark.parametrize(("kind", "event"), EVENTS.items(), ids=list(EVENTS))
async def test_report_is_kept_under_its_kind(
    office: Office, kind: str, event: StationEvent[Any]
) -> None:
    await office.handle(event)
    [row] = await office.rows("SELECT * FROM station_notice")
    assert (row["station_id"], row["kind"]) == (G, kind)
    assert row["request_id"] == (7 if kind in ASKED_FOR else None)
    assert (row["at"] is not None) == (kind in DATED)
    assert row["received_at"].startswith("2026-01-14 12:01:00")
    assert office.gateway.sent == []


@pytest.mark.parametrize(("kind", "event"), EVENTS.items(), ids=list(EVENTS))
async def test_report_that_could_not_be_kept_is_not_answered(
    office: Office, kind: str, event: StationEvent[Any]
) -> None:
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await office.handle(event)


async def test_all_that_an_alert_tells_is_kept(office: Office) -> None:
    assert await office.handle(EVENTS["alerts"]) == Acknowledged()
    [row] = await office.rows("SELECT seq_no, body FROM station_notice")
    assert row["seq_no"] == 3
    body = json.loads(row["body"])
    [alert] = body["alerts"]
    assert alert["variable"]["component"]["name"] == "Connector"
    assert (alert["alert_id"], alert["value"], alert["trigger"]) == (4, "81", "alerting")
    assert "station_id" not in body


async def test_what_a_vehicle_wrote_for_its_certificate_is_not_kept(office: Office) -> None:
    await office.handle(EVENTS["vehicle_certificate"])
    [row] = await office.rows("SELECT body FROM station_notice")
    assert json.loads(row["body"])["exi"] == "…"
