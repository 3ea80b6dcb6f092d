"""What a meter's reading means at its place: the current by conductor, and by line of the site."""

from typing import Final

from csms.domain.altered import altered
from csms.domain.metering import Reading
from csms.domain.site import NO_AMPS, Earthing, EvsePlace, PhaseAmps, Site
from csms.service.live_evse import LiveEvse

_THREE: Final = 3
_WHOLE: Final = 0.8
"""Of the power of three conductors, more than this share is not one of two."""


def with_current(site: Site, place: EvsePlace, reading: Reading) -> Reading:
    """Reckon the current from the power where a station tells only that."""
    if reading.current_a is not None or reading.power_w is None:
        return reading
    watts = site.watts_per_ampere(len(place.lines)) * place.efficiency
    amps = reading.power_w / watts
    return altered(reading, current_a=(amps, amps, amps))


def sure_current(site: Site, place: EvsePlace, reading: Reading) -> PhaseAmps:
    """What certainly flows in each conductor of a station.

    One figure for all conductors, or a power, does not say that a vehicle uses all of them, unless
    it is the power of three.
    """
    shown_a = with_current(site, place, reading).current_a
    if shown_a is None:
        return NO_AMPS
    is_by_line = reading.current_a is not None and not reading.is_one_for_all
    if len(place.lines) < _THREE or place.is_dc or is_by_line:
        return shown_a
    whole_w = max(shown_a) * site.watts_per_ampere(_THREE)
    is_whole = reading.current_a is not None and (reading.power_w or 0.0) >= _WHOLE * whole_w
    return shown_a if is_whole else NO_AMPS


def line_amps(site: Site, evse: LiveEvse) -> PhaseAmps | None:
    """What an EVSE was measured to draw, by line of the site; None: nobody knows."""
    reading = evse.reading
    if reading is None or reading.current_a is None:
        return None
    amps = list(NO_AMPS)
    conductors = reading.current_a
    if site.earthing is Earthing.IT and len(evse.place.lines) == 2:
        conductors = (max(conductors),) * 3  # what one line brings the other takes back
    for line, current_a in zip(evse.place.lines, conductors, strict=False):
        amps[line - 1] = current_a
    return (amps[0], amps[1], amps[2])
