"""Errors of the whole system.

    ChargeFlexError
    ├── SettingsError            a file or value that the operator has to correct
    ├── UnknownStationError      no station of that name
    ├── StationStaysError        a station that cannot be removed
    ├── UnknownEvseError         the station has no such EVSE
    ├── UnknownSiteError         no site of that name
    ├── UnknownFeederError       the site has no such feeder
    ├── InvalidInputError        a value from outside that cannot be true
    ├── NoTransactionError       nothing is charging where the request needs it
    └── CallRefusedError         a station's call that is answered with a CALLERROR

A station's refusal of *our* request is an outcome (`csms.domain.commands`), not an error.
"""

from dataclasses import dataclass
from pathlib import Path


class ChargeFlexError(Exception):
    """Base of all errors that ChargeFlex raises on purpose."""


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


class UnknownStationError(ChargeFlexError):
    """No station of that name is known."""

    def __init__(self, station_id: str) -> None:
        super().__init__(f"no station is called {station_id!r}")
        self.station_id = station_id


class StationStaysError(ChargeFlexError):
    """The station cannot be removed.

    Attributes:
        cause: Why not.
    """

    def __init__(self, station_id: str, cause: str) -> None:
        super().__init__(
            f"station {station_id!r} cannot be removed: expected a guest that is offline, {cause}"
        )
        self.station_id = station_id
        self.cause = cause


class UnknownEvseError(ChargeFlexError):
    """The station has no EVSE of that number."""

    def __init__(self, station_id: str, number: int) -> None:
        super().__init__(f"station {station_id!r} has no EVSE {number}")
        self.station_id = station_id
        self.number = number


class UnknownSiteError(ChargeFlexError):
    """No site of that name is configured."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"no site is called {site_id!r}")
        self.site_id = site_id


class UnknownFeederError(ChargeFlexError):
    """The site has no feeder of that name."""

    def __init__(self, site_id: str, feeder_id: str) -> None:
        super().__init__(f"site {site_id!r} has no feeder {feeder_id!r}")
        self.site_id = site_id
        self.feeder_id = feeder_id


class InvalidInputError(ChargeFlexError):
    """A value from outside that cannot be true.

    Attributes:
        field: Which value.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class NoTransactionError(ChargeFlexError):
    """The request needs a running transaction on that EVSE, and there is none."""

    def __init__(self, evse: str) -> None:
        super().__init__(f"no transaction is running at {evse}")
        self.evse = evse


class CallRefusedError(ChargeFlexError):
    """A station's call that is answered with a CALLERROR.

    Attributes:
        code: The OCPP error code as the station's version spells it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _describe(path: Path, fault: Fault) -> str:
    key = f" {fault.key}:" if fault.key else ""
    return f"{path}:{fault.line}:{key} {fault.message}"
