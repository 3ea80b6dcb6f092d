"""Setting a station up after it has connected: what it can do, how it meters, its fallback."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    ReadSettings,
    SetProfile,
    SettingName,
    SettingsOutcome,
    WriteSetting,
)
from csms.domain.limits import Standing
from csms.domain.station import Capabilities, RateUnit
from csms.service.electrics import phases_of
from csms.service.live_site import LiveEvse, LiveSite, LiveStation
from csms.service.ports import OpenUnitOfWork, StationGateway

logger = logging.getLogger(__name__)

_FALLBACK_PROFILE_ID: Final = 1000
_PATIENCE_S: Final = 15.0
_IN_THE_PAST: Final = timedelta(days=1)
_MEASURANDS: Final = "Current.Import,Power.Active.Import,Energy.Active.Import.Register,SoC"
_FEWER_MEASURANDS: Final = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"


class StationSetup:
    """Sets up the stations of a site.

    Args:
        live: The site.
        gateway: Delivers commands.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, live: LiveSite, gateway: StationGateway, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._live = live
        self._gateway = gateway
        self._open_uow = open_uow
        self._clock = clock

    async def set_up_new(self, tasks: asyncio.TaskGroup) -> None:
        """Set up every station that needs it, all at once, and wait for most of them.

        Args:
            tasks: Owns the setting up of stations that answer slowly.
        """
        now = self._clock.now()
        for station in self._live.stations.values():
            if _is_due(station, now):
                station.setting_up = tasks.create_task(self._supervised_set_up(station))
        under_way = {
            station.setting_up
            for station in self._live.stations.values()
            if station.setting_up and not station.setting_up.done()
        }
        if under_way:
            await asyncio.wait(under_way, timeout=_PATIENCE_S)

    async def _supervised_set_up(self, station: LiveStation) -> None:
        try:
            await self._set_up(station)
        except Exception:  # it stays counted as it was, and is set up again later
            logger.exception("could not set up %s", station.station_id)
            self._try_again_later(station)

    async def _set_up(self, station: LiveStation) -> None:
        """The fallback comes first: until it is held, the station counts at its rating."""
        connected_at = station.connected_at
        if not station.capabilities.is_told:
            await self._read_capabilities(station)
        evses = list(self._live.evses_of(station.station_id))
        for evse in evses:
            if evse.allowance.standing is not Standing.HELD:
                await self._install_fallback(station, evse)
        await self._configure_meter(station)
        if station.connected_at != connected_at:  # it has come anew meanwhile
            return
        station.is_ready = all(evse.allowance.standing is not Standing.UNKNOWN for evse in evses)
        if not station.is_ready:
            self._try_again_later(station)
        self._live.mark()

    def _try_again_later(self, station: LiveStation) -> None:
        again = timedelta(seconds=self._live.site.control.plan_every_s)
        station.set_up_again_at = self._clock.now() + again

    async def _read_capabilities(self, station: LiveStation) -> None:
        names = (SettingName.MAX_STACK_LEVEL, SettingName.MAX_PERIODS, SettingName.RATE_UNITS)
        outcome = await self._gateway.send(station.station_id, ReadSettings(names))
        if outcome.is_accepted:
            station.capabilities = _capabilities(outcome)
        else:
            logger.warning("does not tell its settings: %s", outcome.detail or outcome.status)

    async def _install_fallback(self, station: LiveStation, evse: LiveEvse) -> None:
        place, now = evse.place, self._clock.now()
        unit = RateUnit.WATT if place.is_dc else station.capabilities.rate_unit
        limit = place.fallback_a
        if unit is RateUnit.WATT:
            limit *= self._live.site.watts_per_ampere(len(place.lines)) * place.efficiency
        profile = ChargingProfile(
            profile_id=_FALLBACK_PROFILE_ID + place.evse.number,
            purpose=ProfilePurpose.TX_DEFAULT,
            stack_level=station.capabilities.max_stack_level,
            unit=unit,
            periods=(ProfilePeriod(0, limit),),
            starts_at=now - _IN_THE_PAST,
            phases=phases_of(evse),
        )
        command = SetProfile(evse_number=place.evse.number, profile=profile)
        outcome = await self._gateway.send(station.station_id, command)
        standing = Standing.HELD if outcome.is_accepted else Standing.REFUSED
        if not outcome.is_certain:
            standing = Standing.UNKNOWN
        if not outcome.is_accepted:
            logger.warning(
                "%s does not take its fallback, counted at %g A: %s",
                place.evse,
                place.max_a,
                outcome.detail or outcome.status,
            )
            evse.refusal = outcome.detail or str(outcome.status)
        async with self._open_uow() as uow:
            await uow.stations.note_standing(place.evse, standing, place.fallback_a, now)
            await uow.commit()
        evse.allowance = evse.allowance.restanding(standing)

    async def _configure_meter(self, station: LiveStation) -> None:
        control = self._live.site.control
        wishes = {
            SettingName.METER_INTERVAL_S: str(control.meter_every_s),
            SettingName.METER_MEASURANDS: _MEASURANDS,
        }
        for name, value in wishes.items():
            outcome = await self._gateway.send(station.station_id, WriteSetting(name, value))
            if name is SettingName.METER_MEASURANDS and not outcome.is_accepted:
                fewer = WriteSetting(name, _FEWER_MEASURANDS)
                outcome = await self._gateway.send(station.station_id, fewer)
            if not outcome.is_accepted:
                logger.info("keeps its own %s: %s", name, outcome.detail or outcome.status)


def _is_due(station: LiveStation, now: datetime) -> bool:
    """Whether a station is there, not set up, not being set up, and not to be left alone yet."""
    if not station.is_connected or station.is_ready:
        return False
    if station.setting_up is not None and not station.setting_up.done():
        return False
    return station.set_up_again_at is None or station.set_up_again_at <= now


def _capabilities(outcome: SettingsOutcome) -> Capabilities:
    """Read what a station says of itself; what it does not say, or not sensibly, is assumed."""
    assumed = Capabilities()
    units = frozenset(
        RateUnit(word.strip())
        for word in outcome.values.get(SettingName.RATE_UNITS, "").split(",")
        if word.strip() in set(RateUnit)
    )
    return Capabilities(
        rate_units=units or assumed.rate_units,
        max_stack_level=_number(outcome, SettingName.MAX_STACK_LEVEL, assumed.max_stack_level),
        max_periods=max(1, _number(outcome, SettingName.MAX_PERIODS, assumed.max_periods)),
        is_told=True,
    )


def _number(outcome: SettingsOutcome, name: SettingName, assumed: int) -> int:
    text = outcome.values.get(name, "").strip()
    return int(text) if text.isdecimal() else assumed
