"""Transactions that nobody ends are closed by a rule, once, until their true end comes."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.altered import altered
from csms.domain.events import StatusChanged
from csms.domain.station import ConnectorStatus
from csms.service.transaction_watch import ClosingPolicy, TransactionWatch
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import Teller, TellerV16, TellerV201, Told
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect

SITE: Final = replace(
    small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0)), price_per_kwh=2.0
)
POLICY: Final = ClosingPolicy(resume_within=timedelta(minutes=30), close_after=timedelta(hours=24))
each_version = pytest.mark.parametrize("teller_type", [TellerV16, TellerV201], ids=["1.6", "2.0.1"])


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE) as opened:
        connect(opened.live, "G-01", "G-02")
        yield opened


def watch_of(office: Office, policy: ClosingPolicy = POLICY) -> TransactionWatch:
    return TransactionWatch(office.sites, office.open_uow, office.clock, policy)


@pytest.fixture
def watch(office: Office) -> TransactionWatch:
    return watch_of(office)


async def say(office: Office, teller: Teller, told: Told, at: datetime | None = None) -> None:
    """Say something; the station learns from the answer."""
    office.clock.instant = at or office.clock.instant
    answer = await office.hear(teller.adapter, *told)
    if "transactionId" in answer:
        teller.learns(answer)


async def boot(office: Office, teller: Teller, at: datetime) -> None:
    """The station boots, as its version tells it."""
    office.clock.instant = at
    if isinstance(teller, TellerV16):
        payload: dict[str, Any] = {"chargePointVendor": "Acme", "chargePointModel": "Box"}
    else:
        station = {"vendorName": "Acme", "model": "Box"}
        payload = {"reason": "PowerUp", "chargingStation": station}
    answer = await office.hear(teller.adapter, "BootNotification", payload)
    assert answer["status"] == "Accepted"


async def tell_free(office: Office, connector: int = 1) -> None:
    status = ConnectorStatus.AVAILABLE
    event = StatusChanged(
        station_id="G-01", evse_number=1, connector_number=connector, status=status
    )
    await office.handle(event)


async def charged(office: Office, teller: Teller) -> None:
    """A vehicle has charged 5 kWh from noon to five past."""
    await say(office, teller, teller.starts(NOON), NOON)
    await say(office, teller, teller.measures(after(5)), after(5))


async def row(office: Office, number: int = 1) -> dict[str, Any]:
    """A transaction as it is kept."""
    columns = "energy_wh, ended_at, stop_reason, closed_by, meter_stop_wh, total_cost"
    query = f"SELECT {columns} FROM charging_transaction WHERE number = :number"  # noqa: S608
    (found,) = await office.rows(query, number=number)
    ended_at = found.pop("ended_at")
    return {**found, "ended_at": ended_at and str(ended_at)[11:16]}


async def notices(office: Office) -> list[str]:
    rows = await office.rows("SELECT kind FROM station_notice ORDER BY number")
    return [one["kind"] for one in rows]


RUNS: Final = {
    "energy_wh": 5000.0,
    "ended_at": None,
    "stop_reason": None,
    "closed_by": None,
    "meter_stop_wh": None,
    "total_cost": None,
}
TRUE_END: Final = {
    "energy_wh": 15000.0,
    "ended_at": "12:15",
    "stop_reason": "EVDisconnected",
    "closed_by": "station",
    "meter_stop_wh": 1_249_500.0,
    "total_cost": 30.0,
}


def closed(rule: str, ended_at: str = "12:05") -> dict[str, Any]:
    return {**RUNS, "ended_at": ended_at, "closed_by": rule, "total_cost": 10.0}


@each_version
async def test_free_connector_after_a_boot_closes_what_ran_before(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    await boot(office, teller, after(10))
    await tell_free(office)
    office.clock.instant = after(11)
    await watch.look()
    assert await row(office) == RUNS  # what it had kept while it was down may still come
    office.clock.instant = after(12)
    for _ in range(3):
        await watch.look()
    assert await row(office) == closed("free_after_boot")
    assert await notices(office) == ["transaction_closed"]
    assert office.evse("G-01/1").transaction is None
    assert office.live.tally.energy_today_wh(after(12)) == 5_000.0


@each_version
async def test_what_ran_before_a_boot_and_is_not_resumed_is_closed(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    await boot(office, teller, after(10))
    for minutes in (12, 39):
        office.clock.instant = after(minutes)
        await watch.look()
    assert await row(office) == RUNS
    office.clock.instant = after(40)
    await watch.look()
    assert await row(office) == closed("not_resumed")


@each_version
async def test_what_is_resumed_after_a_boot_goes_on(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    await boot(office, teller, after(10))
    await say(office, teller, teller.measures(after(11), 1_239_500), after(11))
    office.clock.instant = after(600)
    await watch.look()
    assert await row(office) == RUNS


async def test_station_that_left_again_has_not_had_the_time_to_resume(
    office: Office, watch: TransactionWatch
) -> None:
    teller = TellerV16()
    await charged(office, teller)
    await boot(office, teller, after(10))
    await office.sites.disconnected("G-01")
    office.clock.instant = after(300)
    await watch.look()
    assert await row(office) == RUNS
    await office.sites.connected("G-01", "1.6")
    office.clock.instant = after(329)
    await watch.look()
    assert await row(office) == RUNS
    office.clock.instant = after(330)
    await watch.look()
    assert await row(office) == closed("not_resumed")


async def test_other_connector_of_the_evse_may_be_free(
    office: Office, watch: TransactionWatch
) -> None:
    teller = TellerV201()
    await charged(office, teller)
    await boot(office, teller, after(10))
    taken = StatusChanged(
        station_id="G-01", evse_number=1, connector_number=2, status=ConnectorStatus.OCCUPIED
    )
    await office.handle(taken)
    await tell_free(office, connector=1)
    office.clock.instant = after(20)
    await watch.look()
    assert await row(office) == RUNS


@each_version
async def test_silence_beyond_the_setting_closes(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    office.clock.instant = after(24 * 60 + 4)
    await watch.look()
    assert await row(office) == RUNS
    office.clock.instant = after(24 * 60 + 6)
    await watch.look()
    assert await row(office) == closed("silent")


async def test_nothing_is_closed_where_the_settings_say_never(office: Office) -> None:
    teller = TellerV16()
    await charged(office, teller)
    await boot(office, teller, after(10))
    office.clock.instant = after(30 * 24 * 60)
    await watch_of(office, ClosingPolicy(resume_within=None, close_after=None)).look()
    assert await row(office) == RUNS


@each_version
async def test_true_end_that_comes_late_takes_the_place_of_the_mark(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    await boot(office, teller, after(20))
    office.clock.instant = after(60)
    await watch.look()
    assert (await row(office))["closed_by"] == "not_resumed"
    stop = teller.stops(after(15))
    for _ in range(3):
        await say(office, teller, stop)
        assert await row(office) == TRUE_END
    await watch.look()
    assert await row(office) == TRUE_END
    assert office.live.tally.energy_today_wh(after(60)) == 15_000.0
    assert office.evse("G-01/1").closed is None


@each_version
async def test_late_readings_count_before_the_true_end_and_are_kept(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    late = teller.measures(after(4), 1_236_000)
    later = teller.measures(after(7), 1_241_500)
    stop = teller.stops(after(15))
    await boot(office, teller, after(20))
    office.clock.instant = after(60)
    await watch.look()
    await say(office, teller, late)
    assert await row(office) == closed("not_resumed")
    await say(office, teller, later)
    assert (await row(office))["energy_wh"] == 7_000.0
    await say(office, teller, stop)
    assert await row(office) == TRUE_END
    assert office.live.tally.energy_today_wh(after(60)) == 15_000.0
    registers = [one.value for one in await office.samples() if one.measurand.startswith("Energy")]
    assert registers == [1_234_500.0, 1_236_000.0, 1_239_500.0, 1_241_500.0, 1_249_500.0]


@each_version
async def test_transaction_that_runs_after_all_goes_on(
    office: Office, watch: TransactionWatch, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await charged(office, teller)
    await boot(office, teller, after(10))
    office.clock.instant = after(60)
    await watch.look()
    assert (await row(office))["closed_by"] == "not_resumed"
    await say(office, teller, teller.measures(after(61), 1_241_500), after(61))
    assert await row(office) == {**RUNS, "energy_wh": 7_000.0}
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert (running.number, running.energy_wh) == (1, 7_000.0)
    await watch.look()
    assert await row(office) == {**RUNS, "energy_wh": 7_000.0}


@each_version
async def test_superseded_one_takes_its_true_end_and_leaves_the_newer_alone(
    office: Office, teller_type: type[Teller]
) -> None:
    first, second = teller_type(), teller_type()
    if isinstance(second, TellerV201):
        second.transaction = "tx-2"
    await charged(office, first)
    stop = first.stops(after(15))
    await say(office, second, second.starts(after(20), register_wh=1_249_500), after(20))
    assert await row(office) == closed("superseded", "12:20")
    assert await notices(office) == ["transaction_closed"]
    await say(office, first, stop)
    assert await row(office) == TRUE_END
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.number == 2
    assert (await row(office, 2))["ended_at"] is None


@each_version
async def test_older_one_that_is_told_late_leaves_the_one_that_runs_alone(
    office: Office, teller_type: type[Teller]
) -> None:
    older, newer = teller_type(), teller_type()
    if isinstance(newer, TellerV201):
        newer.transaction = "tx-2"
    await say(office, newer, newer.starts(after(20), register_wh=1_249_500), after(20))
    await say(office, older, older.starts(NOON), after(21))
    await say(office, older, older.measures(after(5)))
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.number == 1
    await say(office, older, older.stops(after(15)))
    assert await row(office, 2) == TRUE_END
    assert (await row(office, 1))["ended_at"] is None
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.number == 1


@each_version
async def test_rules_hold_across_a_restart_of_the_server(
    database_file: Path, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    async with open_office(database_file, SITE) as before:
        connect(before.live, "G-01")
        await charged(before, teller)
        await watch_of(before).look()
        await boot(before, teller, after(10))
    async with open_office(database_file, SITE) as office:
        office.clock.instant = after(20)
        await office.sites.connected("G-01", "1.6")
        office.clock.instant = after(49)
        await watch_of(office).look()
        assert await row(office) == RUNS
        office.clock.instant = after(50)
        await watch_of(office).look()
        assert await row(office) == closed("not_resumed")
    async with open_office(database_file, SITE) as office:
        office.clock.instant = after(60)
        await watch_of(office).look()
        assert await notices(office) == ["transaction_closed"]
        await say(office, teller, teller.stops(after(15)))
        assert await row(office) == TRUE_END


async def test_silent_one_is_closed_though_no_site_knows_its_evse_any_more(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE) as before:
        teller = TellerV16()
        await charged(before, teller)
        await watch_of(before).look()
    async with open_office(database_file, small_site(place("G-02", "level-1", 6.0))) as office:
        office.clock.instant = after(24 * 60 + 6)
        await watch_of(office).look()
        found = await row(office)
        assert (found["closed_by"], found["ended_at"]) == ("silent", "12:05")


async def test_report_that_came_while_it_was_being_closed_opens_it_again(
    office: Office, watch: TransactionWatch
) -> None:
    teller = TellerV16()
    await charged(office, teller)
    running = office.evse("G-01/1").transaction
    assert running is not None
    await boot(office, teller, after(10))
    office.clock.instant = after(60)
    await watch.look()
    office.live.transaction_changed(altered(running, energy_wh=6_000.0), after(60))
    await watch.look()
    assert await row(office) == {**RUNS, "energy_wh": 6_000.0}


async def test_reports_that_have_not_come_are_told_ten_minutes_after_the_end(
    office: Office, watch: TransactionWatch, caplog: pytest.LogCaptureFixture
) -> None:
    teller = TellerV201()
    await say(office, teller, teller.starts(NOON), NOON)
    lost = [teller.measures(after(1)) for _ in range(3)]
    await say(office, teller, teller.measures(after(5)), after(5))
    await say(office, teller, teller.stops(after(15)), after(15))
    await say(office, teller, lost[2])
    office.clock.instant = after(24)
    await watch.look()
    assert await notices(office) == []
    office.clock.instant = after(25)
    for _ in range(2):
        await watch.look()
    assert await notices(office) == ["reports_missing"]
    (found,) = await office.rows("SELECT body FROM station_notice")
    assert json.loads(found["body"]) == {
        "transaction": "tx-1",
        "missing": [[1, 2]],
        "has_start": True,
    }
    assert "transaction tx-1: reports 1 to 2 have not come" in caplog.messages


async def test_gap_that_is_filled_in_time_is_not_told(
    office: Office, watch: TransactionWatch
) -> None:
    teller = TellerV201()
    await say(office, teller, teller.starts(NOON), NOON)
    lost = teller.measures(after(1))
    await say(office, teller, teller.stops(after(15)), after(15))
    await say(office, teller, lost, after(20))
    office.clock.instant = after(60)
    await watch.look()
    assert await notices(office) == []


async def test_gap_is_known_across_a_restart_of_the_server(database_file: Path) -> None:
    teller = TellerV201()
    async with open_office(database_file, SITE) as before:
        await say(before, teller, teller.starts(NOON), NOON)
        teller.measures(after(1))
        await say(before, teller, teller.measures(after(5)), after(5))
    async with open_office(database_file, SITE) as office:
        await say(office, teller, teller.stops(after(15)), after(15))
    async with open_office(database_file, SITE) as office:
        office.clock.instant = after(60)
        await watch_of(office).look()
        assert await notices(office) == ["reports_missing"]
