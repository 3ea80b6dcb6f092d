"""A site's file is changed while the site runs: what is in force meanwhile, and when it fails."""

# ruff: noqa: RUF001 - words are set with true times signs

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError, SiteFileChangedError, SiteFileError
from csms.domain.site import AmpereSchedule, Site
from csms.service.site_editing import SiteEditor, digest_of
from tests.domain.sites import flat, place
from tests.service.imposing import LEVEL, SITE, limit_a, open_level, usable_a
from tests.service.rig import NOON, CommitError, Office
from tests.service.sites import evse_of

OLD = "as it is"


@dataclass
class FakeFiles:
    """The file of one site, in memory.

    Attributes:
        text: What it says.
        sites: What texts mean.
        on_write: Called whenever the file is written.
    """

    text: str
    sites: dict[str, Site]
    on_write: Callable[[], None] = lambda: None
    written: list[str] = field(default_factory=list)

    def path_of(self, _site_id: str) -> Path:
        return Path("site.yaml")

    def read(self, _site_id: str) -> str:
        return self.text

    def check(self, _site_id: str, text: str) -> Site:
        return self.sites[text]

    def write(self, _site_id: str, text: str) -> None:
        self.on_write()
        self.text = text
        self.written.append(text)


@dataclass
class Desk:
    """The editor of a level with two chargers that may draw 20 A each."""

    office: Office
    files: FakeFiles
    editor: SiteEditor

    def means(self, text: str, **limits: AmpereSchedule) -> None:
        """Let a text mean the site with other limits."""
        site = self.office.live.site
        feeders = tuple(
            replace(one, limit=limits.get(one.feeder_id.replace("-", "_"), one.limit))
            for one in site.feeders
        )
        self.files.sites[text] = replace(site, feeders=feeders)

    async def apply(self, text: str) -> int:
        """Let the file say something else."""
        digest = digest_of(self.files.text)
        return (await self.editor.apply(SITE, text, digest, "kari")).number


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """An editor."""
    async with open_level(database_file) as office:
        files = FakeFiles(OLD, {OLD: office.live.site})
        editor = SiteEditor(office.sites, files, office.open_uow, office.clock)
        yield Desk(office, files, editor)


async def test_a_lower_limit_counts_before_it_is_written(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))
    seen: list[list[float]] = []
    desk.files.on_write = lambda: seen.append(limit_a(desk.office, 0))
    await desk.apply("lower")
    assert seen == [[30.0] * 3]
    assert limit_a(desk.office, 0) == [30.0] * 3
    assert desk.office.live.urgent.is_set()  # 40 A may be drawn: the guard cuts at once
    assert desk.files.text == "lower"


async def test_a_higher_limit_counts_once_it_is_written_and_room_comes_gradually(
    desk: Desk,
) -> None:
    desk.means("higher", level_1=flat(60.0))
    seen: list[list[float]] = []
    desk.files.on_write = lambda: seen.append(limit_a(desk.office, 0))
    await desk.apply("higher")
    assert seen == [[40.0] * 3]
    assert limit_a(desk.office, 0) == [60.0] * 3
    assert usable_a(desk.office, 0) == pytest.approx(40.0)
    assert not desk.office.live.urgent.is_set()


async def test_of_two_limits_that_cross_each_feeder_has_the_lower_one(desk: Desk) -> None:
    desk.means("both", level_1=flat(60.0), intake=flat(50.0))
    seen: list[tuple[list[float], list[float]]] = []
    desk.files.on_write = lambda: seen.append(
        (limit_a(desk.office, 0), limit_a(desk.office, 0, "intake"))
    )
    await desk.apply("both")
    assert seen == [([40.0] * 3, [50.0] * 3)]


async def test_a_file_that_cannot_be_written_changes_nothing(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))

    def fail() -> None:
        raise SiteFileError("site.yaml", "it cannot be written: No space left on device")

    desk.files.on_write = fail
    with pytest.raises(SiteFileError):
        await desk.apply("lower")
    assert limit_a(desk.office, 0) == [40.0] * 3
    assert desk.office.live.held_limits == {}
    assert await desk.office.rows("SELECT number FROM site_version") == []


async def test_a_version_that_cannot_be_kept_leaves_the_file_as_it_was(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))
    desk.office.is_disk_full = True
    with pytest.raises(CommitError):
        await desk.apply("lower")
    assert desk.files.written == ["lower", OLD]
    assert limit_a(desk.office, 0) == [40.0] * 3


async def test_one_line_that_waits_for_a_start_lets_the_whole_file_wait(desk: Desk) -> None:
    desk.means("waits", level_1=flat(30.0))
    desk.files.sites["waits"] = replace(desk.files.sites["waits"], voltage_v=400.0)
    await desk.apply("waits")
    assert limit_a(desk.office, 0) == [40.0] * 3
    told = await desk.editor.read(SITE)
    assert [(one.text, one.needs_restart) for one in told.waiting] == [
        ("Limit of Level 1: 3 × 40 A → 3 × 30 A", False),
        ("voltage_v: 230 → 400", True),
    ]


async def test_who_changed_what_is_kept_and_so_is_what_was_found(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))
    await desk.apply("lower")
    desk.means(OLD, level_1=flat(40.0))
    number = await desk.apply(OLD)  # and back
    assert number == 3
    assert limit_a(desk.office, 0) == [40.0] * 3
    rows = await desk.office.rows("SELECT who, text, changes FROM site_version ORDER BY number")
    assert [(row["who"], row["text"]) for row in rows] == [
        ("found in the file", OLD),
        ("kari", "lower"),
        ("kari", OLD),
    ]


async def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))
    with pytest.raises(SiteFileChangedError):
        await desk.editor.apply(SITE, "lower", digest_of("as it was"), "kari")
    with pytest.raises(InvalidInputError, match="something else than what runs already"):
        await desk.apply(OLD)
    assert desk.files.written == []


async def test_a_new_charger_is_there_at_once_and_counts_until_it_has_come(desk: Desk) -> None:
    site = desk.office.live.site
    desk.files.sites["more"] = replace(site, places=(*site.places, place("C-3", LEVEL, 6.0)))
    told = await desk.editor.preview(SITE, "more")
    assert told.effects == (
        (
            "Until C-3/1 has come and has taken its standing limit, 32 A are kept free for it "
            "below Level 1"
        ),
    )
    await desk.apply("more")
    live = desk.office.live
    assert evse_of(live, "C-3").allowance.now_a(NOON) == 32.0
    assert not live.is_guest("C-3")
    assert live.urgent.is_set()  # the others may draw 40 A beside it: they are cut


async def test_before_it_is_applied_it_is_told_what_it_does_to_chargers(desk: Desk) -> None:
    desk.means("lower", level_1=flat(30.0))
    told = await desk.editor.preview(SITE, "lower")
    assert told.effects == (
        (
            "Level 1: up to 10 A a line less from now on for C-1, C-2; 10 A of what may be drawn "
            "now are taken back at once"
        ),
    )
    assert told.diff[1:] == ("-as it is", "+lower")
    assert not told.needs_restart
    assert limit_a(desk.office, 0) == [40.0] * 3
