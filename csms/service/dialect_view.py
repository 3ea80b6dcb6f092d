"""How a station takes charging profiles, as an operator sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.dialect import Dialect
from csms.domain.profile_form import Place, ProfileForm, Style
from csms.domain.station import RateUnit
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation

Takes: TypeAlias = Mapping[str, bool | None]
_Has: TypeAlias = Callable[[ProfileForm], bool]

_WITHOUT: Final[Mapping[str, frozenset[Style]]] = {
    "valid_to": frozenset({Style.NO_VALIDITY, Style.BARE}),
    "duration": frozenset({Style.NO_DURATION}),
    "number_phases": frozenset({Style.NO_PHASES, Style.BARE}),
    "fractions": frozenset({Style.WHOLE, Style.BARE}),
    "several_periods": frozenset({Style.ONE_PERIOD, Style.BARE}),
}
"""By what a profile may have, the styles that do without."""
_STARTS: Final = frozenset({Style.ABSOLUTE, Style.DAILY, Style.BARE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """What came of one form.

    Attributes:
        form: `standing` for fallbacks, `timed` for limits; purpose, place, and how it is written.
        is_accepted: A station of this make has taken it.
        is_followed: One was seen to keep to it.
        refusals: How often it was refused without ever having been taken.
        ignored_by: How many stations took it and did not keep to it.
        detail: Their words for the last refusal.
    """

    form: str
    is_accepted: bool
    is_followed: bool
    refusals: int
    ignored_by: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectView:
    """How a station takes charging profiles. What was found out holds for all of its make.

    Attributes:
        is_told: The station itself has told units, levels and periods; else they are assumed.
        reads_back: Whether its composite schedules can be believed; null: not asked yet.
        takes: What it takes, as far as that was found out; null: it was not.
        fallbacks: By EVSE, in which form and at which level the fallback stands.
        forms: All forms that were tried.
    """

    rate_unit: RateUnit
    max_stack_level: int
    max_periods: int
    is_told: bool
    reads_back: bool | None
    takes: Takes
    fallbacks: Mapping[int, str]
    forms: tuple[FormView, ...]


def view_dialect(live: LiveSite, station: LiveStation) -> DialectView:
    """Show how a station takes charging profiles."""
    dialect, capabilities = live.dialects.of(station), station.capabilities
    return DialectView(
        rate_unit=capabilities.rate_unit,
        max_stack_level=capabilities.max_stack_level,
        max_periods=capabilities.max_periods,
        is_told=capabilities.is_told,
        reads_back=dialect.reads_back,
        takes=takes(dialect),
        fallbacks={
            evse.place.evse.number: f"level {evse.held.level}, {evse.held.form}"
            for evse in live.evses_of(station.station_id)
            if evse.held
        },
        forms=tuple(
            FormView(
                form=str(form),
                is_accepted=record.is_accepted,
                is_followed=record.is_sure,
                refusals=record.refusals,
                ignored_by=len(record.ignored_by),
                detail=record.detail,
            )
            for form, record in dialect.records.items()
        ),
    )


def takes(dialect: Dialect) -> Takes:
    """What a make takes: it was taken, or was refused where something else was taken."""
    slots = {
        "tx": (ProfilePurpose.TX, Place.EVSE),
        "tx_default": (ProfilePurpose.TX_DEFAULT, Place.EVSE),
        "tx_default_of_station": (ProfilePurpose.TX_DEFAULT, Place.STATION),
        "station_max": (ProfilePurpose.STATION_MAX, Place.STATION),
    }
    traits: dict[str, _Has] = {
        name: lambda form, slot=slot: form.slot == slot  # type: ignore[misc]
        for name, slot in slots.items()
    }
    for name, styles in _WITHOUT.items():
        traits[name] = lambda form, styles=styles: form.style not in styles  # type: ignore[misc]
    traits["relative"] = _is_relative
    traits["absolute"] = lambda form: not _is_relative(form) and form.style is not Style.DAILY
    traits["recurring"] = lambda form: form.style is Style.DAILY
    return {name: _trait(dialect, has) for name, has in traits.items()}


def _is_relative(form: ProfileForm) -> bool:
    is_default = form.is_standing and form.purpose is ProfilePurpose.TX_DEFAULT
    return is_default and form.style not in _STARTS


def _trait(dialect: Dialect, has: _Has) -> bool | None:
    records = dialect.records.items()
    if any(record.is_accepted and has(form) for form, record in records):
        return True
    was_refused = any(record.refusals and has(form) for form, record in records)
    return False if was_refused and any(record.is_accepted for _, record in records) else None
