"""Asking stations what they will allow (GetCompositeSchedule), and comparing it with what holds.

It may be lower: somebody else may limit the station. Where it is higher the limit has not the
effect that it should have, unless the meter shows that it has: then it is the answer that is wrong,
and stations of that make are not asked again. Many answer with what their hardware could, with -1,
or not at all. One of a time that is over proves nothing.

It is asked once a fallback has been taken, once a form of limits has been taken for the first time,
and every day after that; seldom enough that limits do not wait for it. Of a make whose answers can
be believed it is asked for the fallback before its station may get more.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.charging_profile import CompositeSchedule
from csms.domain.commands import CommandStatus, CompositeOutcome, ReadCompositeSchedule
from csms.domain.limits import Allowance
from csms.domain.notice_kinds import NoticeKind
from csms.domain.station import RateUnit
from csms.language.said import Said
from csms.service.dialect_notes import DialectNotes
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation
from csms.service.profile_writing import watts_per_limit_ampere
from csms.service.site_access import SiteAccess

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 30.0
_AT_ONCE: Final = 5
"""So many questions are asked at a time, one after the other."""
_AGAIN: Final = timedelta(days=1)
_WHEN_BACK: Final = timedelta(hours=1)
"""How soon a station that is not connected is looked for again."""
_SHORTEST_S: Final = 60
_FALLBACK_S: Final = 900
_MOMENT: Final = timedelta(microseconds=1)
_TOLERANCE_A: Final = 1.0
_TOLERANCE_SHARE: Final = 0.1
"""Stations reckon watts with voltages of their own."""
_CLEARLY_A: Final = 2.0


@dataclass(frozen=True, slots=True)
class Excess:
    """What a composite schedule shows, where less is allowed: in A."""

    shown_a: float
    allowed_a: float


class ReadBack:
    """Asks the stations of a site for their composite schedules.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)

    async def run(self) -> None:
        """Ask whoever is due, until cancelled."""
        while True:
            await self._access.clock.sleep(_LOOK_EVERY_S)
            try:
                await self.ask_due()
            except Exception:  # limits do not depend on it, and it is asked again
                logger.exception("could not read limits back")

    async def ask_due(self) -> None:
        """Ask some of those that are due."""
        now, due = self._access.clock.now(), self._live.to_read_at
        for key in [key for key, at in due.items() if at <= now][:_AT_ONCE]:
            evse = self._live.evses.get(key)
            if evse is None or not self._is_able(evse):
                del due[key]
            elif not self._live.stations[key.station_id].is_connected:
                due[key] = now + _WHEN_BACK
            elif not evse.allowance.uncertain:  # limits go first
                del due[key]
                await self._ask(evse)

    async def confirm(self, evse: LiveEvse) -> None:
        """Ask for a fallback that has just been taken, of a make whose answers can be believed."""
        station = self._live.stations[evse.place.evse.station_id]
        if self._live.dialects.of(station).reads_back is True:
            await self._ask(evse)

    def _is_able(self, evse: LiveEvse) -> bool:
        """Whether an answer would be of use."""
        station = self._live.stations[evse.place.evse.station_id]
        is_asked = self._live.dialects.of(station).reads_back is not False
        return is_asked and not evse.is_stray

    async def _ask(self, evse: LiveEvse) -> None:
        station = self._live.stations[evse.place.evse.station_id]
        doubts, allowance, now = station.doubts, evse.allowance, self._access.clock.now()
        accepted = allowance.accepted
        lasts_s = _FALLBACK_S if accepted is None else (accepted.ends_at - now).total_seconds()
        command = ReadCompositeSchedule(
            evse_number=evse.place.evse.number,
            duration_s=max(_SHORTEST_S, round(lasts_s)),
            unit=RateUnit.WATT if evse.place.is_dc else station.capabilities.rate_unit,
        )
        outcome = await self._access.gateway.send(station.station_id, command)
        if station.doubts != doubts or evse.allowance != allowance:
            self._live.read_back_later(evse, self._access.clock.now())  # it is about what was
            return
        if outcome.status is CommandStatus.NOT_SENT:
            return
        schedule = usable(outcome)
        if schedule is None:
            logger.info("tells no composite schedule: %s", outcome.detail or outcome.status)
            await self._notes.reads_back(station, is_able=False)
            return
        duration_s = min(schedule.duration_s, command.duration_s)  # some tell more than was asked
        schedule = replace(schedule, duration_s=duration_s)
        if is_of_now(self._live, evse, schedule, self._access.clock.now()):
            await self._compare(station, evse, schedule)
        else:  # its clock may not be known yet
            logger.info("its composite schedule is of a time that is over")
            self._live.to_read_at[evse.place.evse] = now + _AGAIN

    async def _compare(
        self, station: LiveStation, evse: LiveEvse, schedule: CompositeSchedule
    ) -> None:
        excess = find_excess(self._live, evse, schedule, self._access.clock.now())
        if excess is None:
            await self._as_it_should_be(station, evse)
        elif not evse.is_occupied:
            logger.info("its schedule without a vehicle says nothing: %.1f A", excess.shown_a)
        elif self._is_over(evse):
            logger.info("its meter shows more than it may draw, and will tell")
        elif self._keeps_to(evse, excess):
            logger.info("its composite schedule is wrong: %.1f A", excess.shown_a)
            await self._notes.reads_back(station, is_able=False)
        else:
            await self._misread(station, evse, excess)

    async def _as_it_should_be(self, station: LiveStation, evse: LiveEvse) -> None:
        form, now = evse.form_in_use(self._access.clock.now()), self._access.clock.now()
        await self._notes.reads_back(station, is_able=True)
        self._live.to_read_at[evse.place.evse] = now + _AGAIN
        if evse.is_occupied:
            await self._notes.followed(station, form)
            if evse.allowance.is_on_trial:
                self._live.expect()
            if evse.trial is not None and (evse.is_unseen or not evse.mistrust):
                evse.trial = None
                evse.trust()
                self._live.mark()

    def _keeps_to(self, evse: LiveEvse, excess: Excess) -> bool:
        """Whether the meter shows that the vehicle takes what it may, and no more."""
        now = self._access.clock.now()
        drawn_a = evse.drawn_a(now, self._live.settled)
        allowed_a = evse.allowance.told().now_a(now)
        if drawn_a is None or excess.shown_a < allowed_a + _CLEARLY_A:
            return False
        return abs(max(drawn_a) - allowed_a) <= _TOLERANCE_A < max(drawn_a)

    def _is_over(self, evse: LiveEvse) -> bool:
        """Whether the meter shows by itself that the limit is not kept to."""
        if evse.reading is None or evse.reading.current_a is None:
            return False
        held = evse.allowance.told()
        return max(evse.reading.current_a) > held.now_a(self._access.clock.now()) + _TOLERANCE_A

    async def _misread(self, station: LiveStation, evse: LiveEvse, excess: Excess) -> None:
        """Count an EVSE at its rating, and have it told its limit in another form."""
        form = evse.form_in_use(self._access.clock.now())
        words = Said(
            "Its composite schedule is %(shown).0f A where %(allowed).0f A are allowed",
            shown=excess.shown_a,
            allowed=excess.allowed_a,
        )
        evse.distrust(words, is_unseen=True)
        evse.trial = None
        await self._notes.ignored(station, form)
        await self._notes.raise_notice(
            station.station_id,
            NoticeKind.LIMITS_MISREAD,
            evse_number=evse.place.evse.number,
            form=str(form),
            shown_a=round(excess.shown_a, 1),
            allowed_a=round(excess.allowed_a, 1),
            counted_a=evse.place.max_a,
        )
        self._live.look_at(station.station_id)
        self._live.alarm()


def usable(outcome: CompositeOutcome) -> CompositeSchedule | None:
    """A composite schedule that can be meant, None where there is none."""
    schedule = outcome.schedule
    if not outcome.is_accepted or schedule is None or not schedule.periods:
        return None
    return None if any(period.limit < 0 for period in schedule.periods) else schedule


def is_of_now(live: LiveSite, evse: LiveEvse, schedule: CompositeSchedule, now: datetime) -> bool:
    """Whether a composite schedule tells anything of the present, or of what is to come."""
    return next(_middles(live, evse, schedule, now), None) is not None


def find_excess(
    live: LiveSite,
    evse: LiveEvse,
    schedule: CompositeSchedule,
    now: datetime,
    allowance: Allowance | None = None,
) -> Excess | None:
    """Where a composite schedule shows more than an EVSE may draw, None if nowhere.

    It is compared in the middle of its periods: clocks differ by seconds.

    Args:
        live: The site.
        evse: Whose schedule it is.
        schedule: What its station has told.
        now: The present instant.
        allowance: What it may draw; None: as is reckoned.
    """
    held = (allowance or evse.allowance).told()
    is_in_watts = schedule.unit is RateUnit.WATT
    watts = watts_per_limit_ampere(live, evse) if is_in_watts else 1.0
    share = _TOLERANCE_SHARE if is_in_watts else 0.0
    for at, rate in _middles(live, evse, schedule, now):
        shown_a, allowed_a = rate / watts, held.most_a(at, at + _MOMENT)
        if min(shown_a, evse.place.max_a) > allowed_a * (1.0 + share) + _TOLERANCE_A:
            return Excess(shown_a, allowed_a)
    return None


def _middles(
    live: LiveSite, evse: LiveEvse, schedule: CompositeSchedule, now: datetime
) -> Iterator[tuple[datetime, float]]:
    clock = live.stations[evse.place.evse.station_id].clock
    begins_at = clock.read(schedule.starts_at) if schedule.starts_at else now
    starts = [begins_at + timedelta(seconds=period.start_s) for period in schedule.periods]
    ends_at = begins_at + timedelta(seconds=schedule.duration_s)
    for period, start, stop in zip(schedule.periods, starts, (*starts[1:], ends_at), strict=True):
        start_at, stop_at = max(start, now), min(stop, ends_at)
        if start_at < stop_at:
            yield start_at + (stop_at - start_at) / 2, period.limit
