"""Which limit holds at each outlet of a station: its hardware, its profiles, its manners."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random

from simulators.stations.charging_profiles import FOREVER, Profile, Purpose, Slice
from simulators.stations.manners import Composite, Manners
from simulators.stations.outlet import Outlet, OutletModel
from simulators.stations.own_clock import OwnClock
from simulators.stations.profile_store import (
    Limit,
    ProfileRefusedError,
    ProfileStore,
    SameLevel,
    tightest,
)
from simulators.stations.profile_wire import Abilities, check_abilities


class Limiter:
    """Holds a station's outlets to its profiles.

    Args:
        models: The outlets' hardware.
        abilities: What the station can do with profiles.
        same_level: What its version does with profiles that meet at one level.
        manners: How it misbehaves.
        rng: Draws how fast vehicles respond.
        own_clock: What the station takes the time to be: its profiles go by that.

    Attributes:
        outlets: By EVSE number.
        profiles: What the CSMS has installed.
    """

    def __init__(
        self,
        models: Sequence[OutletModel],
        abilities: Abilities,
        same_level: SameLevel,
        manners: Manners,
        rng: Random,
        own_clock: OwnClock,
    ) -> None:
        self.outlets: Mapping[int, Outlet] = {
            model.number: Outlet(model, self._limit_at, rng) for model in models
        }
        for outlet in self.outlets.values():
            outlet.reported_share = manners.reported_share
        self.profiles = ProfileStore(same_level, abilities.max_profiles)
        self._abilities = abilities
        self._manners = manners
        self._own_clock = own_clock
        self._ignores_until: datetime | None = None
        self._pretends = manners.composite is Composite.PRETENDED

    @property
    def busy_count(self) -> int:
        """How many transactions run."""
        return sum(outlet.transaction is not None for outlet in self.outlets.values())

    @property
    def composite(self) -> Composite:
        """What it makes of the question for a composite schedule."""
        return self._manners.composite

    def check(self, profile: Profile) -> None:
        """Refuse what fits neither the station nor its manners.

        Raises:
            ProfileRefusedError: Naming what does not fit.
        """
        check_abilities(profile, self._abilities)
        if profile.evse_number not in {0, *self.outlets}:  # K01.FR.28
            raise ProfileRefusedError("UnknownEvse", f"there is no EVSE {profile.evse_number}")
        is_whole = profile.evse_number == 0
        is_misplaced = {
            Purpose.STATION_MAX: not is_whole or self._manners.refuses_station_max,
            Purpose.TX_DEFAULT: self._manners.refuses_tx_defaults,
            Purpose.TX: is_whole or self._manners.refuses_tx_profile,  # K01.FR.16
        }
        if is_misplaced[profile.purpose]:
            raise ProfileRefusedError("InvalidProfile", f"no {profile.purpose} profile here")
        self._check_quirks(profile)

    def _check_quirks(self, profile: Profile) -> None:
        """Refuse what OCPP allows and the station cannot read."""
        manners, limits = self._manners, [period.limit for period in profile.periods]
        quirks = {
            "no validTo": manners.refuses_validity and profile.valid_to is not None,
            "one period only": manners.one_period and len(limits) > 1,
            "whole numbers only": manners.whole_numbers
            and not all(float(limit).is_integer() for limit in limits),
        }
        for words, is_one in quirks.items():
            if is_one:
                raise ProfileRefusedError("InvalidSchedule", words)

    def install(self, profile: Profile, now: datetime) -> None:
        """Install a profile that has been checked, and follow it (K01.FR.07).

        Raises:
            ProfileRefusedError: There is no room for it beside the others.
        """
        self.profiles.install(profile)
        self.follow(now)

    def follow(self, now: datetime) -> None:
        """Offer every vehicle what the profiles allow now."""
        for outlet in self.outlets.values():
            outlet.advance(now)
            outlet.reconsider(now)

    def stop_obeying(self, until: datetime, now: datetime, *, pretends: bool) -> None:
        """Keep to no profile for a while, and say so in composite schedules, or not."""
        self._ignores_until = until
        self._pretends = self._pretends or pretends
        self.follow(now)

    def is_ignoring(self, now: datetime) -> bool:
        """Whether it keeps to no profile at all."""
        is_gone_wrong = self._ignores_until is not None and now < self._ignores_until
        return self._manners.ignores_limits or is_gone_wrong

    def told_a(self, evse_number: int, now: datetime) -> float:
        """What an EVSE would keep to by its profiles, in A per line of the supply."""
        return self._allowed(self.outlets[evse_number], now, now, ignores=False).amps

    def over_time(self, evse_number: int, began_at: datetime) -> Callable[[datetime], Limit]:
        """What an EVSE, or (0) the whole station, will be allowed.

        Where no transaction runs, one is assumed that begins at `began_at` (K08.FR.06).
        """
        if self._manners.composite is Composite.HARDWARE:
            outlets = [self.outlets[evse_number]] if evse_number else self.outlets.values()
            all_a = sum(outlet.model.max_a for outlet in outlets)
            return lambda _at: Limit(all_a, FOREVER)
        if evse_number:
            outlet = self.outlets[evse_number]
            return lambda at: self._shown_limit(outlet, at, began_at)
        return lambda at: self._whole(at, began_at)

    def _limit_at(self, outlet: Outlet, now: datetime) -> Limit:
        return self._limit_since(outlet, now, now)

    def _limit_since(self, outlet: Outlet, now: datetime, began_at: datetime) -> Limit:
        """What the outlet keeps to."""
        if self.is_ignoring(now):
            told = self._allowed(outlet, now, began_at, ignores=False)
            ends_at = FOREVER if self._manners.ignores_limits else self._ignores_until
            return Limit(outlet.model.max_a, min(told.until, ends_at or FOREVER))
        return self._allowed(outlet, now, began_at, ignores=self._ignores(outlet.model.number))

    def _shown_limit(self, outlet: Outlet, now: datetime, began_at: datetime) -> Limit:
        """What the station says that the outlet keeps to."""
        if self._pretends:
            return self._allowed(outlet, now, began_at, ignores=False)
        return self._limit_since(outlet, now, began_at)

    def _allowed(
        self, outlet: Outlet, now: datetime, began_at: datetime, *, ignores: bool
    ) -> Limit:
        """The lower of the EVSE's own limit and its share of the station's (1.6 §3.13.3)."""
        model = outlet.model
        if outlet.transaction is not None:
            began_at = outlet.transaction.started_at
        shown, began_shown = self._own_clock.at(now), self._own_clock.at(began_at)
        own = self._timed(self.profiles.evse_rate(model.number, shown, began_shown))
        if ignores:
            own = Slice(None, own.until)
        whole = self._timed(self.profiles.station_rate(shown))
        sharing = max(1, self.busy_count)
        return tightest(
            model.max_a,
            [(own, model.to_amps), (whole, lambda rate: model.to_amps(rate) / sharing)],
        )

    def _ignores(self, evse_number: int) -> bool:
        """Whether the profiles of an EVSE's transaction are taken for show."""
        has_own = self.profiles.has_own(evse_number)
        return self._manners.ignores_tx_profile if has_own else self._manners.ignores_tx_defaults

    def _whole(self, now: datetime, began_at: datetime) -> Limit:
        """What all EVSEs may take from the grid together (K08.FR.03)."""
        limits = [self._shown_limit(o, now, began_at) for o in self.outlets.values()]
        some = next(iter(self.outlets.values()))
        total = tightest(
            sum(limit.amps for limit in limits),
            [
                (
                    self._timed(self.profiles.station_rate(self._own_clock.at(now))),
                    some.model.to_amps,
                )
            ],
        )
        return Limit(total.amps, min(total.until, *(limit.until for limit in limits)))

    def _timed(self, piece: Slice) -> Slice:
        """What profiles say by the station's clock, until when it really is so."""
        return Slice(piece.rate, self._own_clock.when(piece.until))
