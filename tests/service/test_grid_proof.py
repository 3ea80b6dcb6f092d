"""What is recorded of feeders that grid companies may limit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from csms.service.grid_parties import GridParties
from csms.service.grid_proof import GridProof
from csms.service.overload_watch import OverloadWatch
from tests.domain.sites import flat, place, small_site
from tests.service.grid_companies import INTAKE, KRAFT, LEVEL, amps, send
from tests.service.rig import NOON, CommitError, Office, after, open_office
from tests.service.sites import with_meter

SITE = with_meter(small_site(place("A", "level-1", 6.0)), flat(60.0))


class Recording:
    """An office, and what is recorded of it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.proof = GridProof(GridParties([KRAFT]), office.sites, office.open_uow, office.clock)

    def look(self, minutes: float, load_a: float | None = None) -> None:
        """Look at an instant, after the building's meter has shown a current."""
        self.office.clock.instant = after(minutes)
        if load_a is not None:
            self.building(minutes, load_a)
        self.proof.look()

    def building(self, minutes: float, load_a: float) -> None:
        """Let the building's meter show a current."""
        self.office.live.read_feeder("intake", after(minutes), (load_a, 1.0, 2.0))

    async def rows(self) -> list[dict[str, Any]]:
        await self.proof.keep()
        return await self.office.rows(
            "SELECT feeder_id, starts_at, limited_by, limit_a, measured_s, load_as, peak_a, "
            "margin_a FROM grid_quarter ORDER BY feeder_id, starts_at"
        )


@asynccontextmanager
async def recording(path: Path) -> AsyncIterator[Recording]:
    async with open_office(path, SITE, companies=(KRAFT,)) as office:
        yield Recording(office)


async def test_each_quarter_has_its_limit_its_owner_and_what_was_measured(
    database_file: Path,
) -> None:
    async with recording(database_file) as one:
        one.look(0, 30.0)
        one.look(0.1, 20.0)  # the last 6 seconds
        await send(one.office, amps(25, 0, 60), company=KRAFT, target=INTAKE)
        one.look(0.2, 26.0)
        intake, level = await one.rows()
        assert intake == {
            "feeder_id": "intake",
            "starts_at": "2026-01-14 12:00:00.000000",
            "limited_by": "Kraft AS",
            "limit_a": "[25.0,25.0,25.0]",
            "measured_s": 12.0,
            "load_as": "[276.0,12.0,24.0]",
            "peak_a": "[26.0,1.0,2.0]",
            "margin_a": -1.0,
        }
        assert (level["limited_by"], level["limit_a"]) == ("the site file", "[40.0,40.0,40.0]")
        assert level["peak_a"] == "[0.0,0.0,0.0]"


async def test_margin_tells_of_what_the_guard_saw_between_two_looks(database_file: Path) -> None:
    async with recording(database_file) as one:
        watch = OverloadWatch(one.office.live)
        one.look(14.7, 30.0)
        one.look(14.8, 30.0)
        one.building(14.99, 64.5)
        watch.look(after(14.99))
        one.building(15.0, 30.0)
        watch.look(after(15.0))
        one.look(15.05)
        before, quarter = [row for row in await one.rows() if row["feeder_id"] == "intake"]
        assert (before["margin_a"], before["peak_a"]) == (-1.5, "[64.5,1.0,2.0]")
        assert (quarter["margin_a"], quarter["peak_a"]) == (33.0, "[30.0,1.0,2.0]")
        one.building(15.06, 63.75)
        watch.look(after(15.06))
        one.look(15.1, 30.0)
        _, quarter = [row for row in await one.rows() if row["feeder_id"] == "intake"]
        assert (quarter["margin_a"], quarter["peak_a"]) == (-0.75, "[63.75,1.0,2.0]")


async def test_a_new_quarter_begins_a_row(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(14.9, 10.0)
        one.look(14.95, 10.0)
        one.look(15.05, 20.0)  # of six seconds, three lie before the quarter
        intake = [row for row in await one.rows() if row["feeder_id"] == "intake"]
        assert [row["peak_a"][:5] for row in intake] == ["[10.0", "[20.0"]
        assert [row["measured_s"] for row in intake] == [3.0, 3.0]


async def test_without_a_fresh_meter_nothing_is_measured(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(0, 10.0)
        for minutes in (3.1, 3.2):
            one.look(minutes)
        [intake, _] = await one.rows()
        assert (intake["measured_s"], intake["load_as"], intake["margin_a"]) == (0.0, None, None)
        assert intake["limit_a"] == "[63.0,63.0,63.0]"


async def test_what_was_not_looked_at_for_long_is_not_known(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(0, 10.0)
        one.look(1.0, 10.0)
        [intake, _] = await one.rows()
        assert intake["measured_s"] == 0.0


async def test_a_restart_goes_on_with_the_quarter(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(0, 10.0)
        one.look(0.1, 10.0)
        await one.proof.keep()
    async with recording(database_file) as again:
        again.office.clock.instant = after(1)
        await again.proof.load()
        again.look(1, 30.0)
        again.look(1.1, 30.0)
        [intake, _] = await again.rows()
        assert (intake["measured_s"], intake["load_as"]) == (12.0, "[240.0,12.0,24.0]")


async def test_what_could_not_be_written_is_written_later(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(14.9, 10.0)
        one.look(15.1, 10.0)
        one.office.is_disk_full = True
        try:
            await one.proof.keep()
        except CommitError:
            one.office.is_disk_full = False
        assert len(await one.rows()) == 4


async def test_old_quarters_are_forgotten(database_file: Path) -> None:
    async with recording(database_file) as one:
        one.look(0, 10.0)
        assert len(await one.rows()) == 2
        one.look(401 * 24 * 60, 10.0)
        assert [row["starts_at"][:10] for row in await one.rows()] == ["2027-02-19"] * 2


async def test_nothing_is_recorded_where_no_company_may_limit(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        company = replace(KRAFT, feeders=frozenset({LEVEL}))
        proof = GridProof(GridParties([company]), office.sites, office.open_uow, office.clock)
        proof.look()
        await proof.keep()
        rows = await office.rows("SELECT feeder_id, starts_at FROM grid_quarter")
        assert [(row["feeder_id"], row["starts_at"][:16]) for row in rows] == [
            ("level-1", NOON.isoformat(sep=" ")[:16])
        ]
        none = GridProof(GridParties([]), office.sites, office.open_uow, office.clock)
        none.look()
        await none.keep()
        await none.run()
