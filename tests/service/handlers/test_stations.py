"""What stations report of themselves: kept, shown and answered alike in every version."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.authorization import (
    AdmissionPolicy,
    Authorization,
    IdToken,
    TokenRecord,
    TokenRules,
    TokenStatus,
)
from csms.domain.events import (
    Acknowledged,
    AuthorizationAsked,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    StationBooted,
    StatusChanged,
    TimeReply,
    TransactionReported,
)
from csms.domain.limits import Standing
from csms.domain.station import (
    Capabilities,
    ChargingState,
    ConnectorStatus,
    Registration,
    StationModel,
)
from csms.domain.transaction import TransactionStage
from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import JsonObject
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, V16, V201, CommitError, Office, after, open_office, with_control

TOKEN: Final = IdToken("04A2B3C4")
STORIES: Final = Path(__file__).parents[2] / "ocpp" / "stories"
MODEL: Final = StationModel(vendor="Nordlys", model="NL-22", serial="17", firmware="3.4.1")
BOOT: Final = StationBooted(station_id="G-01", model=MODEL)
each_version = pytest.mark.parametrize("adapter", [V16, V201], ids=["1.6", "2.0.1"])


def site() -> Any:
    return with_control(small_site(place("G-01", "level-1", 6.0)), heartbeat_every_s=120)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, site()) as opened:
        yield opened


@pytest.fixture
async def strict_office(database_file: Path) -> AsyncIterator[Office]:
    listed = TokenRules(admission=AdmissionPolicy.LISTED_TOKENS)
    async with open_office(database_file, site(), rules=listed) as opened:
        yield opened


async def tell(office: Office, adapter: Adapter, what: str) -> JsonObject:
    """Let a station tell one part of the story in its version."""
    told = json.loads((STORIES / f"{adapter.name}.json").read_text("utf-8"))["told"][what]
    return await office.hear(adapter, told["action"], told["payload"])


def status(word: ConnectorStatus, **more: Any) -> StatusChanged:
    fields = {"evse_number": 1, "connector_number": 1, "at": NOON, **more}
    return StatusChanged(station_id="G-01", status=word, **fields)


def two_stations() -> Any:
    return small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))


def started(station_id: str, token: IdToken) -> TransactionReported:
    """A transaction of a token has started at a station."""
    return TransactionReported(
        station_id=station_id,
        stage=TransactionStage.STARTED,
        at=NOON,
        transaction="t-1",
        evse_number=1,
        seq_no=0,
        id_token=token,
    )


@each_version
async def test_boot_is_kept_and_answered_with_the_sites_interval(
    office: Office, adapter: Adapter
) -> None:
    assert await tell(office, adapter, "boots") == {
        "status": "Accepted",
        "currentTime": "2026-01-14T12:00:00Z",
        "interval": 120,
    }
    rows = await office.rows("SELECT vendor, model, serial, firmware FROM station")
    assert rows == [{"vendor": "Nordlys", "model": "NL-22", "serial": "17", "firmware": "3.4.1"}]


async def test_boot_of_a_station_without_a_site_gets_the_common_interval(office: Office) -> None:
    reply = await office.handle(StationBooted(station_id="stranger", model=MODEL))
    assert reply == BootReply(registration=Registration.ACCEPTED, at=NOON, interval_s=300)


async def test_after_a_boot_a_station_counts_at_its_rating_until_its_fallback_is_sure(
    office: Office,
) -> None:
    evse, station = office.evse("G-01/1"), office.live.stations["G-01"]
    evse.place = replace(evse.place, keeps_fallback=None)
    evse.allowance = evse.allowance.restanding(Standing.HELD)
    station.is_ready = True
    station.capabilities = Capabilities(is_told=True)
    assert evse.allowance.standing_a == 6.0
    office.live.dirty.clear()
    await office.handle(BOOT)
    assert (evse.allowance.standing, evse.allowance.standing_a) == (Standing.UNKNOWN, 32.0)
    assert (station.is_ready, station.capabilities.is_told) == (False, False)
    assert office.live.dirty.is_set()


@each_version
async def test_heartbeat_is_answered_with_the_time(office: Office, adapter: Adapter) -> None:
    office.clock.instant = after(0.5)
    assert await tell(office, adapter, "is alive") == {"currentTime": "2026-01-14T12:00:30Z"}
    assert office.operations.heard_at("G-01") == after(0.5)


async def test_heartbeat_of_a_station_that_nobody_knows_is_answered(office: Office) -> None:
    assert await office.handle(HeartbeatReceived(station_id="stranger")) == TimeReply(NOON)


@each_version
async def test_status_is_kept_shown_and_wakes_the_site(office: Office, adapter: Adapter) -> None:
    office.live.dirty.clear()
    assert await tell(office, adapter, "is free") == {}
    assert office.evse("G-01/1").status is ConnectorStatus.AVAILABLE
    assert office.live.dirty.is_set()
    rows = await office.rows("SELECT evse_number, number, status FROM connector")
    assert rows == [{"evse_number": 1, "number": 1, "status": "available"}]


async def test_newer_status_takes_the_place_of_the_older(office: Office) -> None:
    await office.handle(status(ConnectorStatus.AVAILABLE))
    charging = status(ConnectorStatus.OCCUPIED, charging_state=ChargingState.CHARGING)
    await office.handle(charging)
    rows = await office.rows("SELECT status, charging_state FROM connector")
    assert rows == [{"status": "occupied", "charging_state": "charging"}]
    assert office.evse("G-01/1").charging_state is ChargingState.CHARGING


async def test_status_of_an_evse_that_the_site_does_not_have_is_only_kept(office: Office) -> None:
    event = status(ConnectorStatus.FAULTED, evse_number=7)
    assert await office.handle(event) == Acknowledged()
    assert office.evse("G-01/1").status is None
    assert await office.rows("SELECT evse_number FROM connector") == [{"evse_number": 7}]


async def test_fault_is_logged_with_its_code(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    fault = status(ConnectorStatus.FAULTED, error_code="GroundFailure", detail="relay 2")
    with caplog.at_level(logging.WARNING):
        await office.handle(fault)
    assert caplog.messages == ["connector 1/1 reports GroundFailure relay 2"]


@each_version
async def test_token_that_nobody_listed_may_charge_where_everyone_may(
    office: Office, adapter: Adapter
) -> None:
    answer = await tell(office, adapter, "is shown a token")
    assert list(answer.values()) == [{"status": "Accepted"}]
    rows = await office.rows("SELECT key, is_listed FROM id_token")
    assert rows == [{"key": "04A2B3C4", "is_listed": 0}]


@each_version
async def test_token_that_nobody_listed_is_invalid_where_only_listed_ones_may(
    strict_office: Office, adapter: Adapter
) -> None:
    for _ in range(2):  # having been seen does not list it
        answer = await tell(strict_office, adapter, "is shown a token")
        assert list(answer.values()) == [{"status": "Invalid"}]


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (TokenRecord(token=TOKEN), Authorization(status=TokenStatus.ACCEPTED)),
        (
            TokenRecord(token=TOKEN, status=TokenStatus.BLOCKED, group="fleet"),
            Authorization(status=TokenStatus.BLOCKED, group="fleet"),
        ),
        (
            TokenRecord(token=TOKEN, expires_at=after(-1)),
            Authorization(status=TokenStatus.EXPIRED, expires_at=after(-1)),
        ),
        (
            TokenRecord(token=TOKEN, expires_at=after(1)),
            Authorization(status=TokenStatus.ACCEPTED, expires_at=after(1)),
        ),
    ],
    ids=["accepted", "blocked", "expired", "not yet expired"],
)
async def test_listed_token_gets_the_operators_verdict(
    strict_office: Office, record: TokenRecord, verdict: Authorization
) -> None:
    async with strict_office.open_uow() as uow:
        await uow.tokens.put(record)
        await uow.commit()
    shown = IdToken("04a2b3c4 ")  # stations differ in case
    asked = AuthorizationAsked(station_id="G-01", id_token=shown)
    assert await strict_office.handle(asked) == verdict


async def test_token_is_masked_in_the_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "csms"):
        await office.handle(AuthorizationAsked(station_id="G-01", id_token=TOKEN))
    assert caplog.messages == ["token 04…C4: Accepted"]


async def test_vendor_data_is_understood_by_nobody(office: Office) -> None:
    event = DataReceived(station_id="G-01", vendor="no.nordlys", message="m", data="secret")
    assert await office.handle(event) == DataReply(is_vendor_known=False)


@pytest.mark.parametrize(
    "event",
    [
        BOOT,
        status(ConnectorStatus.FAULTED),
        AuthorizationAsked(station_id="G-01", id_token=TOKEN),
    ],
    ids=["boot", "status", "token"],
)
async def test_nothing_is_answered_or_shown_that_could_not_be_kept(
    office: Office, event: Any
) -> None:
    evse = office.evse("G-01/1")
    evse.allowance = evse.allowance.restanding(Standing.HELD)
    office.live.dirty.clear()
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await office.handle(event)
    assert (evse.allowance.standing, evse.status) == (Standing.HELD, None)
    assert not office.live.dirty.is_set()
    assert await office.rows("SELECT key FROM id_token") == []


@each_version
async def test_clock_of_a_station_is_known_by_the_time_of_a_status(
    office: Office, adapter: Adapter
) -> None:
    office.clock.instant = after(-60)
    await tell(office, adapter, "is free")
    assert office.live.stations["G-01"].clock.error == timedelta(hours=1)


async def test_token_that_charges_at_another_station_is_refused_where_one_at_a_time_may(
    database_file: Path,
) -> None:
    one_at_a_time = TokenRules(is_one_at_a_time=True)
    async with open_office(database_file, two_stations(), rules=one_at_a_time) as office:
        await office.handle(started("G-02", TOKEN))
        verdict = await office.handle(AuthorizationAsked(station_id="G-01", id_token=TOKEN))
        assert verdict == Authorization(status=TokenStatus.CONCURRENT_TRANSACTION)


async def test_token_that_charges_at_the_same_station_may_be_shown_again_to_stop(
    database_file: Path,
) -> None:
    one_at_a_time = TokenRules(is_one_at_a_time=True)
    async with open_office(database_file, two_stations(), rules=one_at_a_time) as office:
        await office.handle(started("G-01", TOKEN))
        verdict = await office.handle(AuthorizationAsked(station_id="G-01", id_token=TOKEN))
        assert verdict == Authorization(status=TokenStatus.ACCEPTED)


async def test_token_that_charges_at_another_station_may_charge_at_a_second_one_otherwise(
    database_file: Path,
) -> None:
    async with open_office(database_file, two_stations()) as office:
        await office.handle(started("G-02", TOKEN))
        verdict = await office.handle(AuthorizationAsked(station_id="G-01", id_token=TOKEN))
        assert verdict == Authorization(status=TokenStatus.ACCEPTED)
