"""What is known of how makes of stations take charging profiles, in memory."""

from collections.abc import Mapping

from csms.domain.dialect import Dialect, StationMake
from csms.domain.identity import StationId
from csms.domain.profile_form import ProfileForm
from csms.service.live_station import LiveStation

_BLANK = Dialect()
_IN_A_ROW = 2
"""A form that a station refuses so often, while others take it, is not tried until it boots."""


class Dialects:
    """The dialects of all makes. A station without a name has one of its own, until the end."""

    def __init__(self) -> None:
        self._by_make: dict[StationMake, Dialect] = {}
        self._nameless: dict[StationId, Dialect] = {}

    def fill(self, known: Mapping[StationMake, Dialect]) -> None:
        """Take what was known before the start."""
        self._by_make.update(known)

    def of(self, station: LiveStation) -> Dialect:
        """How a station takes charging profiles."""
        if station.make is None:
            return self._nameless.get(station.station_id, _BLANK)
        return self._by_make.get(station.make, _BLANK)

    def put(self, station: LiveStation, dialect: Dialect) -> None:
        """Something has been learnt of a station's make."""
        if station.make is None:
            self._nameless[station.station_id] = dialect
        else:
            self._by_make[station.make] = dialect

    def forget(self, station: LiveStation) -> None:
        """Begin anew with a station's make."""
        station.refusals.clear()
        self._nameless.pop(station.station_id, None)
        if station.make is not None:
            self._by_make.pop(station.make, None)

    def is_open(self, station: LiveStation, form: ProfileForm) -> bool:
        """Whether a form is worth a try with a station."""
        is_odd = station.refusals[form] >= _IN_A_ROW
        return not is_odd and self.of(station).is_open(form, station.station_id)
