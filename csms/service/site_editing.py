"""Changing a site's file while the server runs: checked, told beforehand, written, taken at once.

A limit that changes is never above the lower of both while that goes on:

    1  the file is checked as at a start; what would change is compared with what runs
    2  the lower of both limits is in force, and what is too much is cut
    3  the file is written, whole or not at all; then the version is kept
    4  the new limit is in force alone; what is free comes back gradually

When 3 fails, the file and the limits are what they were. A file with anything in it that the
running server cannot take waits for the next start as a whole: 2 and 4 are left out.
"""

import asyncio
import difflib
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from csms.clock import Clock
from csms.domain.errors import Fault, InvalidInputError, SettingsError, SiteFileChangedError
from csms.domain.identity import FeederId, SiteId
from csms.domain.site import AmpereSchedule, PhaseAmps, Site
from csms.domain.site_change import SiteChange, changed_limits, compare_sites
from csms.domain.site_version import NewSiteVersion
from csms.language.said import Said
from csms.service.feeder_limits import limit_now
from csms.service.limit_turns import limit_changed, wake
from csms.service.live_site import LiveSite
from csms.service.ports import SiteFiles
from csms.service.site_effects import effects_of
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_FOUND: Final = Said("found in the file")
_MOST_DIFF_LINES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """What a site's file says.

    Attributes:
        path: Where it is.
        digest: Of the text; to be sent back with a change.
        waiting: What it says that does not run yet.
        faults: Why it cannot be used; none: it can.
    """

    path: str
    text: str
    digest: str
    waiting: tuple[SiteChange, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePreview:
    """What a file would change.

    Attributes:
        changes: Against what runs.
        effects: What that means for chargers, just now.
        diff: Against what the file says, line by line (unified).
        needs_restart: Whether all of it waits for the server's next start.
    """

    changes: tuple[SiteChange, ...]
    effects: tuple[str, ...]
    diff: tuple[str, ...]
    needs_restart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteApplied:
    """What has become of a file.

    Attributes:
        number: Of the version.
        digest: Of what the file says now.
        needs_restart: Whether it waits for the server's next start.
    """

    number: int
    digest: str
    changes: tuple[SiteChange, ...]
    needs_restart: bool


class SiteEditor:
    """Reads and changes the files of sites.

    Args:
        sites: All sites.
        files: Their files.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, files: SiteFiles, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._files = files
        self._open_uow = open_uow
        self._clock = clock
        self._changing = asyncio.Lock()

    async def read(self, site_id: SiteId) -> SiteFile:
        """What a site's file says, and what of it does not run yet.

        Raises:
            UnknownSiteError: There is no such site.
            SiteFileError: It cannot be read.
        """
        live = self._sites.live(site_id)
        path = str(self._files.path_of(site_id))
        text = await asyncio.to_thread(self._files.read, site_id)
        digest = digest_of(text)
        try:
            site = await asyncio.to_thread(self._files.check, site_id, text)
        except SettingsError as error:
            return SiteFile(path=path, text=text, digest=digest, faults=error.faults)
        return SiteFile(path=path, text=text, digest=digest, waiting=_changes(live, site))

    async def preview(self, site_id: SiteId, text: str) -> SitePreview:
        """What a file would change.

        Raises:
            UnknownSiteError: There is no such site.
            SiteFileError: The present file cannot be read.
            SettingsError: Naming line, key and what was expected there.
        """
        live = self._sites.live(site_id)
        site = await asyncio.to_thread(self._files.check, site_id, text)
        present = await asyncio.to_thread(self._files.read, site_id)
        changes = _changes(live, site)
        return SitePreview(
            changes=changes,
            effects=tuple(effects_of(live, site, self._clock.now())),
            diff=tuple(_diff(present, text)),
            needs_restart=_waits(changes),
        )

    async def apply(self, site_id: SiteId, text: str, digest: str, who: str) -> SiteApplied:
        """Let a site's file say something else, and take it at once where that can be.

        Args:
            site_id: Which site.
            text: All that the file is to say.
            digest: Of what it said when it was read.
            who: Who wants it.

        Raises:
            UnknownSiteError: There is no such site.
            SettingsError: Naming line, key and what was expected there.
            SiteFileChangedError: It says something else by now.
            SiteFileError: It cannot be read or written.
            InvalidInputError: Nothing would change.
        """
        live = self._sites.live(site_id)
        async with self._changing:
            present = await asyncio.to_thread(self._files.read, site_id)
            if digest_of(present) != digest:
                raise SiteFileChangedError(site_id)
            site = await asyncio.to_thread(self._files.check, site_id, text)
            changes = _changes(live, site)
            if not changes and text == present:
                raise InvalidInputError(
                    "text", Said("expected something else than what runs already")
                )
            needs_restart = _waits(changes)
            version = NewSiteVersion(
                site_id=site_id,
                at=self._clock.now(),
                who=who,
                text=text,
                changes=tuple(change.text for change in changes),
                is_waiting=needs_restart,
            )
            if needs_restart:
                number = await self._keep(version, present, None)
            else:
                number = await self._take(live, site, version, present)
        logger.info("the file of site %s is version %d, by %s", site_id, number, who)
        return SiteApplied(
            number=number,
            digest=digest_of(text),
            changes=changes,
            needs_restart=needs_restart,
        )

    async def _take(self, live: LiveSite, site: Site, version: NewSiteVersion, present: str) -> int:
        """Keep a version that the running server can take, and let it do so."""
        limits = changed_limits(live.site, site)
        self._turn(live, {key: after for key, (_, after) in limits.items()}, None)
        is_taken = False
        try:
            number = await self._keep(version, present, site)
            is_taken = True
        finally:
            self._turn(live, {}, site if is_taken else None)
        return number

    def _turn(
        self, live: LiveSite, held: dict[FeederId, AmpereSchedule], site: Site | None
    ) -> None:
        """Let other limits be in force: those that are held, and those of another file."""
        now = self._clock.now()
        keys = held.keys() | live.held_limits.keys()
        before: dict[FeederId, PhaseAmps] = {key: limit_now(live, key, now) for key in keys}
        live.held_limits = held
        if site is not None:
            live.follow_file(site)
        for key, before_a in before.items():
            limit_changed(live, key, before_a, now)
        if site is not None and not before:
            wake(live, now)

    async def _keep(self, version: NewSiteVersion, present: str, site: Site | None) -> int:
        """Write the file, then keep the version; when that fails, the file is as it was."""
        site_id = version.site_id
        await asyncio.to_thread(self._files.write, site_id, version.text)
        try:
            async with self._open_uow() as uow:
                newest = await uow.site_versions.newest(site_id)
                if newest is None or newest.version.text != present:
                    await uow.site_versions.add(_found(version, present))
                number = await uow.site_versions.add(version)
                if site is not None:
                    await uow.sites.put(site)
                await uow.commit()
        except BaseException:  # it may be cancelled as well
            self._files.write(site_id, present)
            raise
        return number


def digest_of(text: str) -> str:
    """What a text is recognised by."""
    return hashlib.sha256(text.encode()).hexdigest()


def _changes(live: LiveSite, site: Site) -> tuple[SiteChange, ...]:
    guests = live.stations.keys() - live.listed_stations
    return compare_sites(live.site, site, guests)


def _waits(changes: tuple[SiteChange, ...]) -> bool:
    return any(change.needs_restart for change in changes)


def _found(version: NewSiteVersion, present: str) -> NewSiteVersion:
    """What the file said before anybody changed it here: it can be gone back to."""
    return NewSiteVersion(
        site_id=version.site_id, at=version.at, who=_FOUND, text=present, changes=()
    )


def _diff(present: str, text: str) -> Iterator[str]:
    lines = difflib.unified_diff(present.splitlines(), text.splitlines(), lineterm="", n=2)
    for number, line in enumerate(lines):
        if number >= _MOST_DIFF_LINES:
            yield "…"
            return
        if number > 1:  # the first two name files
            yield line
