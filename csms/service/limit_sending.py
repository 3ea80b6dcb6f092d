"""Putting one limit to one station: in the first form that it takes.

A form that is refused gives way to the next at once, unless stations of its make have taken it
before: then the refusal has another reason, such as a transaction that is just over. What a form
other than a transaction's own does is not sure before it was seen: until then a limit goes out no
higher than the fallback.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from csms.domain.charging_profile import ChargingProfile
from csms.domain.commands import ClearProfiles, CommandStatus, Outcome, SetProfile
from csms.domain.identity import EvseId
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.notice_kinds import NoticeKind
from csms.domain.profile_form import PLAIN_TX, ProfileForm, Slot
from csms.service.dialect_notes import DialectNotes
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.profile_writing import open_forms, profile_id_of, timed_profile, written_to
from csms.service.site_access import SiteAccess
from csms.service.standing_fallbacks import StandingFallbacks
from csms.service.verdicts import verdict_of

logger = logging.getLogger(__name__)

_REFUSALS: Final = frozenset(
    {CommandStatus.REJECTED, CommandStatus.NOT_SUPPORTED, CommandStatus.UNKNOWN}
)
"""What says something of the form; others say that the station was not asked, or did not answer."""

_SUPERSEDED: Final = Outcome(status=CommandStatus.SUPERSEDED, detail="a newer limit came before it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A limit on its way.

    Attributes:
        wanted: The limit as it is to be.
        limit: The same as it goes out: in a form, and no higher than is sure of that.
        number: Under which it is kept.
        plan_number: The plan that it comes from.
    """

    wanted: TimedLimit
    limit: TimedLimit
    number: int
    plan_number: int | None


class LimitSending:
    """Sends limits, form by form.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._fallbacks = StandingFallbacks(access)
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)

    def formed(self, evse: LiveEvse, limit: TimedLimit) -> TimedLimit:
        """A limit in the best form of its station."""
        return self._formed(evse, limit, next(open_forms(self._live, evse), PLAIN_TX))

    async def send(self, evse: LiveEvse, sending: Sending) -> None:
        """Send a limit that counts already; send it anew in other forms while it is refused."""
        station = self._live.stations[evse.place.evse.station_id]
        was_refused = bool(evse.refusal)
        told: list[ChargingProfile] = []
        outcome = await self._put(station, evse, sending.limit, told)
        gives_way = await self._gives_way(station, evse, sending.limit, outcome)
        for form in self._after(evse, sending.limit.form) if gives_way else ():
            if not gives_way:
                break
            if outcome.status is CommandStatus.NOT_SUPPORTED and form.slot == _slot(sending):
                continue
            limit = self._formed(evse, sending.wanted, form)
            profile = timed_profile(self._live, evse, limit)
            if profile is None or profile in told:  # it says the same, and would be refused as well
                await self._notes.refused(station, form, outcome.detail or str(outcome.status))
                continue
            next_one = await self._replace(evse, sending, limit, outcome)
            if next_one is None:  # a newer one has come, and finds its own form
                return
            sending, outcome = next_one, await self._put(station, evse, limit, told)
            gives_way = await self._gives_way(station, evse, limit, outcome)
        await self._settle(station, evse, sending, outcome)
        if gives_way and not was_refused and len(told) > 1:  # and there is nothing left
            await self._notes.raise_notice(
                station.station_id,
                NoticeKind.LIMITS_REFUSED,
                evse_number=evse.place.evse.number,
                limit="timed",
                words=evse.refusal,
                counted_a=evse.allowance.standing_a,
            )

    async def write_down(self, evse: LiveEvse, limit: TimedLimit, plan_number: int | None) -> int:
        """Keep a limit that is about to be sent; return its number."""
        to = evse.place.evse
        facts = {"plan_number": plan_number, "transaction_id": transaction_id(evse)}
        async with self._access.open_uow() as uow:
            numbers = await uow.control.add_sent_limits(
                [(to, limit, facts)], self._access.clock.now()
            )
            await uow.commit()
        return numbers[to]

    def _formed(self, evse: LiveEvse, limit: TimedLimit, form: ProfileForm) -> TimedLimit:
        formed = limit if limit.form == form else replace(limit, form=form)
        station = self._live.stations[evse.place.evse.station_id]
        if form.is_harmless or self._live.dialects.of(station).of(form).is_sure:
            return formed
        return formed.capped(evse.allowance.fallback_a)

    def _after(self, evse: LiveEvse, form: ProfileForm) -> Iterator[ProfileForm]:
        """The forms that come after one, as they are worth a try when their turn comes."""
        forms = list(open_forms(self._live, evse))
        later = forms[forms.index(form) + 1 :] if form in forms else forms
        return iter(later)

    async def _put(
        self,
        station: LiveStation,
        evse: LiveEvse,
        limit: TimedLimit,
        told: list[ChargingProfile],
    ) -> Outcome:
        """Send a limit as a profile, above a fallback that leaves it room."""
        room = await self._fallbacks.make_room(station, evse, limit.form)
        if room is not Standing.HELD:
            status = CommandStatus.REJECTED if room is Standing.REFUSED else CommandStatus.NOT_SENT
            return Outcome(status=status, detail="its fallback does not stand below it yet")
        uncertain = evse.allowance.uncertain
        if not (limit.form.is_harmless or (uncertain and uncertain[-1] is limit)):
            return _SUPERSEDED  # making room has taken its time
        profile = timed_profile(self._live, evse, limit)
        if profile is None:
            return Outcome(status=CommandStatus.NOT_SENT, detail="the transaction is over")
        told.append(profile)
        to = EvseId(station.station_id, written_to(limit.form, evse))
        command = SetProfile(evse_number=to.number, profile=profile)
        return await self._access.gateway.send(to.station_id, command)

    async def _gives_way(
        self, station: LiveStation, evse: LiveEvse, limit: TimedLimit, outcome: Outcome
    ) -> bool:
        """Whether another form is worth a try after what came of one."""
        if outcome.status not in _REFUSALS or not evse.is_occupied:
            return False
        was_taken = self._live.dialects.of(station).of(limit.form).is_accepted
        await self._notes.refused(station, limit.form, outcome.detail or str(outcome.status))
        uncertain = evse.allowance.uncertain
        return not was_taken and bool(uncertain) and uncertain[-1] is limit

    async def _replace(
        self, evse: LiveEvse, sending: Sending, limit: TimedLimit, outcome: Outcome
    ) -> Sending | None:
        """Let a limit count in another form, in place of the one that was refused.

        Returns:
            None where a newer one has come meanwhile.
        """
        evse.allowance = evse.allowance.sent(limit).settled(sending.limit, Verdict.REFUSED)
        await self._keep(evse, sending.number, outcome)
        number = await self.write_down(evse, limit, sending.plan_number)
        uncertain = evse.allowance.uncertain
        if not uncertain or uncertain[-1] is not limit:
            evse.allowance = evse.allowance.settled(limit, Verdict.REFUSED)
            await self._keep(evse, number, _SUPERSEDED)
            return None
        return replace(sending, limit=limit, number=number)

    async def _settle(
        self, station: LiveStation, evse: LiveEvse, sending: Sending, outcome: Outcome
    ) -> None:
        """A limit has been answered, or will not be any more."""
        verdict, now, limit = verdict_of(outcome), self._access.clock.now(), sending.limit
        evse.allow(evse.allowance.settled(limit, verdict), now)
        evse.refusal, evse.retry_at = "", None
        if verdict is not Verdict.ACCEPTED:
            to = evse.place.evse
            logger.warning("%s: limit %s: %s", to, outcome.status, outcome.detail)
            evse.refusal = outcome.detail or str(outcome.status)
        if verdict is Verdict.REFUSED:
            evse.retry_at = now + timedelta(seconds=self._live.site.control.plan_every_s)
        self._live.changed.set()
        await self._keep(evse, sending.number, outcome)
        if verdict is Verdict.ACCEPTED:
            await self._accepted(station, evse, limit.form)

    async def _accepted(self, station: LiveStation, evse: LiveEvse, form: ProfileForm) -> None:
        """A form was taken: watch what comes of it, and clear what stands beside it."""
        await self._notes.accepted(station, form)
        if form not in evse.read_forms:
            evse.read_forms.add(form)
            self._live.read_back_later(evse, self._access.clock.now())
        is_believed = form.is_harmless and not evse.allowance.is_on_trial
        is_sure = is_believed or self._live.dialects.of(station).of(form).is_sure
        if evse.allowance.is_disobeyed or not is_sure:
            evse.watch(form, self._access.clock.now())
        for slot in {limit.form.slot for limit in evse.allowance.lingering}:
            old = ProfileForm(*slot)
            clear = ClearProfiles(profile_id=profile_id_of(old, evse.place.evse.number))
            outcome = await self._access.gateway.send(station.station_id, clear)
            if outcome.is_accepted or outcome.status is CommandStatus.UNKNOWN:
                evse.allow(evse.allowance.cleared(slot), self._access.clock.now())

    async def _keep(self, evse: LiveEvse, number: int, outcome: Outcome) -> None:
        try:
            async with self._access.open_uow() as uow:
                verdict, now = verdict_of(outcome), self._access.clock.now()
                await uow.control.settle_limit(number, verdict, outcome.detail, now)
                await uow.commit()
        except Exception:  # it stays written down as uncertain, which is the safe side
            logger.exception("%s: could not keep the answer to a limit", evse.place.evse)


def transaction_id(evse: LiveEvse) -> str | None:
    """The station's id of the transaction that runs at an EVSE."""
    return evse.transaction.transaction if evse.transaction else None


def _slot(sending: Sending) -> Slot:
    return sending.limit.form.slot
