"""Forecasts of stays: asked for while vehicles stand, watched by what comes, and given up in time.

Answers are kept with the EVSEs, where plans read them at once. Without one, a vehicle is planned
for by its own past or by what the site assumes.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.authorization import IdToken
from csms.domain.calibration import COUNTED, Calibration, calibrate
from csms.domain.expectation import StayForecast
from csms.domain.forecast_model import ModelNote
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import SiteId
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, ToldStay
from csms.language.said import Said, joined
from csms.log import about
from csms.service.forecast_store import Forecaster, StandingVehicle
from csms.service.forecast_view import SiteForecast
from csms.service.forecast_words import WHAT_WORDS
from csms.service.guard_words import KIND_WORDS
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 5.0
_AGAIN_AFTER: Final = timedelta(minutes=15)
_MOVED_WH: Final = 1_000.0
_AT_MOST_EVERY: Final = timedelta(minutes=1)
"""Who has drawn more, or of whom nothing was said, is asked about no more often than that."""
_AT_PLUG_IN: Final = timedelta(minutes=10)
"""What is said later is not what was said when the vehicle came."""
_REFRESH_EVERY: Final = timedelta(minutes=5)
_NEWS_WH: Final = 500.0
_NEWS_S: Final = 300.0
"""Smaller changes wait for the next plan."""
_MEDIAN: Final = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """When it was last asked about a vehicle, and what that had drawn."""

    at: datetime
    energy_wh: float


class Forecasts:
    """Asks for forecasts, and holds them against what comes.

    Args:
        sites: All sites.
        forecaster: Who makes them.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, forecaster: Forecaster | None, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._forecaster = forecaster
        self._open_uow = open_uow
        self._clock = clock
        self._asked: dict[int, _Asked] = {}
        self._refreshed_at: datetime | None = None
        self._health: dict[SiteId, dict[Foretold, Calibration]] = {}
        self._models: dict[str, ModelNote] = {}

    @property
    def is_on(self) -> bool:
        """Whether forecasts are made."""
        return self._forecaster is not None

    async def load(self) -> None:
        """Take over what was kept before the start."""
        await self._refresh()
        await self._look_back({live.site.site_id for live in self._sites})

    async def run(self) -> None:
        """Ask, and watch what comes, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                await self.look()
            except Exception:  # vehicles are planned for without; it is asked again
                logger.exception("could not look after the forecasts")

    async def look(self) -> None:
        """Look once: settle what is over, and ask about whom it is time to ask."""
        now = self._clock.now()
        if self._refreshed_at is None or now >= self._refreshed_at + _REFRESH_EVERY:
            self._refreshed_at = now
            await self._refresh()
        await self._ask(now)

    async def newest_made_at(self) -> datetime | None:
        """When the newest model was made; None: there is none."""
        async with self._open_uow() as uow:
            found = await uow.forecasts.models(1)
        return found[0].made_at if found else None

    def of_site(self, site_id: SiteId) -> SiteForecast:
        """What is known of forecasts at a site.

        Raises:
            UnknownSiteError: There is no such site.
        """
        live = self._sites.live(site_id)
        return SiteForecast(
            site_id=site_id,
            is_on=self.is_on,
            model=self._models.get(str(live.site.timezone)),
            calibrations=dict(self._health.get(site_id, {})),
        )

    async def leave_out(self, token: IdToken, *, for_ever: bool) -> None:
        """Look at a driver's past stays no more, and at later ones neither if it is for ever.

        What was said of them is forgotten at once, and the next model knows nothing of them.
        """
        now = self._clock.now()
        until = None if for_ever else now
        async with self._open_uow() as uow:
            hashed = self._sites.left_out.leave_out(token, until)
            await uow.forecasts.exclude(hashed, until, now)
            await uow.forecasts.forget_said(token)
            await uow.commit()
        self._drop_left_out()

    async def take_in(self, token: IdToken) -> None:
        """Look at a driver's stays again."""
        async with self._open_uow() as uow:
            await uow.forecasts.include(self._sites.left_out.take_in(token))
            await uow.commit()

    async def _ask(self, now: datetime) -> None:
        if self._forecaster is None:
            return
        standing = {
            evse.transaction.number: (live, evse)
            for live in self._sites
            for evse in live.evses.values()
            if evse.transaction is not None
        }
        self._asked = {one: self._asked[one] for one in self._asked.keys() & standing.keys()}
        due = [one for live, evse in standing.values() if (one := self._due(live, evse, now))]
        if not due:
            return
        answers = await self._forecaster.forecast(due, now)
        if answers is None:
            return
        for one in due:
            self._asked[one.number] = _Asked(now, one.energy_wh)
        taken = [
            self._take(*standing[number], number, answer)
            for number, answer in answers.items()
            if number in standing
        ]
        told = [one for one in taken if one is not None]
        if told:
            async with self._open_uow() as uow:
                await uow.forecasts.note_told(told)
                await uow.commit()

    def _due(self, live: LiveSite, evse: LiveEvse, now: datetime) -> StandingVehicle | None:
        """What is to be asked about a vehicle; None: nothing yet."""
        transaction = evse.transaction
        if transaction is None or not evse.is_occupied:
            return None
        if str(live.site.timezone) not in self._models:
            return None
        if not self._sites.left_out.counts(transaction.id_token, transaction.started_at):
            return None
        last = self._asked.get(transaction.number)
        if last is not None and now < last.at + _AGAIN_AFTER:
            has_moved = abs(transaction.energy_wh - last.energy_wh) >= _MOVED_WH
            is_wanting = has_moved or evse.forecast is None
            if now < last.at + _AT_MOST_EVERY or not is_wanting:
                return None
        return StandingVehicle(
            number=transaction.number,
            site_id=live.site.site_id,
            station_id=transaction.station_id,
            came_at=transaction.started_at,
            energy_wh=transaction.energy_wh,
            draws=not evse.habits.is_content,
        )

    def _take(
        self, live: LiveSite, evse: LiveEvse, number: int, answer: StayAnswer
    ) -> ToldStay | None:
        """Plan with an answer; return what is to be kept of it: what is said at plug-in."""
        transaction = evse.transaction
        if transaction is None or transaction.number != number:
            return None  # the vehicle has left meanwhile
        if not self._sites.left_out.counts(transaction.id_token, transaction.started_at):
            return None  # its driver has been left out meanwhile
        before, evse.forecast = evse.forecast, self._used(live.site.site_id, answer)
        (live.mark if _is_news(before, evse.forecast) else live.note)()
        if answer.by_model.made_at > transaction.started_at + _AT_PLUG_IN:
            return None
        return ToldStay(
            number=number,
            site_id=live.site.site_id,
            came_at=transaction.started_at,
            answer=answer,
        )

    def _used(self, site_id: SiteId, answer: StayAnswer) -> StayForecast:
        """What plans use of an answer: where the model has drifted, what the baseline says."""
        health = self._health.get(site_id, {})
        drifts = {what for what, one in health.items() if one.drift}
        by_model, by_baseline = answer.by_model, answer.by_baseline
        energy = by_baseline if Foretold.ENERGY in drifts else by_model
        stay = by_baseline if Foretold.STAY in drifts else by_model
        return replace(by_model, energy_wh=energy.energy_wh, stay_s=stay.stay_s)

    async def _refresh(self) -> None:
        """Take over what the command line has written, newer models, and what became of stays."""
        async with self._open_uow() as uow:
            key, exclusions = await uow.forecasts.key(), await uow.forecasts.exclusions()
            news = await uow.forecasts.settle()
            await uow.commit()
        self._sites.left_out.fill(key, exclusions)
        self._drop_left_out()
        await self._look_back(news)

    def _drop_left_out(self) -> None:
        """Plan without forecasts for drivers who are left out."""
        for live in self._sites:
            for evse in live.evses.values():
                stay = evse.transaction
                if evse.forecast is None or stay is None:
                    continue
                if not self._sites.left_out.counts(stay.id_token, stay.started_at):
                    evse.forecast = None
                    live.mark()

    async def _look_back(self, site_ids: Iterable[SiteId]) -> None:
        async with self._open_uow() as uow:
            zones = {str(live.site.timezone) for live in self._sites}
            for zone in zones:
                for note in await uow.forecasts.models(1, zone):
                    self._models[zone] = note
            for site_id in site_ids:
                outcomes = await uow.forecasts.outcomes_at(site_id, COUNTED)
                self._watch(site_id, outcomes)

    def _watch(self, site_id: SiteId, outcomes: Sequence[StayOutcome]) -> None:
        """Hold forecasts against what came, and tell when they begin to drift, or hold again."""
        before = self._health.get(site_id, {})
        found = {what: one for what in Foretold if (one := calibrate(outcomes, what))}
        self._health[site_id] = found
        for what, one in found.items():
            was = before[what].drift if what in before else ""
            if bool(one.drift) == bool(was):
                continue
            self._tell(site_id, what, one.drift)

    def _tell(self, site_id: SiteId, what: Foretold, drift: str) -> None:
        """Tell that forecasts drift, and why; or that they hold again."""
        kind = GuardEventKind.FORECASTS_DRIFT if drift else GuardEventKind.FORECASTS_HOLD
        why = drift or Said("the model is as good as it should be")
        cause = joined([WHAT_WORDS[what], why], ": ")
        event = GuardEvent(kind=kind, at=self._clock.now(), cause=cause)
        self._sites.live(site_id).guard.note(event)
        with about(site=site_id):
            logger.warning("%s. %s", KIND_WORDS[kind], cause)


def _is_news(before: StayForecast | None, now: StayForecast | None) -> bool:
    """Whether a plan is to be made for what has changed."""
    if before is None or now is None:
        return before is not now
    moved_wh = before.energy_wh.quantiles[_MEDIAN] - now.energy_wh.quantiles[_MEDIAN]
    moved_s = before.stay_s.quantiles[_MEDIAN] - now.stay_s.quantiles[_MEDIAN]
    return abs(moved_wh) >= _NEWS_WH or abs(moved_s) >= _NEWS_S
