"""Versions of a site's file: who changed it, when, and to what."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.identity import SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSiteVersion:
    """A version of a site's file that is to be kept.

    Attributes:
        who: Who has put it there.
        text: All that it says.
        changes: What it changed, in words.
        is_waiting: Whether it was to wait for the server's next start.
    """

    site_id: SiteId
    at: datetime
    who: str
    text: str
    changes: tuple[str, ...]
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class SiteVersion:
    """A kept version under its number, which counts up."""

    number: int
    version: NewSiteVersion
