"""How a station misbehaves. What is set here has been seen in the field."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time in which the station cannot be reached: the socket is dropped without a close."""

    starts_at: datetime
    lasts_s: float

    @property
    def ends_at(self) -> datetime:
        """When the station comes back."""
        return self.starts_at + timedelta(seconds=self.lasts_s)


class Composite(Enum):
    """What a station makes of the question for its composite schedule."""

    TRUE = "true"
    REFUSED = "refused"
    EMPTY = "empty"
    """Accepted, without a schedule."""
    NEGATIVE = "negative"
    """A limit of -1."""
    HARDWARE = "hardware"
    """What the hardware could, whatever the profiles say."""
    PRETENDED = "pretended"
    """What the profiles say, whether they are followed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a station does that it should not. Flags combine; the default is polite.

    Attributes:
        refuses_station_max: Rejects profiles for the whole station.
        refuses_tx_profile: Rejects profiles for a transaction.
        refuses_tx_defaults: Rejects defaults for transactions.
        refuses_validity: Rejects profiles that say until when they are valid.
        one_period: Takes schedules of one period only, and does not say so.
        whole_numbers: Rejects limits that are no whole numbers.
        ignores_limits: Accepts profiles and does not follow them.
        ignores_tx_profile: Accepts profiles for a transaction, and charges then without a limit
            but the station's.
        ignores_tx_defaults: The same with defaults.
        composite: What its composite schedules are like.
        only_watts: Knows no limits in amperes.
        forgets_profiles: Loses all profiles when it reboots (against K01.FR.27).
        resumes_transactions: Goes on with a transaction after a reboot instead of ending it.
        boots_each_reconnect: Sends a boot notification whenever it connects.
        reported_share: What its meters show of the current and energy that flow; 1: all.
        firmware: Under which it is told: stations of other ways are of other makes.
        wrong_clock_s: How much its clock is fast, whatever its CSMS tells it; below 0: slow.
        reboots_at: When it loses power for a moment.
        silences: When it cannot be reached.
    """

    refuses_station_max: bool = False
    refuses_tx_profile: bool = False
    refuses_tx_defaults: bool = False
    refuses_validity: bool = False
    one_period: bool = False
    whole_numbers: bool = False
    ignores_limits: bool = False
    ignores_tx_profile: bool = False
    ignores_tx_defaults: bool = False
    composite: Composite = Composite.TRUE
    only_watts: bool = False
    forgets_profiles: bool = False
    resumes_transactions: bool = False
    boots_each_reconnect: bool = False
    reported_share: float = 1.0
    firmware: str = "1"
    wrong_clock_s: float = 0.0
    reboots_at: tuple[datetime, ...] = ()
    silences: tuple[Silence, ...] = ()


POLITE = Manners()
