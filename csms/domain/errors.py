"""Errors of the whole system.

    ChargeFlexError
    ├── SettingsError            a file or value that the operator has to correct
    ├── SiteFileError            a site file that cannot be read or written
    ├── SiteFileChangedError     somebody else has changed a site file meanwhile
    ├── CertificateFileError     a file of certificates or keys that cannot be used
    ├── UnknownStationError      no station of that name
    ├── AdoptionRefusedError     a station that cannot join a site
    ├── StationStaysError        a station that cannot be removed
    ├── UnknownEvseError         the station has no such EVSE
    ├── UnknownSiteError         no site of that name
    ├── UnknownFeederError       the site has no such feeder
    ├── UnknownTokenError        the list holds no such token
    ├── InvalidInputError        a value from outside that cannot be true
    ├── ExportFailedError        a file that could not be written
    ├── PriceSourceError         a source of prices that gives none, or none that can be used
    ├── WeatherSourceError       the same of a source of outdoor temperatures
    ├── NoPricesError            the site file knows no prices of that kind
    ├── NoJournalError           messages are not kept
    ├── NotWaitingError          a command that cannot be taken back
    ├── NoTransactionError       nothing is charging where the request needs it
    ├── CommandForbiddenError    a command that is not for operators to send
    ├── PasswordInDoubtError     it is not known which password a station has
    └── CallRefusedError         a station's call that is answered with a CALLERROR

Those of limits and of who may give them are in `limit_errors`, those of logins and users in
`access_errors`, those of requests that have to wait or are not themselves in `request_errors`.

A station's refusal of *our* request is an outcome (`csms.domain.commands`), not an error.

An error whose text is a `Said` knows of what it is made: logs and programs have it in English, and
who reads it at a page or by the API in their language. Where a part of it is somebody else's words,
as those of the operating system, all of it stays in English.
"""

from dataclasses import dataclass
from pathlib import Path

from csms.language.said import Said


class ChargeFlexError(Exception):
    """Base of all errors that ChargeFlex raises on purpose."""

    @property
    def said(self) -> str:
        """What it says: a `Said` if that can be told in other languages."""
        text: str = self.args[0] if self.args else ""
        return text


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place in a file: what was expected there, and what came."""

    line: int
    key: str
    message: str


class SettingsError(ChargeFlexError):
    """A settings or site file cannot be used.

    Attributes:
        path: The file.
        faults: All faults found, in the order of their lines.
    """

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(_describe(path, fault) for fault in faults))
        self.path = path
        self.faults = faults


class SiteFileError(ChargeFlexError):
    """A site file cannot be read or written.

    Attributes:
        where: The file, or the site of which there is none.
    """

    def __init__(self, where: Path | str, cause: str) -> None:
        super().__init__(about(where, cause))
        self.where = where
        self.cause = cause


class SiteFileChangedError(ChargeFlexError):
    """Somebody else has changed a site file since it was read."""

    def __init__(self, site_id: str) -> None:
        super().__init__(
            Said(
                "the file of site %(site)s says something else by now than when it was read; "
                "read it again",
                site=site_id,
            )
        )
        self.site_id = site_id


class CertificateFileError(ChargeFlexError):
    """A file of certificates or keys cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class UnknownStationError(ChargeFlexError):
    """No station of that name is known."""

    def __init__(self, station_id: str) -> None:
        super().__init__(Said("no station is called %(name)s", name=repr(station_id)))
        self.station_id = station_id


class StationStaysError(ChargeFlexError):
    """The station cannot be removed.

    Attributes:
        cause: Why not.
    """

    def __init__(self, station_id: str, cause: str) -> None:
        said = Said(
            "station %(name)s cannot be removed: expected a guest that is offline, %(cause)s",
            name=repr(station_id),
            cause=cause,
        )
        super().__init__(whole(said, cause))
        self.station_id = station_id
        self.cause = cause


class AdoptionRefusedError(ChargeFlexError):
    """The station cannot join the site.

    Attributes:
        cause: Why not.
    """

    def __init__(self, station_id: str, cause: str) -> None:
        said = Said(
            "station %(name)s cannot be adopted: %(cause)s", name=repr(station_id), cause=cause
        )
        super().__init__(whole(said, cause))
        self.station_id = station_id
        self.cause = cause


class UnknownEvseError(ChargeFlexError):
    """The station has no EVSE of that number."""

    def __init__(self, station_id: str, number: int) -> None:
        super().__init__(
            Said("station %(name)s has no EVSE %(number)s", name=repr(station_id), number=number)
        )
        self.station_id = station_id
        self.number = number


class UnknownSiteError(ChargeFlexError):
    """No site of that name is configured."""

    def __init__(self, site_id: str) -> None:
        super().__init__(Said("no site is called %(name)s", name=repr(site_id)))
        self.site_id = site_id


class UnknownFeederError(ChargeFlexError):
    """The site has no feeder of that name."""

    def __init__(self, site_id: str, feeder_id: str) -> None:
        super().__init__(
            Said(
                "site %(site)s has no feeder %(feeder)s",
                site=repr(site_id),
                feeder=repr(feeder_id),
            )
        )
        self.site_id = site_id
        self.feeder_id = feeder_id


class UnknownTokenError(ChargeFlexError):
    """The operator's list holds no such token."""

    def __init__(self, token: str) -> None:
        super().__init__(Said("token %(token)s is not listed", token=repr(token)))
        self.token = token


class InvalidInputError(ChargeFlexError):
    """A value from outside that cannot be true.

    Attributes:
        field: Which value.
        cause: What was expected, and what came.
    """

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(about(field, cause))
        self.field = field
        self.cause = cause


class ExportFailedError(ChargeFlexError):
    """A file could not be written.

    Attributes:
        cause: Why not.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(
            whole(Said("the file could not be written: %(cause)s", cause=cause), cause)
        )
        self.cause = cause


class PriceSourceError(ChargeFlexError):
    """A source of prices gives none, or none that can be used.

    Attributes:
        place: A file, or where a server was asked.
        wait_s: For how long the server wants to be left alone; 0: it does not say.
    """

    def __init__(self, place: str, message: str, wait_s: float = 0.0) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.wait_s = wait_s


class WeatherSourceError(ChargeFlexError):
    """A source of outdoor temperatures gives none that can be used.

    Attributes:
        place: The file.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class NoPricesError(ChargeFlexError):
    """The site's file says nothing of prices of that kind."""

    def __init__(self, site_id: str, kind: str) -> None:
        super().__init__(
            Said(
                "site %(site)s has no prices of the kind %(kind)s in its file",
                site=repr(site_id),
                kind=repr(kind),
            )
        )
        self.site_id = site_id
        self.kind = kind


class NoJournalError(ChargeFlexError):
    """Messages are not kept, by the settings."""

    def __init__(self) -> None:
        super().__init__(Said("no messages are kept: journal.folder is null in the settings"))


class NotWaitingError(ChargeFlexError):
    """The command does not wait for its station, so it cannot be taken back."""

    def __init__(self, number: int) -> None:
        super().__init__(Said("job %(number)s does not wait for its station", number=number))
        self.number = number


class NoTransactionError(ChargeFlexError):
    """The request needs a running transaction on that EVSE, and there is none."""

    def __init__(self, evse: str) -> None:
        super().__init__(Said("no transaction is running at %(evse)s", evse=evse))
        self.evse = evse


class CommandForbiddenError(ChargeFlexError):
    """A command that is not for operators to send.

    Attributes:
        command: Its name in the API.
    """

    def __init__(self, command: str, cause: str) -> None:
        super().__init__(about(command, cause))
        self.command = command


class PasswordInDoubtError(ChargeFlexError):
    """It is not known whether the station has taken the password that it was sent last."""

    def __init__(self, station_id: str) -> None:
        super().__init__(
            Said(
                "expected a station that has come with its last password, %(name)s may or may "
                "not have taken the one that it was sent: let it connect anew, or set it by hand",
                name=repr(station_id),
            )
        )
        self.station_id = station_id


class CallRefusedError(ChargeFlexError):
    """A station's call that is answered with a CALLERROR.

    Attributes:
        code: The OCPP error code as the station's version spells it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def about(subject: object, cause: str) -> str:
    """What is wrong with something that has a name; it can be told as the cause can."""
    return whole(
        Said.row((subject if isinstance(subject, str) else str(subject), cause), ": "), cause
    )


def whole(said: Said, cause: str) -> str:
    """A text with a cause in it: plain if the cause is, so that no two languages mix."""
    return said if isinstance(cause, Said) else str(said)


def _describe(path: Path, fault: Fault) -> str:
    key = f" {fault.key}:" if fault.key else ""
    return f"{path}:{fault.line}:{key} {fault.message}"
