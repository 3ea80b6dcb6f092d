"""Stations that do not keep to a limit that they have accepted are told it in another form.

They count at their rating meanwhile, and are trusted again once their meter shows that they keep to
the new form. One that keeps to none stays at its rating until it boots.
"""

from datetime import timedelta

from csms.domain.commands import ClearProfiles
from csms.domain.limits import TimedLimit
from csms.domain.notice_kinds import NoticeKind
from csms.domain.profile_form import ProfileForm
from csms.service.dialect_notes import DialectNotes
from csms.service.limit_sending import LimitSending, Sending
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.profile_writing import open_forms, profile_id_of
from csms.service.site_access import SiteAccess
from csms.service.standing_fallbacks import StandingFallbacks


class Mending:
    """Finds the form that a station keeps to.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._fallbacks = StandingFallbacks(access)
        self._limits = LimitSending(access)
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)

    async def note(self, station: LiveStation, evse: LiveEvse) -> None:
        """Note what was seen of forms, and tell operators of those that are not kept to."""
        while evse.findings:
            finding = evse.findings.pop(0)
            if finding.is_followed:
                await self._notes.followed(station, finding.form)
                self._live.expect()  # others of its make may be told as well
                continue
            drawn_a = max(evse.reading.current_a) if evse.reading and evse.reading.current_a else 0
            await self._notes.ignored(station, finding.form)
            await self._notes.raise_notice(
                station.station_id,
                NoticeKind.LIMITS_IGNORED,
                evse_number=evse.place.evse.number,
                form=str(finding.form),
                drawn_a=round(drawn_a, 1),
                counted_a=evse.place.max_a,
            )

    async def mend(self, station: LiveStation, evse: LiveEvse) -> None:
        """Tell an EVSE that is not trusted its fallback in the next form, and watch it.

        First in the fallback's own form, if that is ignored; else as a limit, if a vehicle is
        there to be limited.
        """
        held = self._fallbacks.held(evse).form
        if not self._live.dialects.is_open(station, held):
            if await self._fallbacks.move(station, evse):
                evse.watch(self._fallbacks.held(evse).form, self._access.clock.now())
            elif evse.is_unseen:
                await self._disbelieve(station, evse)
            return
        if not evse.is_occupied:
            return
        if any(open_forms(self._live, evse)):
            await self._probe(evse)
            return
        if evse.is_unseen:
            await self._disbelieve(station, evse)
            return
        evse.is_unlimitable = True
        await self._clear(station, evse)
        evse.watch(held, self._access.clock.now())

    async def _disbelieve(self, station: LiveStation, evse: LiveEvse) -> None:
        """Leave it to the meter: by its composite schedules a station keeps to no form at all."""
        await self._notes.reads_back(station, is_able=False)
        evse.trust()

    async def _probe(self, evse: LiveEvse) -> None:
        """Tell the fallback as a limit."""
        now = self._access.clock.now().replace(microsecond=0)
        wanted = TimedLimit(
            starts_at=now,
            ends_at=now + timedelta(seconds=self._live.site.control.limits_live_s),
            steps=((0, evse.allowance.fallback_a),),
        )
        limit = self._limits.formed(evse, wanted)
        evse.allowance = evse.allowance.sent(limit)
        number = await self._limits.write_down(evse, limit, plan_number=None)
        sending = Sending(wanted=wanted, limit=limit, number=number, plan_number=None)
        await self._limits.send(evse, sending)

    async def _clear(self, station: LiveStation, evse: LiveEvse) -> None:
        """Clear the limits that it does not keep to, so that the fallback is all that is left."""
        for slot in {limit.form.slot for limit in evse.allowance.limits}:
            number = profile_id_of(ProfileForm(*slot), evse.place.evse.number)
            await self._access.gateway.send(station.station_id, ClearProfiles(profile_id=number))
