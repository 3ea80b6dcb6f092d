"""What people and programs may do: state needs, report loads, command stations."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.altered import altered
from csms.domain.errors import InvalidInputError, NoTransactionError, UnknownStationError
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.settings import SettingState
from csms.domain.site import Feeder, PhaseAmps
from csms.domain.station import Registration
from csms.domain.transaction import MOST_WH, StatedNeed
from csms.language.said import Said
from csms.service.desired_settings import DesiredSettings
from csms.service.dialect_view import DialectView, view_dialect
from csms.service.grid_guard import is_overcommitted
from csms.service.ports import StationGateway
from csms.service.resource_readings import ResourceReadings
from csms.service.sites import Sites
from csms.service.station_security import StationSecurity
from csms.service.total_reading import take_total
from csms.service.unit_of_work import OpenUnitOfWork

_MOST_A: Final = 10_000.0
_TIMES_RATING: Final = 10.0
"""A meter that shows more than this times a feeder's highest limit is not believed: it tells watts
for amperes, or milliamperes. Fuses melt before that, so no overload is taken for a mistake."""
_BELIEVED_A: Final = 100.0
"""And so much is believed of any feeder."""
_LINES: Final = 3
_CLOCK_SLACK: Final = timedelta(minutes=1)
_AT_ONCE: Final = 50
"""Stations that are commanded at the same time."""
_SECURITY_PROFILE: Final = ("SecurityCtrlr", "SecurityProfile")
"""By which component and variable a 2.0.1 station tells it."""


class Operations:
    """The use cases behind the API and the command line.

    Args:
        sites: All sites.
        gateway: Delivers commands.
        security: Keeps stations' passwords.
        open_uow: Opens units of work.
        clock: The time.

    Attributes:
        resources: Takes what is told of batteries, sun, heat and loads that can wait.
    """

    def __init__(
        self,
        sites: Sites,
        gateway: StationGateway,
        security: StationSecurity,
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._security = security
        self._gateway = gateway
        self._open_uow = open_uow
        self._clock = clock
        self._settings = DesiredSettings(gateway, clock)
        self.resources = ResourceReadings(sites, clock)

    async def state_need(self, evse_id: EvseId, need: StatedNeed) -> None:
        """Keep what a driver or fleet says that the vehicle at an EVSE needs.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            NoTransactionError: Nothing is charging there.
            InvalidInputError: The need cannot be true.
        """
        live, evse = self._sites.evse(evse_id)
        if evse.transaction is None:
            raise NoTransactionError(str(evse_id))
        if need.energy_wh is not None and not 0 < need.energy_wh <= MOST_WH:
            raise InvalidInputError(
                "energy_wh", Said("expected above 0 and at most %(most)g Wh", most=MOST_WH)
            )
        if need.departs_at is not None and need.departs_at <= self._clock.now():
            raise InvalidInputError("departs_at", Said("expected an instant in the future"))
        async with self._open_uow() as uow:
            await uow.transactions.state_need(evse.transaction.number, need)
            await uow.commit()
        live.transaction_changed(altered(evse.transaction, need=need), self._clock.now())

    def report_feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, current_a: Sequence[float], at: datetime | None
    ) -> None:
        """Take a measurement of a feeder: of what its meter shows, by the site file.

        Args:
            site_id: Which site.
            feeder_id: Which feeder.
            current_a: By line.
            at: When it was measured; None: just now.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            InvalidInputError: The feeder has no metered load, or the reading cannot be true: it
                is negative, ten times the feeder's limit, or of another time than the last hour.
        """
        live = self._sites.live(site_id)
        feeder = live.site.feeder(feeder_id)
        if feeder.uncontrolled is None or not feeder.uncontrolled.is_metered:
            message = "expected a feeder whose uncontrolled load is metered, by the site file"
            raise InvalidInputError("feeder_id", message)
        believed_a = _believed(feeder, current_a)
        now = self._clock.now()
        if at is not None and not now - timedelta(hours=1) < at < now + _CLOCK_SLACK:
            message = f"expected the last hour, got {at.isoformat()} at {now.isoformat()}"
            raise InvalidInputError("at", message)
        taken_at = min(at or now, now)
        if feeder.uncontrolled.has_total_meter:
            take_total(live, feeder_id, taken_at, believed_a, now)
        else:
            live.read_feeder(feeder_id, taken_at, believed_a)
        if is_overcommitted(live, now):
            live.alarm()

    async def remove_guest(self, station_id: StationId) -> None:
        """Take the place and the password of a guest away that is offline.

        What it has charged is kept.

        Raises:
            UnknownStationError: There is no such station.
            StationStaysError: It is connected, or is in the site file.
        """
        await self._sites.remove_guest(station_id)
        await self._security.forget(station_id)

    async def register(self, station_id: StationId, registration: Registration) -> None:
        """Say what a station's boots are answered from now on; accepted: as its site says.

        Raises:
            UnknownStationError: There is no such station.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        wanted = None if registration is Registration.ACCEPTED else registration
        async with self._open_uow() as uow:
            await uow.stations.put_registration(station_id, wanted)
            await uow.commit()
        live.stations[station_id].wanted_registration = wanted

    async def apply_settings(self, station_id: StationId) -> tuple[SettingState, ...]:
        """Compare a station's settings with what its site wants, and write those that differ.

        Raises:
            UnknownStationError: There is no such station.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        await self._settings.apply(live.stations[station_id], live.site.settings)
        return self.settings_of(station_id)

    def settings_of(self, station_id: StationId) -> tuple[SettingState, ...]:
        """How a station's settings stood to what its site wants when they were last compared.

        Raises:
            UnknownStationError: There is no such station.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        return tuple(live.stations[station_id].settings.values())

    def heard_at(self, station_id: StationId) -> datetime | None:
        """When a station last told anything, since the start; None: it has not."""
        live = self._sites.of_station(station_id)
        return live.stations[station_id].heard_at if live else None

    def dialect_of(self, station_id: StationId) -> DialectView | None:
        """How a station takes charging profiles, None for one without a site."""
        live = self._sites.of_station(station_id)
        return None if live is None else view_dialect(live, live.stations[station_id])

    async def forget_dialect(self, station_id: StationId) -> None:
        """Find out anew how a station, and all of its make, take charging profiles.

        The station counts at its rating until it has taken its fallback again.

        Raises:
            UnknownStationError: There is no such station.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        station = live.stations[station_id]
        async with self._open_uow() as uow:
            if station.make is not None:
                await uow.dialects.drop(station.make)
            await self._sites.note_doubt(uow, station_id, self._clock.now())
            await uow.commit()
        live.dialects.forget(station)
        live.begin_anew(station_id)

    def stations_at(self, site_id: SiteId) -> list[StationId]:
        """All stations of a site.

        Raises:
            UnknownSiteError: There is no such site.
        """
        return sorted(self._sites.live(site_id).stations)

    def external_limits(self, station_id: StationId) -> list[ExternalLimit]:
        """What others limit a station to.

        Raises:
            UnknownStationError: There is no such station.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        return list(live.stations[station_id].external_limits.values())


def _believed(feeder: Feeder, current_a: Sequence[float]) -> PhaseAmps:
    """Currents by line that a feeder's meter may have shown.

    Raises:
        InvalidInputError: They cannot be true.
    """
    if len(current_a) != _LINES:
        raise InvalidInputError("current_a", f"expected 3 lines, got {len(current_a)}")
    most_a = _most_believed_a(feeder)
    if not all(math.isfinite(amps) and 0 <= amps <= most_a for amps in current_a):
        came = ", ".join(f"{amps:g}" for amps in current_a)
        message = f"expected 0 to {most_a:g} A on every line of this feeder, got {came}"
        raise InvalidInputError("current_a", message)
    first, second, third = current_a
    return first, second, third


def _most_believed_a(feeder: Feeder) -> float:
    limits = (feeder.limit.default, *(window.amps for window in feeder.limit.windows))
    highest_a = max(max(amps) for amps in limits)
    return min(_MOST_A, max(_BELIEVED_A, _TIMES_RATING * highest_a))
