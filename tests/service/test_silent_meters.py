"""Meters that fall silent: answered before the next plan."""

from datetime import timedelta
from pathlib import Path

from csms.service.silent_meters import SilentMeters
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, Office, open_office
from tests.service.sites import connect, hold, plug_in, with_meter

SITE = with_meter(small_site(place("G-01", "level-1", 0.0)), flat(40.0), step_a=6.0)


def charging(office: Office, amps: float) -> None:
    """A vehicle charges, and the building draws 10 A by a meter that reports every 10 s."""
    connect(office.live, "G-01")
    hold(plug_in(office.live, "G-01"), amps)
    for second in range(0, 60, 10):
        office.live.read_feeder("intake", NOON + timedelta(seconds=second), (10.0,) * 3)
    office.clock.turn(50)


def is_alarmed(office: Office, second: float) -> bool:
    """Whether limits are to be cut at once, so long after the meter was last read."""
    office.clock.instant = NOON + timedelta(seconds=50 + second)
    office.live.urgent.clear()
    SilentMeters(office.live).look(office.clock.now())
    return office.live.urgent.is_set()


async def test_what_a_silent_meter_may_hide_is_cut_as_soon_as_there_is_no_room_for_it(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE) as office:
        charging(office, 32.0)  # 31 A are left, for 10 A and three steps of 6 A
        assert [is_alarmed(office, s) for s in (10, 15, 25, 35)] == [False, False, False, True]


async def test_stale_meter_is_answered_where_the_worst_case_does_not_fit(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE) as office:
        charging(office, 22.0)  # 41 A are left, and the worst case is 40 A
        assert not is_alarmed(office, 181)
        hold(office.evse("G-01/1"), 24.0)
        assert is_alarmed(office, 181)


async def test_nothing_is_looked_for_again_while_nothing_has_changed(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        charging(office, 32.0)
        watch = SilentMeters(office.live)
        office.clock.instant = NOON + timedelta(seconds=85)
        watch.look(office.clock.now())
        assert office.live.urgent.is_set()
        office.live.urgent.clear()
        watch.look(office.clock.now())
        assert not office.live.urgent.is_set()
