"""A simulated charging station, all but the words of its OCPP version.

It charges vehicles as its profiles allow, and tells its CSMS what happens. Whoever runs it lets
its time pass by calling `advance` every few seconds; limits that change in between are honoured
to the second.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias

from csms.ocpp.frames import Call, CallError, CallResult, ErrorCode, JsonObject
from simulators.clock import Clock
from simulators.sessions.session import Session
from simulators.stations.charging import Charging, RemoteStart
from simulators.stations.charging_profiles import Profile
from simulators.stations.dialect import EndCause
from simulators.stations.fields import MalformedError, instant
from simulators.stations.link import Answer, Connect
from simulators.stations.manners import POLITE, Manners
from simulators.stations.outlet import Outlet, OutletModel, Transaction
from simulators.stations.profile_store import Criteria, ProfileRefusedError
from simulators.stations.settings import Setting
from simulators.stations.speaker import Registration
from simulators.stations.uplink import Uplink
from simulators.stations.vehicle import Vehicle
from simulators.stations.waiting import happens_within

logger = logging.getLogger(__name__)

Obey: TypeAlias = Callable[[Call], Answer | None]
"""Does what a call asks for, and answers it."""
Trouble: TypeAlias = Callable[[Call, Obey], Answer | None]
"""Comes between a call and what the station makes of it."""

_REBOOT_S: Final = (20.0, 40.0)
_FLUSH_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a station needs to live.

    Attributes:
        clock: Simulated time.
        connect: Makes connections to the CSMS.
        rng: Its randomness.
    """

    clock: Clock
    connect: Connect
    rng: Random


class Station(Charging):
    """A charging station.

    Args:
        station_id: Its identity.
        models: Its EVSEs.
        surroundings: Clock, connections, randomness.
        manners: How it misbehaves.

    Attributes:
        uplink: Its connection.
        firmware: What it says that it runs.
        trouble: What comes between its CSMS's calls and it; None: nothing.
    """

    def __init__(
        self,
        station_id: str,
        models: Sequence[OutletModel],
        surroundings: Surroundings,
        manners: Manners = POLITE,
    ) -> None:
        super().__init__(models, surroundings.clock, surroundings.rng, manners)
        self.station_id = station_id
        self.uplink = Uplink(self, self.clock, surroundings.connect, surroundings.rng)
        self.uplink.boots_each_time = manners.boots_each_reconnect
        self.trouble: Trouble | None = None
        self._manners = manners
        self.firmware = manners.firmware
        self._remote_starts: dict[int, RemoteStart] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._resets_when_idle = False
        self._commands = self.commands()

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for at in self._manners.reboots_at:
                tasks.create_task(self._lose_power(at))
            for silence in self._manners.silences:
                tasks.create_task(self._fall_silent(silence.starts_at, silence.lasts_s))
            await self.uplink.run()

    async def plug_in(self, evse_number: int, session: Session) -> None:
        """A vehicle comes, its driver shows an id token, and charging begins if it is accepted."""
        outlet = self.outlets[evse_number]
        outlet.plug_in(session, self.clock.now())
        logger.info("%s/%d: a vehicle is plugged in", self.station_id, evse_number)
        self.tell_state(outlet)
        await self._attend(outlet)

    def unplug(self, evse_number: int) -> Vehicle | None:
        """The vehicle leaves; returns it with what it has taken."""
        outlet = self.outlets[evse_number]
        outlet.advance(self.clock.now())
        if outlet.transaction is not None:
            self.stop(outlet.transaction, EndCause.UNPLUGGED)
        vehicle = outlet.unplug()
        taken_kwh = vehicle.delivered_wh / 1000 if vehicle else 0.0
        logger.info(
            "%s/%d: the vehicle leaves with %.2f kWh", self.station_id, evse_number, taken_kwh
        )
        self.tell_state(outlet)
        return vehicle

    def install(self, profile: Profile) -> None:
        """Install a profile and follow it.

        Raises:
            ProfileRefusedError: The station cannot or will not.
        """
        try:
            super().install(profile)
        except ProfileRefusedError as refusal:
            logger.info("%s refuses a profile: %s", self.station_id, refusal)
            raise
        logger.info(
            "%s/%d: takes a profile: %s", self.station_id, profile.evse_number, profile.purpose
        )

    def tell_state(self, outlet: Outlet) -> None:
        """Tell what the outlet does, if the CSMS was told something else."""
        before = outlet.told
        super().tell_state(outlet)
        if outlet.told is not before:
            name, number = self.station_id, outlet.model.number
            logger.info("%s/%d: %s, may draw %.1f A", name, number, outlet.told, outlet.limit_a)

    def answer(self, call: Call) -> Answer | None:
        """Answer a call of the CSMS."""
        return self.trouble(call, self._obey) if self.trouble else self._obey(call)

    def _obey(self, call: Call) -> Answer | None:
        if self.uplink.registration is Registration.REJECTED:
            return self.answer_while_rejected(call)
        command = self._commands.get(call.action)
        if command is None:
            return CallError(message_id=call.message_id, code=ErrorCode.NOT_IMPLEMENTED)
        try:
            return CallResult(call.message_id, command(call.payload))
        except MalformedError as fault:
            return CallError(
                message_id=call.message_id, code=self.malformed_code, description=str(fault)
            )

    def heartbeat_s(self) -> int:
        """How long it may be silent."""
        return self.settings.seconds(Setting.HEARTBEAT_S)

    def retry_s(self) -> int:
        """How long to wait before a retry."""
        return self.settings.seconds(Setting.RETRY_S)

    def time_told(self, answer: JsonObject, asked_at: datetime) -> None:
        """Set the clock by the CSMS's, and follow the profiles by that (B01, G02)."""
        try:
            told = instant(answer, "currentTime")
        except MalformedError as fault:
            logger.debug("%s does not set its clock: %s", self.station_id, fault)
            return
        if told is not None and self.own_clock.set(told, asked_at):
            self.limiter.follow(self.clock.now())

    def registered(self, interval_s: int) -> None:
        """The CSMS has accepted the station (1.6 §4.2, B01.FR.04)."""
        if interval_s > 0:
            self.settings.write(Setting.HEARTBEAT_S, str(interval_s))

    def came_online(self, *, has_booted: bool) -> None:  # noqa: ARG002 - versions may care
        """Tell how every connector stands (1.6 §4.9, B01.FR.05), and charge who waits."""
        for outlet in self.outlets.values():
            self.tell_connector(outlet)
            if outlet.vehicle is None:
                outlet.told = outlet.state
        self._attend_all()

    def stayed_offline(self) -> None:
        """Vehicles that wait are charged without the CSMS, if it has ever accepted the station."""
        self._attend_all()

    def stop(self, transaction: Transaction, cause: EndCause) -> None:
        """End a transaction, and reset if that was only waited for (B12.FR.03)."""
        super().stop(transaction, cause)
        if self._resets_when_idle and not self.limiter.busy_count:
            self._resets_when_idle = False
            self._start_task(self._reset())

    def start_remotely(self, outlet: Outlet, remote: RemoteStart) -> bool:
        """Start a transaction for the CSMS, now or when the vehicle comes (1.6 §5.11, F01, F02)."""
        if self._is_barred or self.is_down or outlet.transaction is not None:
            return False
        if outlet.vehicle is None:
            self._remote_starts[outlet.model.number] = remote
        else:
            self.begin(outlet, remote.token, remote)
        return True

    def stop_remotely(self, is_meant: Callable[[Transaction], bool]) -> bool:
        """End a transaction for the CSMS (1.6 §5.12, F03); False if there is no such one."""
        transaction = self.find(is_meant)
        if transaction is None or self._is_barred:
            return False
        self.stop(transaction, EndCause.STOPPED_REMOTELY)
        return True

    def remote_deadline(self) -> datetime:
        """Until when a vehicle must come that is to be charged for the CSMS."""
        wait_s = self.settings.seconds(Setting.CONNECTION_TIMEOUT_S)
        return self.clock.now() + timedelta(seconds=wait_s)

    def write_setting(self, setting: Setting, text: str) -> bool:
        """Set a setting, and act on it; False if it cannot be set so."""
        if not self.settings.write(setting, text):
            return False
        self.uplink.interval_changed()
        now = self.clock.now()
        for outlet in self.outlets.values():
            if outlet.transaction is not None:
                self.schedule_sample(outlet, now)
        return True

    def reset(self, *, is_immediate: bool) -> bool:
        """Reset; False: only once all transactions have ended (B12.FR.01)."""
        if self.limiter.busy_count and not is_immediate:
            self._resets_when_idle = True
            return False
        self._start_task(self._reset())
        return True

    def lose_power(self, *, forgets_profiles: bool, resumes_transactions: bool) -> None:
        """Lose power for a moment, whatever its manners are otherwise."""
        if not self.is_down:
            self._start_task(self._go_dark(forgets=forgets_profiles, resumes=resumes_transactions))

    def clock_jumps(self, seconds: float) -> None:
        """Its clock goes wrong by so much more; below 0: back."""
        self.own_clock.jump(seconds)
        self.limiter.follow(self.clock.now())

    def stops_obeying(self, seconds: float, *, pretends: bool) -> None:
        """Its firmware keeps to no limit for a while; its composite schedules show that, or not."""
        now = self.clock.now()
        until = now + timedelta(seconds=seconds)
        self.limiter.stop_obeying(until, now, pretends=pretends)

    @property
    def _is_barred(self) -> bool:
        """Whether it must not start or stop transactions for the CSMS (1.6 §4.2, B02.FR.05)."""
        return self.uplink.registration is Registration.PENDING

    async def _reset(self) -> None:
        if not self._manners.resumes_transactions:
            self.stop_all(EndCause.RESET)
            await happens_within(self.clock, self.uplink.outbox.is_empty, _FLUSH_S)
        await self._reboot(forgets=self._manners.forgets_profiles)

    async def _lose_power(self, at: datetime) -> None:
        await self._sleep_until(at)
        manners = self._manners
        await self._go_dark(forgets=manners.forgets_profiles, resumes=manners.resumes_transactions)

    async def _go_dark(self, *, forgets: bool, resumes: bool) -> None:
        await self._reboot(forgets=forgets)
        if not resumes:
            self.stop_all(EndCause.POWER_LOSS)

    async def _reboot(self, *, forgets: bool) -> None:
        """Be dark for a while. Profiles persist (K01.FR.27), unless it has other manners."""
        self.advance()
        self.is_down = True
        for outlet in self.outlets.values():
            outlet.power_off()
        self.uplink.switch_off()
        await self.clock.sleep(self._rng.uniform(*_REBOOT_S))
        self.is_down = False
        if forgets:
            self.limiter.profiles.clear(Criteria())
        for outlet in self.outlets.values():
            outlet.power_on(self.clock.now())
        self.uplink.switch_on()

    async def _fall_silent(self, at: datetime, lasts_s: float) -> None:
        await self._sleep_until(at)
        self.uplink.stay_away(lasts_s)

    async def _sleep_until(self, at: datetime) -> None:
        await self.clock.sleep(max(0.0, (at - self.clock.now()).total_seconds()))

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            raise RuntimeError(f"station {self.station_id} does not run")
        self._tasks.create_task(work)

    def _attend_all(self) -> None:
        for outlet in self.outlets.values():
            if outlet.is_waiting:
                self._start_task(self._attend(outlet))

    async def _attend(self, outlet: Outlet) -> None:
        """Authorize the vehicle that waits, and charge it."""
        vehicle = outlet.vehicle
        if vehicle is None or self.is_down:
            return  # later, when the station is up again
        if self.uplink.is_booting or not self.uplink.was_accepted:
            return  # later, when the station is known to the CSMS
        remote = self._remote_starts.pop(outlet.model.number, None)
        if remote and remote.expires_at < self.clock.now():
            remote = None
        token = remote.token if remote else vehicle.session.user
        # Without a connection unknown tokens are accepted (1.6 §3.5.4, C15).
        is_refused = (
            remote is None and self.uplink.is_online and not await self.is_authorized(token)
        )
        if outlet.vehicle is not vehicle or not outlet.is_waiting or self.is_down:
            return  # it has left meanwhile, or is being charged already
        if is_refused:
            outlet.is_waiting = False
        else:
            self.begin(outlet, token, remote)
