"""What is told of resources is counted, and who falls silent or disobeys is answered at once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.domain.guard_event import GuardEventKind
from csms.domain.resource import Quantity, Setpoint
from csms.service.grid_guard import is_overcommitted, keep_books
from csms.service.measured_flows import measured_load
from csms.service.resource_readings import ResourceReadings, SilentResources
from tests.domain.resources import BATTERY, HEAT_PUMP, ROOF, with_resources
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, Office, open_office
from tests.service.sites import connect, hold, plug_in

SITE = with_resources(small_site(place("G-01", "level-1", 0.0)), BATTERY, ROOF, HEAT_PUMP)


def readings(office: Office) -> ResourceReadings:
    for one in office.live.resources.values():
        one.known_from = NOON - timedelta(hours=1)
    return ResourceReadings(office.sites, office.clock)


def allowed_a(office: Office, feeder_id: str) -> float:
    """The most that may flow on the first line just now."""
    books = keep_books(office.live, office.clock.now())
    return float(books.allowed_a[feeder_id][0, 0])


async def test_unheard_resources_count_at_their_ratings(database_file: Path) -> None:
    # 6.9 kW are 10 A, 4.14 kW 6 A; the sun counts nothing; an idle charger counts nothing
    async with open_office(database_file, SITE) as office:
        connect(office.live, "G-01")
        assert allowed_a(office, "intake") == pytest.approx(16.0)
        assert allowed_a(office, "level-1") == pytest.approx(6.0)
        told = readings(office)
        told.report("fjordgata", "battery", {Quantity.POWER_W: -3_000.0}, None)
        office.live.resources["heat-pump"].tell(
            Setpoint(690.0, NOON, NOON + timedelta(seconds=900))
        )
        told.report("fjordgata", "heat-pump", {Quantity.POWER_W: 690.0}, None)
        told.report("fjordgata", "roof", {Quantity.POWER_W: -9_000.0}, None)
        assert allowed_a(office, "intake") == pytest.approx(1.0)


async def test_what_they_draw_shows_in_what_is_measured(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        told = readings(office)
        told.report("fjordgata", "battery", {Quantity.POWER_W: 3_450.0}, None)
        told.report("fjordgata", "roof", {Quantity.POWER_W: -9_000.0}, None)
        assert measured_load(office.live, NOON)["intake"] == pytest.approx((5.0, 5.0, 5.0))


async def test_resource_that_falls_silent_is_made_room_for_at_once(database_file: Path) -> None:
    tight = replace(SITE, feeders=small_site(intake=flat(47.0)).feeders)
    async with open_office(database_file, tight) as office:
        told = readings(office)
        connect(office.live, "G-01")
        hold(plug_in(office.live, "G-01"), 32.0)
        for name in ("battery", "heat-pump"):
            told.report("fjordgata", name, {Quantity.POWER_W: 0.0}, None)
        watch = SilentResources(office.live)
        watch.look(office.clock.now())
        office.live.urgent.clear()
        assert not is_overcommitted(office.live, office.clock.now())
        office.clock.turn(181)  # 32 A, and 16 A of both
        watch.look(office.clock.now())
        assert is_overcommitted(office.live, office.clock.now())
        assert office.live.urgent.is_set()


async def test_disobedience_is_noted_and_answered(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        told = readings(office)
        connect(office.live, "G-01")
        told.report("fjordgata", "heat-pump", {Quantity.POWER_W: 0.0}, None)
        office.live.resources["heat-pump"].tell(
            Setpoint(1_000.0, NOON, NOON + timedelta(seconds=900))
        )
        office.clock.turn(60)
        told.report("fjordgata", "heat-pump", {Quantity.POWER_W: 3_000.0}, None)
        [event] = office.live.guard.take()
        assert (event.kind, event.feeder_id) == (GuardEventKind.UNSTEERABLE, "level-1")
        assert event.cause == (
            "Heat pump draws 3.0 kW, more than it was told; it counts at its rating of 4.14 kW "
            "until it has kept to it for ten minutes"
        )
        assert allowed_a(office, "level-1") == pytest.approx(6.0)


async def test_wrong_readings_are_refused(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        told = readings(office)
        with pytest.raises(UnknownSiteError):
            told.report("nowhere", "roof", {Quantity.POWER_W: 0.0}, None)
        with pytest.raises(InvalidInputError, match="expected a resource of fjordgata"):
            told.report("fjordgata", "boiler", {Quantity.POWER_W: 0.0}, None)
        with pytest.raises(InvalidInputError, match="expected one of power_w, got none"):
            told.report("fjordgata", "roof", {}, None)
        with pytest.raises(InvalidInputError, match="expected the last hour"):
            told.report("fjordgata", "roof", {Quantity.POWER_W: 0.0}, NOON + timedelta(minutes=10))
