"""Forms of charging profiles: in which ways one and the same limit can be put to a station.

Stations refuse what OCPP lets them take, without saying why. So forms are tried one after the
other, and what works is remembered (`csms.domain.dialect`). The order is a table, not a search:

    a standing fallback     a default of each EVSE, then one of the whole station, then a maximum
                            of the whole station
    a limit for a while     a transaction's own, then a default above the fallback, then a maximum
                            above the fallback

each first as plain as OCPP has it, then without one thing or another, then without any of them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Final, TypeAlias

from csms.domain.charging_profile import ProfilePurpose


class Place(StrEnum):
    """To what a profile is written."""

    EVSE = "evse"
    STATION = "station"
    """To EVSE 0: a default counts for each EVSE, a maximum for all together."""


class Style(StrEnum):
    """What a profile leaves out, or says otherwise, that some stations do not take."""

    PLAIN = "plain"
    NO_VALIDITY = "no validTo"
    """It ends by its duration alone."""
    NO_DURATION = "no duration"
    """It ends by its validity alone."""
    NO_PHASES = "no numberPhases"
    WHOLE = "whole numbers"
    ONE_PERIOD = "one period"
    """That of its lowest limit."""
    ABSOLUTE = "a start"
    """It begins at an instant that is past, and not with charging."""
    DAILY = "daily"
    """It begins anew every day, and has an end for that."""
    OTHER_UNIT = "the other unit"
    BARE = "the least"
    """No validity, no phases, whole numbers, one period."""


_STANDS: Final = "standing"
_LAPSES: Final = "timed"

Slot: TypeAlias = tuple[ProfilePurpose, Place]
"""A profile takes the place of another of its slot, and stands beside those of other slots."""


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """One way to put a limit to a station.

    Attributes:
        is_standing: It is for fallbacks, which stand for ever; else for limits that lapse.
    """

    purpose: ProfilePurpose
    place: Place = Place.EVSE
    style: Style = Style.PLAIN
    is_standing: bool = False

    def __str__(self) -> str:
        kind = _STANDS if self.is_standing else _LAPSES
        return f"{kind} {self.purpose}@{self.place}: {self.style}"

    @property
    def slot(self) -> Slot:
        """What it takes the place of."""
        return self.purpose, self.place

    @property
    def outlives_transactions(self) -> bool:
        """Whether what is put so counts for the next transaction as well (OCPP 1.6 §3.13.1)."""
        return self.purpose is not ProfilePurpose.TX

    @property
    def is_harmless(self) -> bool:
        """Whether it leaves the fallback alone, whatever a station makes of it."""
        return self.purpose is ProfilePurpose.TX


def parse_form(text: str) -> ProfileForm:
    """Read a form as it is written."""
    told, _, style = text.partition(": ")
    kind, _, slot = told.partition(" ")
    purpose, _, place = slot.partition("@")
    return ProfileForm(ProfilePurpose(purpose), Place(place), Style(style), kind == _STANDS)


PLAIN_TX: Final = ProfileForm(ProfilePurpose.TX)
PLAIN_DEFAULT: Final = ProfileForm(ProfilePurpose.TX_DEFAULT, is_standing=True)
"""The fallback as OCPP has it."""

_DEFAULT_HERE: Final = (ProfilePurpose.TX_DEFAULT, Place.EVSE)
_DEFAULT_OF_ALL: Final = (ProfilePurpose.TX_DEFAULT, Place.STATION)
_MAX_OF_ALL: Final = (ProfilePurpose.STATION_MAX, Place.STATION)
_OWN: Final = (ProfilePurpose.TX, Place.EVSE)

_STANDING: Final = (
    Style.PLAIN,
    Style.NO_PHASES,
    Style.WHOLE,
    Style.ABSOLUTE,
    Style.DAILY,
    Style.OTHER_UNIT,
    Style.BARE,
)
_TIMED: Final = (
    Style.PLAIN,
    Style.NO_VALIDITY,
    Style.NO_DURATION,
    Style.NO_PHASES,
    Style.WHOLE,
    Style.ONE_PERIOD,
    Style.OTHER_UNIT,
    Style.BARE,
)


def standing_forms(*, is_single: bool) -> tuple[ProfileForm, ...]:
    """The forms of a standing fallback, the best first.

    Args:
        is_single: Whether the station has one EVSE: the maximum of others is shared by their EVSEs,
            and so keeps none of them to its own fallback.
    """
    slots = (_DEFAULT_HERE, _DEFAULT_OF_ALL) + ((_MAX_OF_ALL,) if is_single else ())
    return tuple(
        ProfileForm(*slot, style, is_standing=True) for slot, style in product(slots, _STANDING)
    )


@lru_cache(maxsize=256)
def timed_forms(
    fallback: ProfileForm, max_level: int, *, is_single: bool
) -> tuple[ProfileForm, ...]:
    """The forms of a limit that lies above a standing fallback for a while, the best first.

    A default lies above a default of a lower level, and a maximum above a maximum of a lower one: a
    station of one level has no room for them.

    Args:
        fallback: The form in which the fallback stands.
        max_level: The highest stack level.
        is_single: Whether the station has one EVSE.
    """
    has_levels = max_level > 0
    slots = []
    if fallback.slot != _MAX_OF_ALL:
        slots.append(_OWN)
        if has_levels and (is_single or fallback.place is Place.EVSE):
            slots.append(fallback.slot)
    if has_levels and is_single:
        slots.append(_MAX_OF_ALL)
    return tuple(ProfileForm(*slot, style) for slot, style in product(slots, _TIMED))
