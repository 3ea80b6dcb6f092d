"""Errors of logins, users, keys and what each may do.

ChargeFlexError
├── NotLoggedInError         whoever asks has not shown who they are
├── WrongLoginError          a name and a password that do not belong together
├── TooManyTriesError        so many wrong passwords that the next one has to wait
├── ForbiddenError           somebody asks for what they may not do
├── UnknownUserError         no user of that name
├── UserExistsError          there is a user of that name already
├── LastAdminError           without that user nobody could manage users
├── UnknownKeyError          no API key of that number
└── NotOwnError              nothing of one's own is charging under that number
"""

from typing import Final

from csms.domain.errors import ChargeFlexError
from csms.language.said import Said

_LOG_IN: Final = Said("expected a login, or `Authorization: Bearer KEY`")


class NotLoggedInError(ChargeFlexError):
    """Whoever asks has not shown who they are."""

    def __init__(self, cause: str = _LOG_IN) -> None:
        super().__init__(cause)


class WrongLoginError(ChargeFlexError):
    """A name and a password do not belong together, or the user is disabled."""

    def __init__(self) -> None:
        super().__init__(Said("this name and this password do not belong together"))


class TooManyTriesError(ChargeFlexError):
    """So many wrong passwords were tried that the next one has to wait.

    Attributes:
        wait_s: How long.
    """

    def __init__(self, wait_s: int) -> None:
        super().__init__(Said("too many wrong passwords: try again in %(wait)s s", wait=wait_s))
        self.wait_s = wait_s


class ForbiddenError(ChargeFlexError):
    """Somebody asks for what they may not do.

    Attributes:
        who: Their name.
        permission: What they would need.
    """

    def __init__(self, who: str, permission: str, where: str) -> None:
        said = Said(
            "%(who)s may not do this: expected %(permission)s %(where)s",
            who=who,
            permission=str(permission),
            where=where,
        )
        super().__init__(said if isinstance(where, Said) else str(said))
        self.who = who
        self.permission = permission


class UnknownUserError(ChargeFlexError):
    """There is no user of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(Said("no user is called %(name)s", name=repr(name)))
        self.name = name


class UserExistsError(ChargeFlexError):
    """There is a user of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(Said("there is a user called %(name)s already", name=repr(name)))
        self.name = name


class LastAdminError(ChargeFlexError):
    """Without that user nobody could manage users."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Said("expected another admin of all sites, %(name)s is the last one", name=repr(name))
        )
        self.name = name


class UnknownKeyError(ChargeFlexError):
    """There is no such API key, or it is somebody else's."""

    def __init__(self, number: int) -> None:
        super().__init__(Said("there is no API key %(number)s", number=number))
        self.number = number


class NotOwnError(ChargeFlexError):
    """Nothing of one's own is charging under that number of a transaction."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Said("nothing of yours is charging as transaction %(number)s", number=number)
        )
        self.number = number
