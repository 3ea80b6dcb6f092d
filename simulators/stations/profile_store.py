"""The profiles of one station: which may be installed, which one prevails, what they add up to.

Both versions stack alike, but for profiles that meet at one level: OCPP 1.6 lets the new one
replace the old (§3.13.2, §5.16.3), 2.0.1 refuses it (K01.FR.06, FR.39, FR.52, FR.53).

    ProfileRefusedError      a profile that the station must not install
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from simulators.stations.charging_profiles import FOREVER, Profile, Purpose, Rate, Slice


class ProfileRefusedError(Exception):
    """A profile that the station does not install.

    Attributes:
        reason: The reason in one word (2.0.1 appendix 5, reason codes).
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class SameLevel(Enum):
    """What becomes of a profile that meets another of its purpose and level."""

    REPLACES = "replaces"
    CLASHES = "clashes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which profiles are meant: those that meet all that is given (1.6 §6.13, K10.FR.04)."""

    profile_id: int | None = None
    evse_number: int | None = None
    stack_level: int | None = None
    purposes: frozenset[Purpose] = frozenset(Purpose)

    def match(self, profile: Profile) -> bool:
        """Whether a profile is meant."""
        return (
            self.profile_id in {None, profile.profile_id}
            and self.evse_number in {None, profile.evse_number}
            and self.stack_level in {None, profile.stack_level}
            and profile.purpose in self.purposes
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """What an EVSE may draw, in A per line of the supply, and until when that is certain."""

    amps: float
    until: datetime


class ProfileStore:
    """Holds the profiles of a station, whatever version it speaks.

    Args:
        same_level: What becomes of profiles that meet at one level.
        max_profiles: How many may be installed.
    """

    def __init__(self, same_level: SameLevel, max_profiles: int) -> None:
        self._same_level = same_level
        self._max_profiles = max_profiles
        self._profiles: dict[int, Profile] = {}

    def __len__(self) -> int:
        return len(self._profiles)

    def install(self, profile: Profile) -> None:
        """Add a profile; one of the same id is replaced (1.6 §5.16.3, K01.FR.05).

        Raises:
            ProfileRefusedError: It clashes with another one, or the store is full.
        """
        rivals = [other for other in self._profiles.values() if self._are_rivals(profile, other)]
        if rivals and self._same_level is SameLevel.CLASHES:
            raise ProfileRefusedError(
                "DuplicateProfile",
                f"profile {rivals[0].profile_id} already has level {profile.stack_level}",
            )
        gone = {other.profile_id for other in rivals} | {profile.profile_id}
        kept = {key: other for key, other in self._profiles.items() if key not in gone}
        if len(kept) >= self._max_profiles:
            raise ProfileRefusedError("TooManyElements", f"at most {self._max_profiles} profiles")
        self._profiles = {**kept, profile.profile_id: profile}

    def clear(self, criteria: Criteria) -> int:
        """Remove profiles and tell how many there were."""
        kept = {key: other for key, other in self._profiles.items() if not criteria.match(other)}
        count = len(self._profiles) - len(kept)
        self._profiles = kept
        return count

    def end_transaction(self, evse_number: int) -> None:
        """Remove what was the transaction's alone (1.6 §3.13.1, K02.FR.05)."""
        self.clear(Criteria(evse_number=evse_number, purposes=frozenset({Purpose.TX})))

    def evse_rate(self, evse_number: int, now: datetime, began_at: datetime) -> Slice:
        """What an EVSE's transaction may draw: TxProfile over TxDefaultProfile."""
        own = _prevailing(self._tx_profiles(evse_number), now, began_at)
        if own.rate is not None:
            return own
        default = _prevailing(self._default_profiles(evse_number), now, began_at)
        return Slice(default.rate, min(own.until, default.until))

    def has_own(self, evse_number: int) -> bool:
        """Whether an EVSE holds a profile for its transaction."""
        return bool(self._tx_profiles(evse_number))

    def station_rate(self, now: datetime) -> Slice:
        """What all EVSEs together may draw."""
        whole = [p for p in self._profiles.values() if p.purpose is Purpose.STATION_MAX]
        return _prevailing(whole, now, now)

    def _are_rivals(self, new: Profile, old: Profile) -> bool:
        if old.profile_id == new.profile_id:
            return False
        if (old.purpose, old.stack_level) != (new.purpose, new.stack_level):
            return False
        if self._same_level is SameLevel.REPLACES:
            return old.evse_number == new.evse_number
        if new.purpose is Purpose.TX:
            return old.evse_number == new.evse_number
        # A profile on EVSE 0 counts as one on every EVSE (K §3.4).
        shares_evse = old.evse_number == new.evse_number or 0 in {old.evse_number, new.evse_number}
        return shares_evse and old.overlaps(new)

    def _tx_profiles(self, evse_number: int) -> list[Profile]:
        return [
            p
            for p in self._profiles.values()
            if p.purpose is Purpose.TX and p.evse_number == evse_number
        ]

    def _default_profiles(self, evse_number: int) -> list[Profile]:
        """An EVSE's defaults; its own one replaces the station's of that level (1.6 §3.13.1)."""
        defaults = [p for p in self._profiles.values() if p.purpose is Purpose.TX_DEFAULT]
        own = [p for p in defaults if p.evse_number == evse_number]
        own_levels = {p.stack_level for p in own}
        shared = [
            p
            for p in defaults
            if p.evse_number == 0
            and (self._same_level is SameLevel.CLASHES or p.stack_level not in own_levels)
        ]
        return own + shared


def composite(
    limit_at: Callable[[datetime], Limit], now: datetime, duration_s: int
) -> tuple[tuple[int, float], ...]:
    """Limits over a stretch of time: (seconds from now, amperes), changes only (K08.FR.02)."""
    steps: list[tuple[int, float]] = []
    at, ends_at = now, now + timedelta(seconds=duration_s)
    while at < ends_at:
        limit = limit_at(at)
        if not steps or steps[-1][1] != limit.amps:
            steps.append((round((at - now).total_seconds()), limit.amps))
        at = limit.until
    return tuple(steps)


def tightest(max_a: float, slices: Iterable[tuple[Slice, Callable[[Rate], float]]]) -> Limit:
    """The lowest of several limits, none of which may be there (1.6 §3.13.3, K §3.5).

    Args:
        max_a: What the hardware allows.
        slices: What each says, and how to turn it into amperes.
    """
    amps, until = max_a, FOREVER
    for piece, to_amps in slices:
        until = min(until, piece.until)
        if piece.rate is not None:
            amps = min(amps, to_amps(piece.rate))
    return Limit(max(0.0, amps), until)


def _prevailing(profiles: list[Profile], now: datetime, began_at: datetime) -> Slice:
    """The highest level that says something (1.6 §3.13.2, K01.FR.17)."""
    until = FOREVER
    for profile in sorted(profiles, key=lambda p: p.stack_level, reverse=True):
        piece = profile.at(now, began_at)
        until = min(until, piece.until)
        if piece.rate is not None:
            return Slice(piece.rate, until)
    return Slice(None, until)
