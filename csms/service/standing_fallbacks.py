"""Giving stations their standing fallbacks, in the first form that they take.

The old one stands until the new one is taken, and is cleared only then. So moving a fallback from
one form to another leaves no gap, and a station that refuses the new one keeps the old.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.commands import ClearProfiles, CommandStatus, Outcome, SetProfile
from csms.domain.identity import WHOLE_STATION, EvseId
from csms.domain.limits import Standing, Verdict
from csms.domain.notice_kinds import NoticeKind
from csms.domain.profile_form import (
    PLAIN_DEFAULT,
    Place,
    ProfileForm,
    Slot,
    standing_forms,
)
from csms.domain.standing import HeldFallback
from csms.language.said import Said
from csms.service.dialect_notes import DialectNotes
from csms.service.grid_guard import adds_to_overload
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.profile_writing import (
    open_forms_above,
    profile_id_of,
    standing_profile,
    written_to,
)
from csms.service.site_access import SiteAccess
from csms.service.verdicts import verdict_of

logger = logging.getLogger(__name__)

_COMMON: Final = ProfileForm(ProfilePurpose.TX_DEFAULT, Place.STATION, is_standing=True)
_LOWEST_LEVEL: Final = 0
_STANDING: Final = {
    Verdict.ACCEPTED: Standing.HELD,
    Verdict.REFUSED: Standing.REFUSED,
    Verdict.UNCERTAIN: Standing.UNKNOWN,
}


class StandingFallbacks:
    """Installs the fallbacks of a site's stations.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)

    async def install(self, station: LiveStation, evse: LiveEvse) -> None:
        """Give an EVSE its fallback in the first form that is taken; note what came of it."""
        doubts = station.doubts
        standing = await self._walk(station, evse, self._forms(station))
        if standing is None or station.doubts != doubts:
            return  # whatever it was, it may be lost again
        now, evse.is_to_renew = self._access.clock.now(), False
        evse.allow(evse.allowance.restanding(standing), now)
        if standing is not Standing.HELD:
            async with self._access.open_uow() as uow:
                place = evse.place
                await uow.stations.note_standing(place.evse, standing, place.fallback_a, now)
                await uow.commit()
        if standing is Standing.REFUSED:
            await self._notes.raise_notice(
                station.station_id,
                NoticeKind.LIMITS_REFUSED,
                evse_number=evse.place.evse.number,
                limit="fallback",
                words=evse.refusal,
                counted_a=evse.place.max_a,
            )

    async def install_common(self, station: LiveStation, evses: Sequence[LiveEvse]) -> None:
        """Give the lowest fallback to the station as a whole, for connectors that nobody knows.

        It has the lowest level, so that those that are known keep their own (OCPP 1.6 §3.13.1,
        2.0.1 K01.FR.17). A station that does not take it is none the worse.
        """
        if any(self.held(one).form.slot != PLAIN_DEFAULT.slot for one in evses):
            return  # it would stand in the way of another form
        lowest_a = min(evse.place.fallback_a for evse in evses)
        style = self.held(evses[0]).form.style
        form = ProfileForm(_COMMON.purpose, _COMMON.place, style, is_standing=True)
        profile = standing_profile(self._live, evses[0], form, lowest_a, _LOWEST_LEVEL)
        if profile is None:
            return
        whole, sent_at = EvseId(station.station_id, WHOLE_STATION), self._access.clock.now()
        outcome = await self._send(whole, profile)
        if not outcome.is_accepted:
            logger.info("takes no common fallback: %s", outcome.detail or outcome.status)
        await self._keep(whole, lowest_a, sent_at, outcome, form)

    async def make_room(
        self, station: LiveStation, evse: LiveEvse, form: ProfileForm
    ) -> Standing | None:
        """Let the fallback stand where a limit of a form lies above it.

        Returns:
            Whether it certainly does; None: that has to be seen first.
        """
        held, top = self.held(evse), station.capabilities.max_stack_level
        is_there = held.form.slot == form.slot and held.level < top
        if form.purpose is ProfilePurpose.TX or is_there:
            return Standing.HELD
        if top - 1 == _LOWEST_LEVEL and form.slot == PLAIN_DEFAULT.slot:
            # The common one is at that level, where 2.0.1 has no room for another (K01.FR.53).
            await self._clear(station, profile_id_of(_COMMON, WHOLE_STATION))
        forms = [one for one in self._forms(station) if one.slot == form.slot]
        if held.form.slot == form.slot:
            return await self._walk(station, evse, forms, top - 1)
        return await self._try_elsewhere(station, evse, forms, top - 1)

    async def move(self, station: LiveStation, evse: LiveEvse) -> bool:
        """Give an EVSE its fallback in a form that is worth a try; return whether it took one."""
        forms = [
            form for form in self._forms(station) if self._live.dialects.is_open(station, form)
        ]
        return await self._walk(station, evse, forms) is Standing.HELD

    def held(self, evse: LiveEvse) -> HeldFallback:
        """In which form a fallback stands: as plain as OCPP has it, if that is not known."""
        station = self._live.stations[evse.place.evse.station_id]
        return evse.held or HeldFallback(PLAIN_DEFAULT, station.capabilities.max_stack_level)

    def _forms(self, station: LiveStation) -> list[ProfileForm]:
        """The forms of a fallback that are worth a try, the best first.

        That is one above which a limit has room. If none is worth a try, the plainest is tried
        again: something may have changed.
        """
        every = standing_forms(is_single=self._live.is_single(station.station_id))
        forms = [form for form in every if self._live.dialects.is_open(station, form)]
        if not forms:
            return [PLAIN_DEFAULT]
        best = next(open_forms_above(self._live, station, forms[0]), None)
        if best is not None and best.purpose is ProfilePurpose.STATION_MAX:
            return sorted(forms, key=lambda form: form.slot != best.slot)
        return forms

    def _level(self, station: LiveStation, form: ProfileForm) -> int:
        """The stack level of a fallback: the highest, unless a limit of its slot lies above it."""
        top = station.capabilities.max_stack_level
        best = next(open_forms_above(self._live, station, form), None)
        return max(0, top - 1) if best is not None and best.slot == form.slot else top

    async def _try_elsewhere(
        self, station: LiveStation, evse: LiveEvse, forms: Sequence[ProfileForm], level: int
    ) -> Standing | None:
        """Give up a fallback that is kept to for one of which that is not known.

        Only where there is room for the EVSE's rating, at which it counts until that was seen.
        """
        now, key = self._access.clock.now(), evse.place.evse
        if adds_to_overload(
            self._live, now, {key: replace(evse.allowance, standing=Standing.UNKNOWN)}
        ):
            return None
        was_trusted = not evse.allowance.is_disobeyed
        if was_trusted:
            evse.distrust(
                Said("It is seen whether its limits can be the station's"), is_unseen=True
            )
        standing = await self._walk(station, evse, forms, level)
        if standing is not Standing.HELD:
            if was_trusted:
                evse.trust()
            return standing
        evse.watch(self.held(evse).form, self._access.clock.now())
        return None

    async def _walk(
        self,
        station: LiveStation,
        evse: LiveEvse,
        forms: Sequence[ProfileForm],
        level: int | None = None,
    ) -> Standing | None:
        """Offer a fallback in one form after the other; None: the station has come anew.

        One that says that it does not support a form is not asked for others of the same slot.
        """
        doubts, standing, unsupported = station.doubts, Standing.REFUSED, set[Slot]()
        for form, profile in self._distinct(evse, forms, level):
            if form.slot in unsupported:
                continue
            is_new = self.held(evse).form.slot != form.slot
            if form.purpose is ProfilePurpose.STATION_MAX and is_new:
                await self._clear_others(station)
            sent_at = self._access.clock.now()
            to = EvseId(station.station_id, written_to(form, evse))
            outcome = await self._send(to, profile)
            if station.doubts != doubts:
                return None
            standing = standing_after(outcome)
            await self._keep(to, evse.place.fallback_a, sent_at, outcome, form)
            if standing is Standing.HELD:
                await self._taken(station, evse, HeldFallback(form, profile.stack_level))
                return standing
            evse.refusal = outcome.detail or str(outcome.status)
            logger.warning("%s does not take its fallback as %s: %s", to, form, evse.refusal)
            if standing is not Standing.REFUSED:
                return standing
            await self._notes.refused(station, form, evse.refusal)
            if outcome.status is CommandStatus.NOT_SUPPORTED:
                unsupported.add(form.slot)
        return standing

    def _distinct(
        self, evse: LiveEvse, forms: Sequence[ProfileForm], level: int | None
    ) -> Iterator[tuple[ProfileForm, ChargingProfile]]:
        """Profiles of an EVSE's fallback, each form that says something of its own."""
        station, told = self._live.stations[evse.place.evse.station_id], list[ChargingProfile]()
        evses = list(self._live.evses_of(station.station_id))
        for form in forms:
            amps = evse.place.fallback_a
            if form.place is Place.STATION:  # it is that of all its EVSEs
                amps = min(one.place.fallback_a for one in evses if not one.is_stray)
            at = self._level(station, form) if level is None else level
            profile = standing_profile(self._live, evse, form, amps, at)
            if profile is not None and profile not in told:
                told.append(profile)
                yield form, profile

    async def _taken(self, station: LiveStation, evse: LiveEvse, held: HeldFallback) -> None:
        """An EVSE holds its fallback in a form; what it held of another slot is cleared."""
        before, evse.held, evse.refusal = evse.held, held, ""
        self._live.read_back_later(evse, self._access.clock.now())
        await self._notes.accepted(station, held.form)
        async with self._access.open_uow() as uow:
            place, now = evse.place, self._access.clock.now()
            await uow.stations.note_standing(place.evse, Standing.HELD, place.fallback_a, now, held)
            await uow.commit()
        if before is not None and before.form.slot != held.form.slot:
            await self._clear(station, profile_id_of(before.form, evse.place.evse.number))
            if before.form.slot == PLAIN_DEFAULT.slot and held.form.slot != _COMMON.slot:
                await self._clear(station, profile_id_of(_COMMON, WHOLE_STATION))

    async def _clear_others(self, station: LiveStation) -> None:
        """Clear maxima that an operator has set: at a higher level one would lift the fallback."""
        clear = ClearProfiles(purpose=ProfilePurpose.STATION_MAX)
        await self._access.gateway.send(station.station_id, clear)

    async def _clear(self, station: LiveStation, profile_id: int) -> None:
        """Clear a profile that is abandoned. Left where it is, it can only lower what is drawn."""
        await self._access.gateway.send(station.station_id, ClearProfiles(profile_id=profile_id))

    async def _send(self, evse: EvseId, profile: ChargingProfile) -> Outcome:
        command = SetProfile(evse_number=evse.number, profile=profile)
        return await self._access.gateway.send(evse.station_id, command)

    async def _keep(
        self,
        evse: EvseId,
        fallback_a: float,
        sent_at: datetime,
        outcome: Outcome,
        form: ProfileForm,
    ) -> None:
        facts = {
            "purpose": str(form.purpose),
            "form": str(form),
            "verdict": str(verdict_of(outcome)),
            "detail": outcome.detail,
            "settled_at": self._access.clock.now(),
        }
        async with self._access.open_uow() as uow:
            await uow.control.add_sent_fallback(evse, fallback_a, sent_at, facts)
            await uow.commit()


def standing_after(outcome: Outcome) -> Standing:
    """What is known of a fallback, by what came of sending it."""
    if outcome.status is CommandStatus.NOT_SENT:
        return Standing.UNKNOWN  # the station was never asked: that is no refusal
    return _STANDING[verdict_of(outcome)]
