"""Who belongs to which site, and what a site knows again after a restart."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.altered import altered
from csms.domain.errors import UnknownEvseError, UnknownSiteError, UnknownStationError
from csms.domain.events import StationBooted, StatusChanged
from csms.domain.identity import EvseId
from csms.domain.limits import Allowance, Standing, TimedLimit, Verdict
from csms.domain.site import EvsePlace, GuestPlace, Site
from csms.domain.station import ChargingState, ConnectorStatus, StationModel
from csms.domain.transaction import StatedNeed
from csms.service.live_evse import LiveEvse
from csms.service.ports import Admission
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import BEGIN_WH, TellerV16, TellerV201
from tests.service.rig import NOON, CommitError, FakeClock, Office, after, open_office
from tests.storage.rig import add_sent_limit

GUESTS: Final = GuestPlace(
    feeder_id="level-2", lines=(1, 2, 3), max_a=16.0, fallback_a=2.0, max_stations=2
)
G1, G2 = EvseId("G-01", 1), EvseId("G-02", 1)


def site(guests: GuestPlace | None = GUESTS) -> Site:
    return small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0), guests=guests)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, site()) as opened:
        yield opened


async def test_station_of_a_site_file_may_connect(office: Office) -> None:
    assert (await office.sites.admit("G-01")).is_granted
    assert office.sites.of_station("G-01") is office.live
    assert await office.rows("SELECT id, is_guest FROM station ORDER BY id") == [
        {"id": "G-01", "is_guest": 0},
        {"id": "G-02", "is_guest": 0},
    ]


async def test_guest_gets_the_place_for_guests_and_is_kept(office: Office) -> None:
    assert (await office.sites.admit("visitor")).is_granted
    assert office.evse("visitor/1").place == EvsePlace(
        evse=EvseId("visitor", 1), feeder_id="level-2", lines=(1, 2, 3), max_a=16.0, fallback_a=2.0
    )
    assert EvseId("visitor", 1) in office.live.evses
    rows = await office.rows("SELECT site_id, is_guest FROM station WHERE id = 'visitor'")
    assert rows == [{"site_id": "fjordgata", "is_guest": 1}]


async def test_guest_counts_at_its_rating_from_the_first_moment(office: Office) -> None:
    await office.sites.admit("visitor")
    assert office.evse("visitor/1").allowance == Allowance(
        rating_a=16.0, fallback_a=2.0, standing=Standing.UNKNOWN
    )


async def test_guest_that_comes_again_takes_no_second_place(office: Office) -> None:
    assert [await office.sites.admit("visitor") for _ in range(3)] == [Admission()] * 3
    assert (await office.sites.admit("other")).is_granted
    refusal = Admission("all 2 places for guests are taken")
    assert await office.sites.admit("one too many") == refusal


async def test_guests_that_come_at_once_do_not_share_the_last_place(office: Office) -> None:
    await office.sites.admit("visitor")
    admitted = await asyncio.gather(office.sites.admit("a"), office.sites.admit("b"))
    assert sorted(one.is_granted for one in admitted) == [False, True]
    rows = await office.rows("SELECT count(*) AS count FROM station WHERE is_guest")
    assert rows == [{"count": 2}]


async def test_guest_that_comes_twice_at_once_takes_one_place(office: Office) -> None:
    admitted = await asyncio.gather(*(office.sites.admit("visitor") for _ in range(2)))
    assert admitted == [Admission(), Admission()]
    assert (await office.sites.admit("other")).is_granted


async def test_stranger_is_refused_where_there_is_no_place_for_guests(database_file: Path) -> None:
    async with open_office(database_file, site(guests=None)) as office:
        refusal = Admission("it is in no site file, and no site has a place for guests")
        assert await office.sites.admit("visitor") == refusal
        assert office.sites.of_station("visitor") is None
        rows = await office.rows("SELECT id FROM station WHERE id = 'visitor'")
        assert rows == []


async def test_guest_that_could_not_be_kept_has_no_place(office: Office) -> None:
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await office.sites.admit("visitor")
    assert office.sites.of_station("visitor") is None
    office.is_disk_full = False
    assert (await office.sites.admit("visitor")).is_granted
    assert await office.rows("SELECT id FROM station WHERE is_guest") == [{"id": "visitor"}]


async def test_second_site_takes_the_guests_that_the_first_has_no_room_for(
    database_file: Path,
) -> None:
    other = replace(site(), site_id="havnegata", places=())
    async with open_office(database_file, site(guests=None), other) as office:
        assert (await office.sites.admit("visitor")).is_granted
        assert office.sites.of_station("visitor") is office.sites.live("havnegata")


async def test_connection_is_kept_and_wakes_the_site(office: Office) -> None:
    office.live.dirty.clear()
    await office.sites.connected("G-01", "2.0.1")
    station = office.live.stations["G-01"]
    assert (station.is_connected, station.protocol, station.is_ready) == (True, "2.0.1", False)
    assert office.live.dirty.is_set()
    assert await office.rows("SELECT protocol FROM station WHERE id = 'G-01'") == [
        {"protocol": "2.0.1"}
    ]


async def test_lost_connection_wakes_the_site_and_frees_nothing(office: Office) -> None:
    await office.sites.connected("G-01", "1.6")
    evse = office.evse("G-01/1")
    evse.allowance = evse.allowance.restanding(Standing.HELD).sent(limit(20.0))
    office.live.dirty.clear()
    await office.sites.disconnected("G-01")
    assert not office.live.stations["G-01"].is_connected
    assert office.live.dirty.is_set()
    assert evse.allowance.now_a(NOON) == 20.0


async def test_stranger_that_goes_is_no_matter(office: Office) -> None:
    await office.sites.disconnected("stranger")
    assert list(office.live.stations) == ["G-01", "G-02"]


def test_unknown_names_are_told() -> None:
    sites = Office(None, [site()], FakeClock()).sites  # type: ignore[arg-type]
    with pytest.raises(UnknownSiteError, match="no site is called 'nowhere'"):
        sites.live("nowhere")
    with pytest.raises(UnknownStationError, match="no station is called 'X-99'"):
        sites.evse(EvseId("X-99", 1))
    with pytest.raises(UnknownEvseError, match="station 'G-01' has no EVSE 2"):
        sites.evse(EvseId("G-01", 2))
    assert sites.evse(G1)[1].place.evse == G1
    assert sites.ids() == ("fjordgata",)


def limit(amps: float, live_s: float = 900.0) -> TimedLimit:
    return TimedLimit(
        starts_at=NOON, ends_at=NOON + timedelta(seconds=live_s), steps=((0, amps), (300, 6.0))
    )


async def sent(office: Office, evse: EvseId, what: TimedLimit, verdict: Verdict) -> None:
    """Keep a limit of a running transaction with what came of it, and let the site know it."""
    live = office.live.evses[evse]
    assert live.transaction is not None
    facts = {
        "plan_number": 1,
        "transaction_id": live.transaction.transaction,
        "purpose": "tx",
    }
    async with office.open_uow() as uow:
        number = await add_sent_limit(uow, evse, what, NOON, facts)
        if verdict is not Verdict.UNCERTAIN:
            await uow.control.settle_limit(number, verdict, "", NOON)
        await uow.commit()
    live.allowance = live.allowance.sent(what).settled(what, verdict)


async def stood(office: Office, evse: EvseId, standing: Standing, fallback_a: float) -> None:
    """Keep whether an EVSE holds its fallback."""
    async with office.open_uow() as uow:
        await uow.stations.note_standing(evse, standing, fallback_a, NOON)
        await uow.commit()
    live = office.live.evses[evse]
    live.allowance = live.allowance.restanding(standing)


async def live_through_a_morning(office: Office) -> None:
    """Two vehicles: one charges by 1.6 under limits, one by 2.0.1; and a guest has come."""
    first, second = TellerV16(), TellerV201()
    office.clock.instant = after(-120)
    await office.sites.admit("visitor")
    await office.sites.connected("G-01", "1.6")
    await office.sites.connected("G-02", "2.0.1")
    model = StationModel(vendor="Nordlys", model="NL-22")
    await office.handle(StationBooted(station_id="G-02", model=model))
    await stood(office, G1, Standing.HELD, 6.0)
    await stood(office, G2, Standing.REFUSED, 6.0)
    for number in range(2):  # a past
        old = TellerV201(f"old-{number}")
        office.clock.instant = after(-110 + 20 * number)
        await office.hear(old.adapter, *old.starts(office.clock.instant), "G-02")
        office.clock.instant += timedelta(minutes=10)
        await office.hear(old.adapter, *old.stops(office.clock.instant, BEGIN_WH + 1_000), "G-02")
    office.clock.instant = after(-60)
    first.learns(await office.hear(first.adapter, *first.starts(after(-60))))
    started = second.starts(after(-60))
    started[1]["transactionInfo"]["chargingState"] = "Charging"
    await office.hear(second.adapter, *started, "G-02")
    charging = StatusChanged(
        station_id="G-01",
        evse_number=1,
        connector_number=1,
        status=ConnectorStatus.OCCUPIED,
        charging_state=ChargingState.CHARGING,
    )
    await office.handle(charging)
    office.clock.instant = NOON
    await office.hear(first.adapter, *first.measures(NOON))
    async with office.open_uow() as uow:
        transaction = office.evse("G-01/1").transaction
        assert transaction is not None
        need = StatedNeed(energy_wh=9_000.0, departs_at=after(300))
        await uow.transactions.state_need(transaction.number, need)
        await uow.commit()
    office.live.transaction_changed(altered(transaction, need=need), NOON)
    await sent(office, G1, limit(16.0), Verdict.ACCEPTED)
    await sent(office, G1, limit(10.0), Verdict.REFUSED)
    await sent(office, G1, limit(20.0), Verdict.UNCERTAIN)


def known(evse: LiveEvse) -> dict[str, Any]:
    """What must survive a restart."""
    names = ("place", "allowance", "status", "charging_state", "transaction", "past")
    return {name: getattr(evse, name) for name in names}


async def test_site_knows_after_a_restart_what_it_knew_before(database_file: Path) -> None:
    clock = FakeClock()
    async with open_office(database_file, site(), clock=clock) as before:
        await live_through_a_morning(before)
        async with open_office(database_file, site(), clock=clock) as again:
            assert list(again.live.evses) == list(before.live.evses)
            for key, evse in before.live.evses.items():
                assert known(again.live.evses[key]) == known(evse)
            assert (
                again.live.tally.energy_today_wh(NOON)
                == before.live.tally.energy_today_wh(NOON)
                == 7_000.0
            )
            assert [one.protocol for one in again.live.stations.values()] == ["1.6", "2.0.1", None]


async def test_after_a_restart_the_highest_that_may_be_drawn_counts(database_file: Path) -> None:
    clock = FakeClock()
    async with open_office(database_file, site(), clock=clock) as before:
        await live_through_a_morning(before)
    async with open_office(database_file, site(), clock=clock) as again:
        allowance = again.evse("G-01/1").allowance
        assert allowance.accepted == limit(16.0)
        assert allowance.uncertain == (limit(20.0),)
        assert allowance.now_a(NOON) == 20.0
        assert again.evse("G-02/1").allowance.now_a(NOON) == 32.0  # it refused its fallback


async def test_nobody_is_connected_after_a_restart_and_all_are_set_up_anew(
    database_file: Path,
) -> None:
    async with open_office(database_file, site()) as before:
        await live_through_a_morning(before)
    async with open_office(database_file, site()) as again:
        states = [(one.is_connected, one.is_ready) for one in again.live.stations.values()]
        assert states == [(False, False)] * 3


async def test_limits_that_lapsed_while_the_server_was_down_do_not_count(
    database_file: Path,
) -> None:
    async with open_office(database_file, site()) as before:
        await live_through_a_morning(before)
    clock = FakeClock(after(15))
    async with open_office(database_file, site(), clock=clock) as again:
        allowance = again.evse("G-01/1").allowance
        assert (allowance.accepted, allowance.uncertain) == (None, ())
        assert allowance.now_a(after(15)) == 6.0


async def test_limits_of_a_transaction_that_ended_do_not_count(database_file: Path) -> None:
    async with open_office(database_file, site()) as before:
        await live_through_a_morning(before)
        teller = TellerV16()
        teller.learns({"transactionId": 3})
        await before.hear(teller.adapter, *teller.stops(NOON))
    async with open_office(database_file, site()) as again:
        assert again.evse("G-01/1").transaction is None
        assert again.evse("G-01/1").allowance.now_a(NOON) == 6.0


async def test_fallback_that_the_file_has_changed_is_not_trusted(database_file: Path) -> None:
    async with open_office(database_file, site()) as before:
        await stood(before, G1, Standing.HELD, 6.0)
    changed = small_site(place("G-01", "level-1", 8.0), place("G-02", "level-2", 6.0))
    async with open_office(database_file, changed) as again:
        assert again.evse("G-01/1").allowance.standing is Standing.UNKNOWN
        assert again.evse("G-01/1").allowance.standing_a == 32.0


async def test_fallback_of_a_station_that_booted_is_not_trusted_after_a_restart(
    database_file: Path,
) -> None:
    async with open_office(database_file, site()) as before:
        await stood(before, G1, Standing.HELD, 6.0)
        model = StationModel(vendor="Nordlys", model="NL-22")
        await before.handle(StationBooted(station_id="G-01", model=model))
    async with open_office(database_file, site()) as again:
        assert again.evse("G-01/1").allowance.standing_a == 32.0


async def test_energy_of_yesterday_is_not_todays(database_file: Path) -> None:
    async with open_office(database_file, site()) as before:
        await live_through_a_morning(before)
    clock = FakeClock(after(11 * 60 + 1))  # past midnight in Oslo, one hour before it in UTC
    async with open_office(database_file, site(), clock=clock) as again:
        assert again.live.tally.energy_today_wh(clock.now()) == 0.0


async def test_guests_beyond_a_lower_number_are_not_placed_again(database_file: Path) -> None:
    async with open_office(database_file, site()) as before:
        for name in ("a", "b"):
            await before.sites.admit(name)
    fewer = site(replace(GUESTS, max_stations=1))
    async with open_office(database_file, fewer) as again:
        assert list(again.live.stations) == ["G-01", "G-02", "a"]
        assert not (await again.sites.admit("b")).is_granted


@pytest.mark.parametrize("status", [ConnectorStatus.OCCUPIED, ConnectorStatus.AVAILABLE])
async def test_vehicle_at_an_evse_that_the_file_does_not_know_is_counted_after_a_restart(
    database_file: Path, status: ConnectorStatus
) -> None:
    async with open_office(database_file, site()) as before:
        teller = TellerV201()
        action, payload = teller.starts(NOON)
        await before.hear(teller.adapter, action, payload | {"evse": {"id": 2, "connectorId": 1}})
        changed = StatusChanged(station_id="G-01", evse_number=2, connector_number=1, status=status)
        await before.handle(changed)
    async with open_office(database_file, site()) as again:
        strays = [str(key) for key, evse in again.live.evses.items() if evse.is_stray]
        assert strays == (["G-01/2"] if status is ConnectorStatus.OCCUPIED else [])
