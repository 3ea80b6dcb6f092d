"""Setting a station up after it has connected: what it can do, how it meters, its fallback.

Every station is set up in a task of its own as soon as it has come: until it holds its fallback it
charges as it likes, so nothing else is waited for.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock, wait_at_most
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    CommandStatus,
    Outcome,
    ReadSettings,
    ReportKind,
    SetProfile,
    SettingName,
    SettingsOutcome,
    TriggerReport,
    WriteSetting,
)
from csms.domain.identity import WHOLE_STATION, EvseId
from csms.domain.limits import Standing, Verdict
from csms.domain.station import Capabilities, RateUnit, Registration
from csms.log import about
from csms.service.desired_settings import DesiredSettings
from csms.service.dispatch import verdict_of
from csms.service.electrics import phases_of
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation
from csms.service.ports import OpenUnitOfWork, StationGateway
from csms.service.registration import is_to_boot_again

logger = logging.getLogger(__name__)

_FALLBACK_PROFILE_ID: Final = 1000
_LOWEST_LEVEL: Final = 0
_STANDING: Final = {
    Verdict.ACCEPTED: Standing.HELD,
    Verdict.REFUSED: Standing.REFUSED,
    Verdict.UNCERTAIN: Standing.UNKNOWN,
}
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
        self._settings = DesiredSettings(gateway, clock)

    async def run(self) -> None:
        """Set every station up when it comes, and again after a failure, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._live.unready.clear()
                self._begin(tasks)
                await wait_at_most(self._clock, self._live.unready, self._pause_s())

    def _begin(self, tasks: asyncio.TaskGroup) -> None:
        now = self._clock.now()
        for station in self._live.stations.values():
            if _is_waiting(station) and (station.set_up_at is None or station.set_up_at <= now):
                station.setting_up = tasks.create_task(self._supervised_set_up(station))

    def _pause_s(self) -> float:
        """How long nothing is due."""
        longest_s = float(self._live.site.control.plan_every_s)
        pauses_s = [
            (station.set_up_at - self._clock.now()).total_seconds()
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
            await self._gateway.send(station.station_id, TriggerReport(kind=ReportKind.BOOT))
        self._live.mark()

    def _steps(self, station: LiveStation, evses: Sequence[LiveEvse]) -> Iterator[Awaitable[None]]:
        """The fallback comes first: until it is held, the station counts at its rating."""
        if not station.capabilities.is_told:
            yield self._read_capabilities(station)
        lacking = [one for one in evses if one.allowance.standing is not Standing.HELD]
        for evse in lacking:
            yield self._install_fallback(station, evse)
        if lacking:
            yield self._install_common_fallback(station, evses)
        yield self._configure_meter(station)
        if self._live.site.settings:
            yield self._settings.apply(station, self._live.site.settings)

    def _try_again_later(self, station: LiveStation) -> None:
        again = timedelta(seconds=self._live.site.control.plan_every_s)
        station.set_up_at = self._clock.now() + again

    async def _read_capabilities(self, station: LiveStation) -> None:
        doubts = station.doubts
        names = (SettingName.MAX_STACK_LEVEL, SettingName.MAX_PERIODS, SettingName.RATE_UNITS)
        outcome = await self._gateway.send(station.station_id, ReadSettings(names))
        if not outcome.is_accepted:
            logger.warning("does not tell its settings: %s", outcome.detail or outcome.status)
        elif station.doubts == doubts:
            station.capabilities = _capabilities(outcome)

    async def _install_fallback(self, station: LiveStation, evse: LiveEvse) -> None:
        place, doubts = evse.place, station.doubts
        level = station.capabilities.max_stack_level
        profile = self._fallback(station, evse, place.evse.number, place.fallback_a, level)
        sent_at = self._clock.now()
        outcome = await self._send(place.evse, profile)
        if station.doubts != doubts:  # whatever it was, it may be lost again
            return
        standing = _standing_after(outcome)
        if not outcome.is_accepted:
            logger.warning(
                "%s does not take its fallback, counted at %g A: %s",
                place.evse,
                place.max_a,
                outcome.detail or outcome.status,
            )
            evse.refusal = outcome.detail or str(outcome.status)
        await self._keep(place.evse, place.fallback_a, sent_at, outcome, standing)
        if station.doubts == doubts:
            evse.allow(evse.allowance.restanding(standing), self._clock.now())

    async def _install_common_fallback(
        self, station: LiveStation, evses: Sequence[LiveEvse]
    ) -> None:
        """Give the lowest fallback to the station as a whole, for connectors that nobody knows.

        It has the lowest level, so that those that are known keep their own (OCPP 1.6 §3.13.1,
        2.0.1 K01.FR.17). A station that does not take it is none the worse.
        """
        lowest_a = min(evse.place.fallback_a for evse in evses)
        profile = self._fallback(station, evses[0], WHOLE_STATION, lowest_a, _LOWEST_LEVEL)
        whole, sent_at = EvseId(station.station_id, WHOLE_STATION), self._clock.now()
        outcome = await self._send(whole, profile)
        if not outcome.is_accepted:
            logger.info("takes no common fallback: %s", outcome.detail or outcome.status)
        await self._keep(whole, lowest_a, sent_at, outcome, None)

    def _fallback(
        self, station: LiveStation, evse: LiveEvse, number: int, fallback_a: float, level: int
    ) -> ChargingProfile:
        """A limit that stands for ever, whatever the station takes the time to be."""
        place = evse.place
        unit = RateUnit.WATT if place.is_dc else station.capabilities.rate_unit
        limit = fallback_a
        if unit is RateUnit.WATT:
            limit *= self._live.site.watts_per_ampere(len(place.lines)) * place.efficiency
        return ChargingProfile(
            profile_id=_FALLBACK_PROFILE_ID + number,
            purpose=ProfilePurpose.TX_DEFAULT,
            stack_level=level,
            unit=unit,
            periods=(ProfilePeriod(0, limit),),
            phases=phases_of(evse),
        )

    async def _send(self, evse: EvseId, profile: ChargingProfile) -> Outcome:
        command = SetProfile(evse_number=evse.number, profile=profile)
        return await self._gateway.send(evse.station_id, command)

    async def _keep(
        self,
        evse: EvseId,
        fallback_a: float,
        sent_at: datetime,
        outcome: Outcome,
        standing: Standing | None,
    ) -> None:
        now = self._clock.now()
        facts = {
            "purpose": str(ProfilePurpose.TX_DEFAULT),
            "verdict": str(verdict_of(outcome)),
            "detail": outcome.detail,
            "settled_at": now,
        }
        async with self._open_uow() as uow:
            await uow.control.add_sent_fallback(evse, fallback_a, sent_at, facts)
            if standing is not None:
                await uow.stations.note_standing(evse, standing, fallback_a, now)
            await uow.commit()

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


def _is_waiting(station: LiveStation) -> bool:
    """Whether a station is there, may be spoken to, is not set up, and not being set up."""
    is_there = station.is_connected and station.registration is not Registration.REJECTED
    return is_there and not station.is_ready and station.setting_up is None


def _standing_after(outcome: Outcome) -> Standing:
    """What is known of a fallback, by what came of sending it."""
    if outcome.status is CommandStatus.NOT_SENT:
        return Standing.UNKNOWN  # the station was never asked: that is no refusal
    return _STANDING[verdict_of(outcome)]


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
