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

from csms.domain.errors import ChargeFlexError


class NotLoggedInError(ChargeFlexError):
    """Whoever asks has not shown who they are."""

    def __init__(self, cause: str = "expected a login, or `Authorization: Bearer KEY`") -> None:
        super().__init__(cause)


class WrongLoginError(ChargeFlexError):
    """A name and a password do not belong together, or the user is disabled."""

    def __init__(self) -> None:
        super().__init__("this name and this password do not belong together")


class TooManyTriesError(ChargeFlexError):
    """So many wrong passwords were tried that the next one has to wait.

    Attributes:
        wait_s: How long.
    """

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many wrong passwords: try again in {wait_s} s")
        self.wait_s = wait_s


class ForbiddenError(ChargeFlexError):
    """Somebody asks for what they may not do.

    Attributes:
        who: Their name.
        permission: What they would need.
    """

    def __init__(self, who: str, permission: str, where: str) -> None:
        super().__init__(f"{who} may not do this: expected {permission} {where}")
        self.who = who
        self.permission = permission


class UnknownUserError(ChargeFlexError):
    """There is no user of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no user is called {name!r}")
        self.name = name


class UserExistsError(ChargeFlexError):
    """There is a user of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a user called {name!r} already")
        self.name = name


class LastAdminError(ChargeFlexError):
    """Without that user nobody could manage users."""

    def __init__(self, name: str) -> None:
        super().__init__(f"expected another admin of all sites, {name!r} is the last one")
        self.name = name


class UnknownKeyError(ChargeFlexError):
    """There is no such API key, or it is somebody else's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no API key {number}")
        self.number = number


class NotOwnError(ChargeFlexError):
    """Nothing of one's own is charging under that number of a transaction."""

    def __init__(self, number: int) -> None:
        super().__init__(f"nothing of yours is charging as transaction {number}")
        self.number = number
