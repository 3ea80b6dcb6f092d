"""Setting a station up after it has connected: what it can do, how it meters, its fallback.

Every station is set up in a task of its own as soon as it has come: until it holds its fallback it
charges as it likes, so nothing else is waited for.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from csms.clock import wait_at_most
from csms.domain.commands import (
    ReadSettings,
    ReportKind,
    SettingName,
    SettingsOutcome,
    TriggerReport,
    WriteSetting,
)
from csms.domain.limits import Standing
from csms.domain.station import Capabilities, RateUnit, Registration
from csms.log import about
from csms.service.desired_settings import DesiredSettings
from csms.service.dialect_notes import DialectNotes
from csms.service.keeping import Keeping
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.mending import Mending
from csms.service.read_back import ReadBack
from csms.service.registration import is_to_boot_again
from csms.service.site_access import SiteAccess
from csms.service.standing_fallbacks import StandingFallbacks

logger = logging.getLogger(__name__)

_MEASURANDS: Final = "Current.Import,Power.Active.Import,Energy.Active.Import.Register,SoC"
_FEWER_MEASURANDS: Final = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"


class StationSetup:
    """Sets up the stations of a site.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._fallbacks = StandingFallbacks(access)
        self._mending = Mending(access)
        self._keeping = Keeping(access)
        self._read_back = ReadBack(access)
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)
        self._settings = DesiredSettings(access.gateway, access.clock)

    async def run(self) -> None:
        """Set every station up when it comes, and again after a failure, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._live.unready.clear()
                self._begin(tasks)
                await wait_at_most(self._access.clock, self._live.unready, self._pause_s())

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        now = self._access.clock.now()
        for station in self._live.stations.values():
            if _is_waiting(station) and (station.set_up_at is None or station.set_up_at <= now):
                station.setting_up = tasks.create_task(self._supervised_set_up(station))

    def _pause_s(self) -> float:
        """How long nothing is due."""
        longest_s = float(self._live.site.control.plan_every_s)
        pauses_s = [
            (station.set_up_at - self._access.clock.now()).total_seconds()
            for station in self._live.stations.values()
            if _is_waiting(station) and station.set_up_at is not None
        ]
        return max(0.0, min(pauses_s, default=longest_s))

    async def _supervised_set_up(self, station: LiveStation) -> None:
        with about(station=station.station_id):
            try:
                await self._set_up(station)
            except Exception:  # it stays counted as it was, and is set up again later
                logger.exception("could not set up %s", station.station_id)
                self._try_again_later(station)
            finally:
                station.setting_up = None
                self._live.unready.set()

    async def _set_up(self, station: LiveStation) -> None:
        doubts = station.doubts
        evses = [one for one in self._live.evses_of(station.station_id) if not one.is_stray]
        for step in self._steps(station, evses):
            await step
            if station.doubts != doubts:  # it has come anew meanwhile, and begins anew
                return
        station.is_ready = all(evse.allowance.standing is not Standing.UNKNOWN for evse in evses)
        if not station.is_ready:
            self._try_again_later(station)
        elif is_to_boot_again(station):
            await self._access.gateway.send(station.station_id, TriggerReport(kind=ReportKind.BOOT))
        self._live.mark()

    def _steps(self, station: LiveStation, evses: Sequence[LiveEvse]) -> Iterator[Awaitable[None]]:
        """The fallback comes first: until it is held, the station counts at its rating."""
        if not station.capabilities.is_told:
            yield self._read_capabilities(station)
        if station.is_to_tell:
            yield self._keeping.look(station, evses)
        for evse in evses:
            if evse.findings:
                yield self._mending.note(station, evse)
        lacking = [one for one in evses if _lacks_fallback(one)]
        for evse in lacking:
            yield self._fallbacks.install(station, evse)
            yield self._read_back.confirm(evse)
        if lacking:
            yield self._fallbacks.install_common(station, evses)
        for evse in evses:
            if evse.allowance.is_disobeyed and evse.trial is None:
                yield self._mending.mend(station, evse)
        if not station.is_configured:
            yield self._configure(station)

    def _try_again_later(self, station: LiveStation) -> None:
        again = timedelta(seconds=self._live.site.control.plan_every_s)
        station.set_up_at = self._access.clock.now() + again

    async def _read_capabilities(self, station: LiveStation) -> None:
        doubts = station.doubts
        names = (SettingName.MAX_STACK_LEVEL, SettingName.MAX_PERIODS, SettingName.RATE_UNITS)
        outcome = await self._access.gateway.send(station.station_id, ReadSettings(names))
        if station.doubts != doubts:
            return
        if outcome.is_accepted:
            station.capabilities = _capabilities(outcome)
            await self._notes.told(station, station.capabilities)
            return
        logger.warning("does not tell its settings: %s", outcome.detail or outcome.status)
        told = self._live.dialects.of(station).told
        if told is not None:  # another of its make has
            station.capabilities = replace(told, is_told=False)

    async def _configure(self, station: LiveStation) -> None:
        doubts = station.doubts
        await self._configure_meter(station)
        if self._live.site.settings and station.doubts == doubts:
            await self._settings.apply(station, self._live.site.settings)
        station.is_configured = station.doubts == doubts

    async def _configure_meter(self, station: LiveStation) -> None:
        control = self._live.site.control
        wishes = {
            SettingName.METER_INTERVAL_S: str(control.meter_every_s),
            SettingName.METER_MEASURANDS: _MEASURANDS,
        }
        for name, value in wishes.items():
            outcome = await self._access.gateway.send(station.station_id, WriteSetting(name, value))
            if name is SettingName.METER_MEASURANDS and not outcome.is_accepted:
                fewer = WriteSetting(name, _FEWER_MEASURANDS)
                outcome = await self._access.gateway.send(station.station_id, fewer)
            if not outcome.is_accepted:
                logger.info("keeps its own %s: %s", name, outcome.detail or outcome.status)


def _lacks_fallback(evse: LiveEvse) -> bool:
    return evse.is_to_renew or evse.allowance.standing is not Standing.HELD


def _is_waiting(station: LiveStation) -> bool:
    """Whether a station is there, may be spoken to, is not set up, and not being set up."""
    is_there = station.is_connected and station.registration is not Registration.REJECTED
    return is_there and not station.is_ready and station.setting_up is None


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
        are_units_told=bool(units),
    )


def _number(outcome: SettingsOutcome, name: SettingName, assumed: int) -> int:
    text = outcome.values.get(name, "").strip()
    return int(text) if text.isdecimal() else assumed
