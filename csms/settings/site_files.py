"""The files of sites: read, checked beside all other settings, and written whole or not at all."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csms.domain.errors import Fault, SettingsError, SiteFileError
from csms.domain.identity import SiteId
from csms.domain.site import Site
from csms.settings.app_file import check_app
from csms.settings.site_file import site_of

_BACKUP: Final = ".bak"
_HALF_WRITTEN: Final = ".new"


@dataclass(frozen=True, slots=True)
class SiteFilePlace:
    """Where a site's file is.

    Attributes:
        path: The file.
        copy_of: The file that it is a copy of: paths in it are relative to that.
    """

    path: Path
    copy_of: Path | None = None


class SiteFileFolder:
    """The files of all sites. Everything here takes its time: not for the event loop.

    Args:
        places: Where each site's file is.
        app_file: The server's settings, which name them; None: there are none.
    """

    def __init__(self, places: Mapping[SiteId, SiteFilePlace], app_file: Path | None) -> None:
        self._places = places
        self._app_file = app_file

    def path_of(self, site_id: SiteId) -> Path:
        """Where a site's file is.

        Raises:
            SiteFileError: The server knows of none.
        """
        return self._place_of(site_id).path

    def read(self, site_id: SiteId) -> str:
        """What a site's file says.

        Raises:
            SiteFileError: It cannot be read.
        """
        path = self.path_of(site_id)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SiteFileError(path, f"it cannot be read: {error}") from error

    def check(self, site_id: SiteId, text: str) -> Site:
        """Read a site from what its file would say, beside all other settings.

        Raises:
            SettingsError: Naming line, key and what was expected there.
        """
        place = self._place_of(site_id)
        path = place.path
        try:
            site = site_of(place.copy_of or path, text)
        except SettingsError as error:
            raise SettingsError(path, error.faults) from error
        if site.site_id != site_id:
            message = f"expected {site_id!r}, the site whose file it is, got {site.site_id!r}"
            raise SettingsError(path, (Fault(_line_of_site(text), "site", message),))
        if self._app_file is not None:
            check_app(self._app_file, {path.resolve(): site})
        return site

    def write(self, site_id: SiteId, text: str) -> None:
        """Let a site's file say something else; what it said before stays beside it, as `.bak`.

        Raises:
            SiteFileError: It cannot be written; it says what it said before.
        """
        path = self.path_of(site_id).resolve()
        half = path.with_name(path.name + _HALF_WRITTEN)
        try:
            shutil.copy2(path, path.with_name(path.name + _BACKUP))
            with half.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(path, half)
            half.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise SiteFileError(path, f"it cannot be written: {error.strerror or error}") from error

    def _place_of(self, site_id: SiteId) -> SiteFilePlace:
        try:
            return self._places[site_id]
        except KeyError:
            raise SiteFileError(site_id, "the server does not know its file") from None


def _flush_folder(folder: Path) -> None:
    """Have the new name on the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line_of_site(text: str) -> int:
    lines = text.splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.startswith("site:")), 1)
