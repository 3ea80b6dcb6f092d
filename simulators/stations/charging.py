"""What a station does with vehicles: transactions, meter values, limits."""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simulators.clock import Clock
from simulators.stations.charging_profiles import FOREVER, Profile, Purpose
from simulators.stations.dialect import Dialect, EndCause
from simulators.stations.limiter import Limiter
from simulators.stations.manners import Manners
from simulators.stations.outlet import Amps, Outlet, OutletModel, Transaction
from simulators.stations.own_clock import OwnClock
from simulators.stations.profile_store import Criteria, ProfileRefusedError
from simulators.stations.profile_wire import Abilities
from simulators.stations.settings import Setting, Settings, units_of

logger = logging.getLogger(__name__)

_BEGINS_ANOTHER: Final = frozenset({EndCause.RESET, EndCause.POWER_LOSS})
"""After these a vehicle that is still there is charged again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStart:
    """A start that the CSMS has asked for, perhaps before the vehicle is there."""

    token: str
    expires_at: datetime
    remote_start_id: int | None = None
    profile: Profile | None = None


class Charging(Dialect):
    """The outlets of a station and their transactions.

    Args:
        models: The outlets' hardware.
        clock: Simulated time.
        rng: The station's randomness.
        manners: How it misbehaves.

    Attributes:
        abilities: What it can do with profiles.
        own_clock: What it takes the time to be.
        limiter: Holds its outlets to its profiles.
        settings: What the CSMS may read and set.
        is_down: Whether it is without power, and tells nothing.
    """

    def __init__(
        self, models: Sequence[OutletModel], clock: Clock, rng: Random, manners: Manners
    ) -> None:
        is_dc = any(model.is_dc for model in models)
        self.clock = clock
        self.abilities = Abilities(units=units_of(is_dc=is_dc, only_watts=manners.only_watts))
        self.settings = Settings(self.abilities)
        self.own_clock = OwnClock(clock, manners.wrong_clock_s)
        self.limiter = Limiter(
            models, self.abilities, self.same_level, manners, rng, self.own_clock
        )
        self.is_down = False
        self._rng = rng

    @property
    def outlets(self) -> Mapping[int, Outlet]:
        """Its outlets by EVSE number."""
        return self.limiter.outlets

    def true_currents(self, evse_number: int) -> Amps:
        """Amperes in the station's L1, L2, L3 when time last passed."""
        return self.outlets[evse_number].currents

    def limit_a(self, evse_number: int) -> float:
        """What the vehicle is offered, in amperes per line of the supply."""
        return self.outlets[evse_number].limit_a

    def advance(self) -> None:
        """Let time pass up to now, and tell of what has changed."""
        now = self.clock.now()
        for outlet in self.outlets.values():
            if outlet.vehicle is None:
                continue
            outlet.advance(now)
            self.tell_state(outlet)
            due_at = outlet.sample_due_at
            if due_at is None or due_at > now or self.is_down or outlet.transaction is None:
                continue
            outlet.on_sample(outlet)
            self.tell_sample(outlet, outlet.transaction)
            self.schedule_sample(outlet, due_at)

    def begin(self, outlet: Outlet, token: str, remote: RemoteStart | None = None) -> None:
        """Start a transaction."""
        now = self.clock.now()
        transaction = Transaction(
            key=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            token=token,
            started_at=now,
            begin_wh=outlet.shown_wh,
            remote_start_id=remote.remote_start_id if remote else None,
        )
        outlet.begin(transaction)
        if remote and remote.profile:
            try:
                self.limiter.profiles.install(remote.profile)
            except ProfileRefusedError as refusal:  # what it met came after the remote start
                logger.info("a profile of a remote start is dropped: %s", refusal)
        self.limiter.follow(now)
        self.schedule_sample(outlet, now)
        self.tell_started(outlet, transaction)
        self.tell_state(outlet)

    def stop(self, transaction: Transaction, cause: EndCause) -> None:
        """End a transaction if it still runs; its vehicle stays where it is."""
        now = self.clock.now()
        for outlet in self.outlets.values():
            if outlet.transaction is transaction:
                outlet.advance(now)
                outlet.end(begins_another=cause in _BEGINS_ANOTHER)
                self.limiter.profiles.end_transaction(outlet.model.number)
                self.limiter.follow(now)
                self.tell_ended(outlet, transaction, cause)
                self.tell_state(outlet)

    def stop_all(self, cause: EndCause) -> None:
        """End every transaction."""
        for transaction in [outlet.transaction for outlet in self.outlets.values()]:
            if transaction is not None:
                self.stop(transaction, cause)

    def find(self, is_meant: Callable[[Transaction], bool]) -> Transaction | None:
        """A transaction that runs."""
        running = [o.transaction for o in self.outlets.values() if o.transaction is not None]
        return next(filter(is_meant, running), None)

    def idle_outlet(self, evse_number: int | None) -> Outlet | None:
        """An outlet without transaction: the one asked for, or best one with a vehicle."""
        idle = [outlet for outlet in self.outlets.values() if outlet.transaction is None]
        if evse_number is not None:
            idle = [outlet for outlet in idle if outlet.model.number == evse_number]
        return max(idle, key=lambda outlet: outlet.vehicle is not None, default=None)

    def install(self, profile: Profile) -> None:
        """Install a profile and follow it.

        Raises:
            ProfileRefusedError: The station cannot or will not.
        """
        self.limiter.check(profile)
        if profile.purpose is Purpose.TX:  # 1.6 §5.16.4, K01.FR.09, FR.33
            transaction = self.outlets[profile.evse_number].transaction
            if transaction is None or not self.is_meant(profile, transaction):
                raise ProfileRefusedError("TxNotFound", "no such transaction on this EVSE")
        self.limiter.install(profile, self.clock.now())

    def check_remote_profile(self, profile: Profile) -> None:
        """Refuse what cannot come with a remote start (1.6 §5.16.2, F01.FR.09, FR.11).

        Raises:
            ProfileRefusedError: It is not for the transaction that is to begin.
        """
        self.limiter.check(profile)
        if profile.purpose is not Purpose.TX or profile.transaction is not None:
            raise ProfileRefusedError("InvalidProfile", "expected one for a new transaction")

    def clear_profiles(self, criteria: Criteria) -> int:
        """Remove profiles and follow those that are left; tells how many there were."""
        count = self.limiter.profiles.clear(criteria)
        self.limiter.follow(self.clock.now())
        return count

    def tell_state(self, outlet: Outlet) -> None:
        """Tell what the outlet does, if the CSMS was told something else."""
        state = outlet.state
        if state is not outlet.told and not self.is_down:
            before, outlet.told = outlet.told, state
            self.tell_change(outlet, before)

    def schedule_sample(self, outlet: Outlet, last_at: datetime) -> None:
        """The next sample comes an interval after the last, or now if that is past."""
        interval_s = self.settings.seconds(Setting.METER_INTERVAL_S)
        due_at = max(last_at + timedelta(seconds=interval_s), self.clock.now())
        outlet.sample_due_at = due_at if interval_s else FOREVER
