"""Has demand forecast once a day for each site, and tells what is to be seen of it.

Forecasts are made in a process of its own, soon after the site's midnight or after the start. Every
quarter of an hour it is looked at when feeders are likely full, with the limits in force then.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from csms.child import running_child
from csms.clock import Clock
from csms.domain.identity import SiteId
from csms.forecasting.demand_question import SiteAnswer, ask_about, read_answer
from csms.forecasting.settings import ForecastSettings
from csms.service.demand_board import SCORES_KEPT, DemandBoard
from csms.service.demand_watch import DemandWatch
from csms.service.live_site import LiveSite
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork
from csms.storage.database import DatabaseSettings

logger = logging.getLogger(__name__)

_FIRST_AFTER_S: Final = 240.0
"""After a start there is more urgent work."""
_LOOK_EVERY_S: Final = 900.0
_AGAIN_AFTER: Final = timedelta(hours=1)
"""What failed is tried again."""
_LATER: Final = timedelta(hours=6)
"""Sites whose past is too short are looked at again."""
_LONGEST_S: Final = 3600.0
"""A run that takes longer is ended."""
_KEPT: Final = timedelta(days=400)
_PROGRAM: Final = "from csms.forecasting.demand_process import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPlace:
    """Where a site's past is.

    Attributes:
        folder: Of the history; where there is none, everything is in the database.
    """

    database: DatabaseSettings
    folder: Path


class DemandKeeper:
    """Has forecasts made, keeps them, and lets what is to be seen of them be noted.

    Args:
        settings: Of what.
        past: Where the sites' past is.
        sites: All sites.
        board: Where forecasts can be looked at.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self,
        settings: ForecastSettings,
        past: PastPlace,
        sites: Sites,
        board: DemandBoard,
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._past = past
        self._sites = sites
        self._board = board
        self._open_uow = open_uow
        self._clock = clock
        self._next_at: dict[tuple[SiteId, date], datetime] = {}
        self._watch = DemandWatch(board)

    async def load(self) -> None:
        """Go on with what was forecast before the start."""
        async with self._open_uow() as uow:
            for live in self._sites:
                site_id, demand = live.site.site_id, self._board.of(live.site.site_id)
                today = self._today(live)
                scored_since = today - timedelta(days=SCORES_KEPT)
                demand.take(
                    await uow.demand.since(site_id, today),
                    await uow.demand.scores(site_id, scored_since),
                )
                live.coming = demand.coming()

    async def run(self) -> None:
        """Have forecasts made until cancelled. What fails is tried again."""
        await self._clock.sleep(_FIRST_AFTER_S)
        while True:
            try:
                await self._make_due()
            except Exception:  # earlier forecasts go on being shown
                logger.exception("demand was not forecast; it is tried again in an hour")
            try:
                for live in self._sites:
                    self._watch.look(live, self._clock.now())
                    await asyncio.sleep(0)
            except Exception:  # it is looked at again
                logger.exception("could not look at what is expected of feeders")
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _make_due(self) -> None:
        now = self._clock.now()
        days = {live.site.site_id: self._today(live) for live in self._sites}
        self._next_at = {key: at for key, at in self._next_at.items() if days[key[0]] == key[1]}
        due = [
            live
            for live in self._sites
            if self._board.of(live.site.site_id).is_due(days[live.site.site_id])
            and now >= self._next_at.get((live.site.site_id, days[live.site.site_id]), now)
        ]
        if due:
            tried = [(live.site.site_id, days[live.site.site_id]) for live in due]
            self._next_at |= dict.fromkeys(tried, now + _AGAIN_AFTER)
            await self.make(due)
            self._next_at |= dict.fromkeys(tried, now + _LATER)

    async def make(self, sites: Sequence[LiveSite]) -> None:
        """Have sites forecast in a process of its own, and keep what it says.

        Raises:
            ChildProcessError: It failed; what it wrote is in the log.
            TimeoutError: It took too long.
        """
        answers = await self._ask(sites)
        async with self._open_uow() as uow:
            for live in sites:
                site_id = live.site.site_id
                await uow.demand.put(site_id, answers[site_id].forecasts)
                await uow.demand.put_scores(site_id, answers[site_id].scores)
                await uow.demand.drop(self._today(live) - _KEPT)
            await uow.commit()
        for live in sites:
            demand, answer = self._board.of(live.site.site_id), answers[live.site.site_id]
            demand.take(answer.forecasts, answer.scores)
            demand.forget(self._today(live))
            live.coming = demand.coming()
        count = sum(len(answer.forecasts) for answer in answers.values())
        logger.info("demand was forecast: %d days of series of %d sites", count, len(sites))

    async def _ask(self, sites: Sequence[LiveSite]) -> dict[SiteId, SiteAnswer]:
        asked = {
            "database": asdict(self._past.database),
            "folder": str(self._past.folder),
            "now": self._clock.now().isoformat(),
            "days": 7 * self._settings.weeks,
            "holidays": self._settings.holidays,
            "sites": [
                asdict(ask_about(live.site, tuple(one.place for one in live.evses.values())))
                for live in sites
            ],
        }
        async with asyncio.timeout(_LONGEST_S), running_child(_PROGRAM) as process:
            output, _ = await process.communicate(json.dumps(asked).encode())
        if process.returncode:
            raise ChildProcessError(f"its process ended with exit code {process.returncode}")
        return {site_id: read_answer(one) for site_id, one in json.loads(output).items()}

    def _today(self, live: LiveSite) -> date:
        return self._clock.now().astimezone(live.site.timezone).date()
