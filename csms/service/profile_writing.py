"""Limits and fallbacks as charging profiles, in the form that a station takes."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from csms.domain.charging_profile import (
    ChargingProfile,
    ProfilePeriod,
    ProfilePurpose,
    Recurrence,
)
from csms.domain.identity import WHOLE_STATION
from csms.domain.limits import TimedLimit
from csms.domain.profile_form import (
    PLAIN_DEFAULT,
    Place,
    ProfileForm,
    Slot,
    Style,
    timed_forms,
)
from csms.domain.station import RateUnit
from csms.service.electrics import phases_of
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation

OUR_PROFILES: Final = range(1000, 3000)
"""Ids of the profiles that are sent here."""

_STANDING_ID: Final = 1000
_TIMED_ID: Final = 2000
_FIRST_ID: Final[dict[Slot, int]] = {
    (ProfilePurpose.TX_DEFAULT, Place.EVSE): 0,
    (ProfilePurpose.TX, Place.EVSE): 0,
    (ProfilePurpose.TX_DEFAULT, Place.STATION): 0,
    (ProfilePurpose.STATION_MAX, Place.STATION): 500,
}
"""Where the ids of a slot begin; an EVSE's number is added, which is below 100."""
_TIMED_FIRST_ID: Final[dict[Slot, int]] = {
    **_FIRST_ID,
    (ProfilePurpose.TX_DEFAULT, Place.EVSE): 200,
    (ProfilePurpose.TX_DEFAULT, Place.STATION): 400,
}
_LONG_PAST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_DAY_S: Final = 86_400
_WITHOUT_PHASES: Final = frozenset({Style.NO_PHASES, Style.BARE})
_IN_WHOLE_NUMBERS: Final = frozenset({Style.WHOLE, Style.BARE})
_OF_ONE_PERIOD: Final = frozenset({Style.ONE_PERIOD, Style.BARE})
_WITHOUT_VALIDITY: Final = frozenset({Style.NO_VALIDITY, Style.BARE})
_WITH_A_START: Final = frozenset({Style.ABSOLUTE, Style.DAILY, Style.BARE})


def profile_id_of(form: ProfileForm, evse_number: int) -> int:
    """The id under which a station knows a profile of a form."""
    number = evse_number if form.place is Place.EVSE else WHOLE_STATION
    if form.is_standing:
        return _STANDING_ID + _FIRST_ID[form.slot] + number
    return _TIMED_ID + _TIMED_FIRST_ID[form.slot] + number


def open_forms(live: LiveSite, evse: LiveEvse) -> Iterator[ProfileForm]:
    """The forms of a limit above an EVSE's fallback that are worth a try, the best first.

    Each is looked at when its turn comes.
    """
    station = live.stations[evse.place.evse.station_id]
    return open_forms_above(live, station, evse.held.form if evse.held else PLAIN_DEFAULT)


def open_forms_above(
    live: LiveSite, station: LiveStation, fallback: ProfileForm
) -> Iterator[ProfileForm]:
    """The same above a fallback of some form."""
    top = station.capabilities.max_stack_level
    forms = timed_forms(fallback, top, is_single=live.is_single(station.station_id))
    return (form for form in forms if live.dialects.is_open(station, form))


def written_to(form: ProfileForm, evse: LiveEvse) -> int:
    """The number of the EVSE that a profile of a form goes to."""
    return evse.place.evse.number if form.place is Place.EVSE else WHOLE_STATION


def standing_profile(
    live: LiveSite, evse: LiveEvse, form: ProfileForm, amps: float, level: int
) -> ChargingProfile | None:
    """A limit that stands for ever, whatever the station takes the time to be.

    Args:
        live: The site.
        evse: Whose fallback it is.
        form: How it is written.
        amps: What it allows.
        level: Its stack level.

    Returns:
        None where the form says nothing else than a plainer one.
    """
    unit = _unit(live, evse, form)
    if unit is None:
        return None
    # A maximum of the station cannot begin with a transaction (2.0.1 K01.FR.38).
    has_start = form.style in _WITH_A_START or form.purpose is ProfilePurpose.STATION_MAX
    is_daily = form.style is Style.DAILY
    return ChargingProfile(
        profile_id=profile_id_of(form, evse.place.evse.number),
        purpose=form.purpose,
        stack_level=level,
        unit=unit,
        periods=(ProfilePeriod(0, _rate(live, evse, amps, unit, form.style)),),
        starts_at=_LONG_PAST if has_start else None,
        duration_s=_DAY_S if is_daily else None,
        recurrence=Recurrence.DAILY if is_daily else None,
        phases=None if form.style in _WITHOUT_PHASES else phases_of(evse),
    )


def timed_profile(live: LiveSite, evse: LiveEvse, limit: TimedLimit) -> ChargingProfile | None:
    """A limit as a profile of the form that it names.

    Returns:
        None where the form says nothing else than a plainer one, or the transaction is over that it
        would be for.
    """
    form, station = limit.form, live.stations[evse.place.evse.station_id]
    unit = _unit(live, evse, form)
    is_own, transaction = form.purpose is ProfilePurpose.TX, evse.transaction
    if unit is None or (is_own and transaction is None):
        return None
    starts_at, ends_at = (station.clock.set_by(at) for at in (limit.starts_at, limit.ends_at))
    has_duration = form.style is not Style.NO_DURATION
    steps = limit.steps
    if form.style in _OF_ONE_PERIOD:
        steps = ((0, min(amps for _, amps in steps)),)
    return ChargingProfile(
        profile_id=profile_id_of(form, evse.place.evse.number),
        purpose=form.purpose,
        stack_level=station.capabilities.max_stack_level,
        unit=unit,
        periods=tuple(
            ProfilePeriod(second, _rate(live, evse, amps, unit, form.style))
            for second, amps in steps
        ),
        starts_at=starts_at,
        duration_s=round((ends_at - starts_at) / _SECOND) if has_duration else None,
        valid_until=None if has_duration else ends_at,
        has_validity=form.style not in _WITHOUT_VALIDITY,
        phases=None if form.style in _WITHOUT_PHASES else phases_of(evse),
        transaction=transaction.transaction if is_own and transaction else None,
    )


def watts_per_limit_ampere(live: LiveSite, evse: LiveEvse) -> float:
    """Stations reckon watts back by the phases of the profile, not by the vehicle's."""
    return live.site.watts_per_ampere(len(evse.place.lines)) * evse.place.efficiency


_SECOND: Final = timedelta(seconds=1)


def _unit(live: LiveSite, evse: LiveEvse, form: ProfileForm) -> RateUnit | None:
    """The unit of a profile, None where there is no other one to choose.

    Limits go by the unit in which the fallback was taken; another one only where the station says
    that it takes both, as one that reads watts as amperes would be limited no more.
    """
    capabilities = live.stations[evse.place.evse.station_id].capabilities
    is_other = form.style is Style.OTHER_UNIT
    if evse.place.is_dc:
        return None if is_other else RateUnit.WATT
    unit, has_both = capabilities.rate_unit, len(capabilities.rate_units) > 1
    is_free = has_both or (form.is_standing and not capabilities.are_units_told)
    if is_other and not is_free:
        return None
    held = evse.held
    if not form.is_standing and held is not None and held.form.style is Style.OTHER_UNIT:
        unit = unit.other
    return unit.other if is_other else unit


def _rate(live: LiveSite, evse: LiveEvse, amps: float, unit: RateUnit, style: Style) -> float:
    rate = amps
    if unit is RateUnit.WATT:
        rate = amps * watts_per_limit_ampere(live, evse)
    return float(math.floor(rate + _ROUNDING)) if style in _IN_WHOLE_NUMBERS else rate


_ROUNDING: Final = 1e-6
