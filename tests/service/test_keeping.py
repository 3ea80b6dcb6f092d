"""Whether makes keep their fallbacks over a loss of power: seen after boots, asked for by one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from csms.domain.commands import CompositeOutcome, ResetKind, ResetStation
from csms.domain.dialect import Dialect
from csms.domain.events import StationBooted
from csms.domain.limits import Standing
from csms.domain.site import Site
from csms.domain.station import StationModel
from csms.service.keeping import Keeping
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import plug_in
from tests.service.stubborn import MAKE, come, settled
from tests.service.test_read_back import REFUSED, Oracle, schedule

SITE: Final = small_site(place("G-01", "level-1", 6.0, keeps_fallback=None))
TWO: Final = small_site(
    place("G-01", "level-1", 6.0, keeps_fallback=None),
    place("G-02", "level-2", 6.0, keeps_fallback=None),
)
READS_BACK: Final = Dialect(reads_back=True)


def keeps(office: Office) -> bool | None:
    """What was seen of the make."""
    return office.live.dialects.of(office.live.stations["G-01"]).keeps


@asynccontextmanager
async def seen(path: Path, answer: CompositeOutcome, site: Site = SITE) -> AsyncIterator[Office]:
    """Stations of a make that reads back, each of which has taken its fallback."""
    async with settled(path, site, Oracle(answer=answer)) as office:
        await come(office, *sorted(site.station_ids))
        for station in office.live.stations.values():
            office.live.dialects.put(station, READS_BACK)
        yield office


@in_virtual_time
async def test_make_that_still_shows_its_fallback_after_a_boot_is_counted_at_it_while_it_is_away(
    database_file: Path,
) -> None:
    async with seen(database_file, schedule((0, 6.0))) as office:
        await come(office, "G-01")
        assert keeps(office) is True
        await office.sites.disconnected("G-01")
        assert office.evse("G-01/1").allowance.now_a(office.clock.now()) == 6.0


@in_virtual_time
async def test_make_that_has_lost_its_fallback_counts_at_its_rating_whenever_it_is_away(
    database_file: Path,
) -> None:
    async with seen(database_file, schedule((0, 32.0))) as office:
        await come(office, "G-01")
        assert keeps(office) is False
        assert office.evse("G-01/1").allowance.now_a(office.clock.now()) == 6.0
        await office.sites.disconnected("G-01")
        assert office.evse("G-01/1").allowance.now_a(office.clock.now()) == 32.0


@in_virtual_time
async def test_make_that_has_lost_it_once_is_not_believed_again(database_file: Path) -> None:
    async with seen(database_file, schedule((0, 32.0))) as office:
        await come(office, "G-01")
        office.gateway.reply = Oracle(answer=schedule((0, 6.0)))
        await come(office, "G-01")
        assert keeps(office) is False


@in_virtual_time
@pytest.mark.parametrize(
    "answer",
    [REFUSED, schedule((0, -1.0)), schedule((0, 6.0), starts_at=after(-90))],
    ids=["refused", "negative", "over"],
)
async def test_answer_that_says_nothing_proves_nothing(
    database_file: Path, answer: CompositeOutcome
) -> None:
    async with seen(database_file, answer) as office:
        await come(office, "G-01")
        assert keeps(office) is None


@in_virtual_time
async def test_make_whose_schedules_cannot_be_believed_is_not_asked(database_file: Path) -> None:
    async with seen(database_file, schedule((0, 6.0))) as office:
        office.live.dialects.put(office.live.stations["G-01"], Dialect(reads_back=False))
        await come(office, "G-01")
        assert keeps(office) is None


@in_virtual_time
async def test_who_keeps_it_counts_at_it_after_a_boot_and_is_given_it_anew_all_the_same(
    database_file: Path,
) -> None:
    async with seen(database_file, schedule((0, 6.0))) as office:
        oracle = office.gateway.reply
        assert isinstance(oracle, Oracle)
        await come(office, "G-01")
        told = len(oracle.offered)
        office.live.station_booted("G-01")
        assert office.evse("G-01/1").allowance.standing is Standing.HELD
        await come(office, "G-01")
        assert len(oracle.offered) > told


@in_virtual_time
async def test_what_was_seen_of_a_make_counts_after_a_restart(database_file: Path) -> None:
    async with seen(database_file, schedule((0, 6.0))) as office:
        model = StationModel(vendor=MAKE.vendor, model=MAKE.model, firmware=MAKE.firmware)
        await office.handle(StationBooted(station_id="G-01", model=model))
        await asyncio.sleep(1)
        assert keeps(office) is True
    async with open_office(database_file, SITE) as again:
        assert again.evse("G-01/1").allowance.now_a(NOON) == 6.0


@in_virtual_time
async def test_one_idle_station_of_a_make_is_restarted_once_to_see_what_it_keeps(
    database_file: Path,
) -> None:
    async with seen(database_file, schedule((0, 6.0)), TWO) as office:
        free(office, "G-01", "G-02")
        keeping = Keeping(office.access)
        await keeping.restart_one()
        await keeping.restart_one()
        assert restarts(office) == ["G-01"]


@in_virtual_time
async def test_nobody_is_restarted_who_charges_or_whose_connectors_are_not_known_to_be_free(
    database_file: Path,
) -> None:
    async with seen(database_file, schedule((0, 6.0)), TWO) as office:
        free(office, "G-01")
        plug_in(office.live, "G-01")
        await Keeping(office.access).restart_one()
        assert restarts(office) == []


@in_virtual_time
@pytest.mark.parametrize("known", [True, False])
async def test_nobody_is_restarted_whose_make_has_shown_it(
    database_file: Path, known: bool
) -> None:
    async with seen(database_file, schedule((0, 6.0)), TWO) as office:
        free(office, "G-01", "G-02")
        office.live.dialects.put(office.live.stations["G-01"], replace(READS_BACK, keeps=known))
        await Keeping(office.access).restart_one()
        assert restarts(office) == []


@in_virtual_time
async def test_nobody_is_restarted_where_the_site_file_says_so(database_file: Path) -> None:
    gentle = replace(TWO, control=replace(TWO.control, proves_by_reset=False))
    async with seen(database_file, schedule((0, 6.0)), gentle) as office:
        free(office, "G-01", "G-02")
        await Keeping(office.access).restart_one()
        assert restarts(office) == []


@in_virtual_time
async def test_nobody_is_restarted_for_whom_somebody_vouches(database_file: Path) -> None:
    vouched = small_site(place("G-01", "level-1", 6.0, keeps_fallback=True))
    async with seen(database_file, schedule((0, 6.0)), vouched) as office:
        free(office, "G-01")
        await Keeping(office.access).restart_one()
        assert restarts(office) == []


def free(office: Office, *station_ids: str) -> None:
    """Let stations have told that no vehicle is there."""
    for station_id in station_ids:
        for evse in office.live.evses_of(station_id):
            evse.free_at = office.clock.now()


def restarts(office: Office) -> list[str]:
    """Who was restarted."""
    return [to for to, command in office.gateway.sent if command == ResetStation(ResetKind.SOFT)]
