"""Who may do what: permissions, what each role may do, and who somebody is that asks.

This table is the only place that says what a role may do; `csms/api/route_rules.py` says which
permission each route needs, and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from csms.domain.grid_company import PartyId
from csms.domain.identity import SiteId
from csms.language.languages import Language


class AccessMode(StrEnum):
    """Who is let in over HTTP."""

    LOGIN = "login"
    """Users, and programs with a key."""
    OPEN = "open"
    """Whoever reaches the server, which listens on loopback alone: they may do everything."""


class Permission(StrEnum):
    """What can be allowed; also the scopes of API keys."""

    USE_ACCOUNT = "account.use"
    VIEW_SITE = "site.view"
    VIEW_STATION = "station.view"
    VIEW_TRANSACTION = "transaction.view"
    VIEW_METRICS = "metrics.view"
    EXPORT = "data.export"
    VIEW_MESSAGE = "message.view"
    VIEW_TOKEN = "token.view"  # noqa: S105 - no password
    VIEW_SECURITY = "security.view"
    STATE_NEED = "need.state"
    IMPOSE_LIMIT = "limit.impose"
    SEND_COMMAND = "command.send"
    MANAGE_STATION = "station.manage"
    EDIT_TOKEN = "token.edit"  # noqa: S105
    REPORT_READING = "reading.report"
    SET_PRICE = "price.set"
    SET_TIMETABLE = "timetable.set"
    MAKE_KEY = "key.make"
    MANAGE_SECURITY = "security.manage"
    EDIT_SITE = "site.edit"
    VIEW_AUDIT = "audit.view"
    MANAGE_USER = "user.manage"
    USE_OWN = "own.use"
    USE_GRID = "grid.use"


class Role(StrEnum):
    """What users are."""

    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    RESIDENT = "resident"
    GRID_COMPANY = "grid_company"

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that it may do, at the sites that a user has."""
        return ROLE_PERMISSIONS[self]


_ACCOUNT: Final = frozenset({Permission.USE_ACCOUNT})
_VIEWER: Final = _ACCOUNT | {
    Permission.VIEW_SITE,
    Permission.VIEW_STATION,
    Permission.VIEW_TRANSACTION,
    Permission.VIEW_METRICS,
    Permission.MAKE_KEY,
}
_OPERATOR: Final = _VIEWER | {
    Permission.EXPORT,
    Permission.VIEW_MESSAGE,
    Permission.VIEW_TOKEN,
    Permission.VIEW_SECURITY,
    Permission.STATE_NEED,
    Permission.IMPOSE_LIMIT,
    Permission.SEND_COMMAND,
    Permission.MANAGE_STATION,
    Permission.EDIT_TOKEN,
    Permission.REPORT_READING,
    Permission.SET_PRICE,
    Permission.SET_TIMETABLE,
}
_ADMIN: Final = _OPERATOR | {
    Permission.MANAGE_SECURITY,
    Permission.EDIT_SITE,
    Permission.VIEW_AUDIT,
    Permission.MANAGE_USER,
}
ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMIN: _ADMIN,
    Role.OPERATOR: _OPERATOR,
    Role.VIEWER: _VIEWER,
    Role.RESIDENT: _ACCOUNT | {Permission.USE_OWN},
    Role.GRID_COMPANY: _ACCOUNT | {Permission.USE_GRID},
}
"""What each role may do."""


class CallerKind(StrEnum):
    """How somebody has shown who they are."""

    NOBODY = "nobody"
    ANYBODY = "anybody"
    """Access is open."""
    USER = "user"
    KEY = "key"
    GRID_TOKEN = "grid_token"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what they may.

    Attributes:
        name: As the audit log names them.
        user: The name of the user that they are, or whose key it is; None: no user's.
        sites: Where they may; None: everywhere.
        tokens: Keys of the id tokens that are their own.
        party_id: The grid company that they are; None: none.
        login: The hash of their login; None: they have come without one.
        language: In which they want to be told things; None: they have not said.
    """

    kind: CallerKind
    name: str
    permissions: frozenset[Permission]
    user: str | None = None
    role: Role | None = None
    sites: frozenset[SiteId] | None = None
    tokens: frozenset[str] = frozenset()
    party_id: PartyId | None = None
    login: str | None = None
    language: Language | None = None

    def may(self, permission: Permission, site_id: SiteId | None) -> bool:
        """Whether they may do something at a site; None: at all sites."""
        is_here = self.sites is None or (site_id is not None and site_id in self.sites)
        return permission in self.permissions and is_here

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether they may do something at one site at least, or what is of no site."""
        return permission in self.permissions


NOBODY: Final = Caller(kind=CallerKind.NOBODY, name="nobody", permissions=frozenset())
ANYBODY: Final = Caller(
    kind=CallerKind.ANYBODY,
    name="anybody",
    permissions=frozenset(Permission),
)
"""Whoever comes while access is open. To be a grid company takes its token all the same."""
