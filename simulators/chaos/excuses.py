"""What excuses an excess, and for how long: by what has happened, and who could be told of it.

A physical event may make an excess unavoidable: a building switches on more than the site file
promises, or a station keeps to no limit any more. The system learns of it by the next reading of
the building's meter, or by three of the station's; then others are told to make room. So it does of
a resource that draws more than it was told, by one reading of its own, or when it is missed:

1. Until they have answered, and their vehicles have followed, the excess is excused: all of it
   where it is the building's, what the station draws beyond its limit where that is the cause.
2. Until a call to a station that does not answer has run out, what stations draw that could not be
   told is excused, beyond their fallbacks.
3. From then on, what would be too much if all that can be told had gone down to their fallbacks.

Where a limit is lower than what is drawn at worst whatever anybody does, it is excused what would
be too much if all were at their fallbacks.

Where the building's meter shows chargers as well, what was switched on is not known in full at
once: until it is, another excess may begin, and is excused until the next reading in the same way.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, TypeAlias

from simulators.chaos.disobedience import Disobedience, slack_w
from simulators.chaos.excuse import EvseKey, Excuse, LineKey, SuddenStep
from simulators.chaos.overdraw import FOLLOWED_WITHIN, Overdraw
from simulators.site import Place, Site

IsTold: TypeAlias = Callable[[str, datetime], bool]
"""Whether a station can be told what it may draw, and has had the time to follow."""
Wake: TypeAlias = Callable[[datetime], None]
"""Has the judge look again at an instant."""

ANSWERED_WITHIN: Final = timedelta(seconds=1)
"""From a reading until the calls that it leads to are answered, if nothing goes wrong."""
TRIED_AGAIN_WITHIN: Final = timedelta(seconds=1)
"""From when the server can write down again what it is about to send until it does."""
CALL_TIMEOUT: Final = timedelta(seconds=30)
_SETTLED: Final = ANSWERED_WITHIN + FOLLOWED_WITHIN


class _Stage(IntEnum):
    FIRST = 1
    SECOND = 2
    THIRD = 3


class Excuses:
    """Knows why more may flow than a limit for a while.

    Args:
        site: Where.
        is_told: Who can be told what.
        wake: Has the judge look again.
    """

    def __init__(self, site: Site, is_told: IsTold, wake: Wake) -> None:
        self._is_told = is_told
        self._wake = wake
        self._paths = {one.feeder_id: site.path_up(one.feeder_id) for one in site.feeders}
        self._places = {(one.station_id, one.model.number): one for one in site.places}
        self._resources = {(one.station_id, one.model.number): one for one in site.resources}
        self._steps: list[SuddenStep] = []
        self._overdraws: dict[EvseKey, Overdraw] = {}
        self._disobedience = {key: _disobedience(one) for key, one in self._resources.items()}
        self._obey_from: dict[EvseKey, datetime] = {}
        self._held_until: datetime | None = None
        self._deep: list[tuple[str, datetime, datetime]] = []

    def limit_is_deep(self, feeder_id: str, from_at: datetime, until: datetime) -> None:
        """A feeder is limited to less than cannot be avoided."""
        self._deep.append((feeder_id, from_at, until))

    def steps_up(self, step: SuddenStep) -> None:
        """A building draws more than was promised, from now on."""
        self._steps.append(step)
        self._wake(step.ends_at)

    def meter_read(self, feeder_id: str, now: datetime) -> None:
        """A feeder's meter has told the system what it shows."""
        until = self._answered_from(now)
        for step in self._on(now):
            if step.feeder_id != feeder_id:
                continue
            if step.answered_at is None:
                step.answered_at = until
                self._look_later(until)
            for key in [key for key, at in step.again.items() if at is None]:
                step.again[key] = until
                self._look_later(until)

    def excess_begins(self, key: LineKey, now: datetime) -> None:
        """A line has begun to carry too much."""
        for step in self._on(now):
            answered_at = step.answered_on(key)
            is_later = answered_at is not None and answered_at <= now < step.told_apart_at
            if is_later and key[0] in self._paths[step.feeder_id]:
                step.again[key] = None

    def draws(self, key: EvseKey, drawn_a: float, told_a: float, now: datetime) -> None:
        """An EVSE that keeps to nothing draws so much, and was told so much."""
        self._obey_from.pop(key, None)
        self._overdraws.setdefault(key, Overdraw()).look(drawn_a, told_a, now)
        self._wake(now + FOLLOWED_WITHIN)

    def obeys(self, key: EvseKey, now: datetime) -> None:
        """An EVSE keeps to what it is told; its vehicle follows, if it did not before."""
        if key in self._overdraws and key not in self._obey_from:
            self._obey_from[key] = now + FOLLOWED_WITHIN
            self._wake(self._obey_from[key])

    def told_current(self, key: EvseKey, now: datetime) -> None:
        """An EVSE's meter has told what it draws."""
        overdraw = self._overdraws.get(key)
        if overdraw is not None and self._is_told(key[0], now):
            overdraw.read(now, self._answered_from(now))
            if (answered_at := overdraw.answered_at(now)) is not None:
                self._look_later(answered_at)

    def resource_draws(self, key: EvseKey, drawn_a: float, told_a: float, now: datetime) -> None:
        """A resource draws so much, and was told so much at most that has not lapsed."""
        self._disobedience[key].look(drawn_a, told_a)
        self._wake(now)

    def told_power(self, key: EvseKey, now: datetime) -> None:
        """A resource has told what it draws."""
        answered_at = self._answered_from(now)
        if self._disobedience[key].read(now, answered_at):
            self._look_later(answered_at)

    def station_restarts(self, station_id: str) -> None:
        """A station is believed again."""
        for key, overdraw in self._overdraws.items():
            if key[0] == station_id:
                overdraw.begin_anew()

    def server_is_gone(self) -> None:
        """What has happened is found out anew by the next server."""
        for step in self._steps:
            step.answered_at = None
            step.again.clear()
        for overdraw in self._overdraws.values():
            overdraw.begin_anew()
        for disobedience in self._disobedience.values():
            disobedience.begin_anew()

    def server_is_held(self, until: datetime) -> None:
        """It cannot write down what it is about to send, and tries again afterwards."""
        self._held_until = until if self._held_until is None else max(until, self._held_until)
        self._wake(until)

    def of(self, key: LineKey, now: datetime) -> Excuse | None:
        """What is excused of an excess on a line; None: nothing."""
        feeder_id, _ = key
        self._forget_who_obeys(now)
        steps = [one for one in self._on(now) if feeder_id in self._paths[one.feeder_id]]
        stages = [_stage(one.answered_on(key), now) for one in steps]
        if _Stage.FIRST in stages:
            return Excuse(is_whole=True)
        beyond_a: dict[EvseKey, float] = {}
        for evse, overdraw in self._over(feeder_id, now):
            stage = _stage(overdraw.answered_at(now), now)
            stages.append(stage)
            if stage is _Stage.FIRST:
                beyond_a[evse] = overdraw.told_a(now)
        fallback_a = self._fallbacks(feeder_id) if self._is_deep(feeder_id, now) else None
        if not stages:
            return None if fallback_a is None else Excuse(fallback_a=fallback_a)
        if max(stages) is _Stage.FIRST:
            return Excuse(beyond_a=beyond_a, fallback_a=fallback_a)
        told, untold = self._told_and_untold(feeder_id, now)
        if max(stages) is _Stage.SECOND:
            beyond_a = {**untold, **beyond_a}
        return Excuse(beyond_a=beyond_a, unavoidable_a=told, fallback_a=fallback_a)

    def _is_deep(self, feeder_id: str, now: datetime) -> bool:
        return any(name == feeder_id and at <= now < until for name, at, until in self._deep)

    def _fallbacks(self, feeder_id: str) -> dict[EvseKey, float]:
        """What all EVSEs and resources below a feeder may draw whatever happens."""
        every = {**self._places, **self._resources}
        return {
            key: place.fallback_a
            for key, place in every.items()
            if feeder_id in self._paths[place.feeder_id]
        }

    def _answered_from(self, now: datetime) -> datetime:
        """When what is found out now has been answered, and followed."""
        if self._held_until is None or self._held_until <= now:
            return now + _SETTLED
        return self._held_until + TRIED_AGAIN_WITHIN + _SETTLED

    def _forget_who_obeys(self, now: datetime) -> None:
        for key in [key for key, at in self._obey_from.items() if at <= now]:
            del self._obey_from[key], self._overdraws[key]

    def _look_later(self, answered_at: datetime) -> None:
        self._wake(answered_at)
        self._wake(answered_at + CALL_TIMEOUT)

    def _on(self, now: datetime) -> Iterator[SuddenStep]:
        """Steps that are on, or not known in full yet."""
        return (
            step
            for step in self._steps
            if step.starts_at <= now < max(step.ends_at, step.told_apart_at)
        )

    def _over(
        self, feeder_id: str, now: datetime
    ) -> Iterator[tuple[EvseKey, Overdraw | Disobedience]]:
        """EVSEs and resources below a feeder that draw more than they were told."""
        places = {**self._places, **self._resources}
        every: dict[EvseKey, Overdraw | Disobedience] = {**self._overdraws, **self._disobedience}
        return (
            (key, overdraw)
            for key, overdraw in every.items()
            if overdraw.is_over(now) and feeder_id in self._paths[places[key].feeder_id]
        )

    def _told_and_untold(
        self, feeder_id: str, now: datetime
    ) -> tuple[dict[EvseKey, float], dict[EvseKey, float]]:
        """The fallbacks of EVSEs below a feeder: of those that can be told, and of the others.

        Who keeps to nothing is neither: others have to make room for it.
        """
        told: dict[EvseKey, float] = {}
        untold: dict[EvseKey, float] = {}
        for key, place in self._below(feeder_id):
            if key not in self._overdraws:
                fallbacks = told if self._is_told(key[0], now) else untold
                fallbacks[key] = place.fallback_a
        return told, untold

    def _below(self, feeder_id: str) -> Iterable[tuple[EvseKey, Place]]:
        return (
            (key, place)
            for key, place in self._places.items()
            if feeder_id in self._paths[place.feeder_id]
        )


def _disobedience(place: Place) -> Disobedience:
    rated_w = place.model.max_a * place.model.w_per_a
    return Disobedience(slack_w(rated_w) / place.model.w_per_a, _SETTLED)


def _stage(answered_at: datetime | None, now: datetime) -> _Stage:
    if answered_at is None or now < answered_at:
        return _Stage.FIRST
    return _Stage.SECOND if now < answered_at + CALL_TIMEOUT else _Stage.THIRD
