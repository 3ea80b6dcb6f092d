"""The audit log: who has changed or commanded what, when, from where, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.access import CallerKind
from csms.domain.identity import SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change or command. What is written is never changed.

    Attributes:
        who: A user, `user/key`, a grid company, `anybody` while access is open.
        by: How they have shown who they are, or the door that they came by: `mqtt`, `command line`.
        address: From where; empty: from this machine's command line.
        action: What was asked for, by its name in the API: `impose_limit`.
        target: About what: a path, or a topic.
        site_id: Where; None: it is of no site, or of several.
        detail: What was sent, without secrets.
        is_done: Whether it was done.
        result: What came of it, in words.
    """

    at: datetime
    who: str
    by: CallerKind | str
    address: str
    action: str
    target: str
    site_id: SiteId | None = None
    detail: str = ""
    is_done: bool
    result: str


@dataclass(frozen=True, slots=True)
class KeptAuditEntry:
    """An entry under its number, which counts up."""

    number: int
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWanted:
    """Which entries are looked for; None: any.

    Attributes:
        who: Those whose name begins so.
        action: With that name.
        text: It stands in the target, the detail or the result.
        is_done: Only those that were done, or were not.
        before: Their numbers are smaller: the last one of the page before.
    """

    who: str | None = None
    action: str | None = None
    site_id: SiteId | None = None
    text: str | None = None
    is_done: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
