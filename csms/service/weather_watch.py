"""Has the outdoor temperatures of all sites: what was told is kept over a restart, files are read.

What is told by the API, by MQTT and by files takes the place of what was known of its time and
later; it is written down within a few seconds.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.errors import WeatherSourceError
from csms.domain.identity import SiteId
from csms.domain.weather import OutdoorCourse, Told, near
from csms.log import about
from csms.service.live_site import LiveSite
from csms.service.ports import WeatherFetcher
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_KEEP_EVERY_S: Final = 5.0
_REMEMBERED: Final = timedelta(days=1)


class WeatherWatch:
    """Keeps what is told of the weather, and reads it from files.

    Args:
        sites: All sites.
        fetchers: What brings temperatures, by site.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self,
        sites: Sites,
        fetchers: Mapping[SiteId, WeatherFetcher],
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._fetchers = fetchers
        self._open_uow = open_uow
        self._clock = clock
        self._kept: dict[SiteId, OutdoorCourse] = {}
        self._said: dict[SiteId, str] = {}

    async def load(self) -> None:
        """Let every site know what was kept."""
        since = self._clock.now() - _REMEMBERED
        async with self._open_uow() as uow:
            for live in self._sites:
                site_id = live.site.site_id
                live.outdoor = OutdoorCourse(await uow.weather.since(site_id, since))
                self._kept[site_id] = live.outdoor

    async def run(self) -> None:
        """Read files and keep what is told until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_all())
            for live in self._sites:
                fetcher = self._fetchers.get(live.site.site_id)
                if fetcher is not None:
                    tasks.create_task(self._follow(live, fetcher))

    async def keep(self) -> None:
        """Write down what has been told since the last time."""
        news = [one for one in self._sites if one.outdoor is not self._kept.get(one.site.site_id)]
        if not news:
            return
        courses = {live.site.site_id: live.outdoor for live in news}
        async with self._open_uow() as uow:
            for site_id, course in courses.items():
                await uow.weather.replace(site_id, course.told)
            await uow.commit()
        self._kept.update(courses)

    async def look(self, live: LiveSite, fetcher: WeatherFetcher) -> None:
        """Take what a site's files tell, if they have changed."""
        site_id, now = live.site.site_id, self._clock.now()
        today = now.astimezone(live.site.timezone).date()
        try:
            for day in (today, today + timedelta(days=1)):
                told = await fetcher.fetch(day)
                if told is not None:
                    self._take(live, now, told)
            self._said.pop(site_id, None)
        except WeatherSourceError as error:
            if self._said.get(site_id) != str(error):
                logger.warning("no weather: %s", error)
            self._said[site_id] = str(error)

    def _take(self, live: LiveSite, now: datetime, told: tuple[Told, ...]) -> None:
        """What is over, or too far ahead, is left out."""
        news = near(told, now)
        live.outdoor = live.outdoor.taken(news, now)
        logger.info("outdoor temperatures of %d instants have come", len(news))

    async def _follow(self, live: LiveSite, fetcher: WeatherFetcher) -> None:
        source = live.site.weather
        every_s = source.look_every_s if source else _KEEP_EVERY_S
        with about(site=live.site.site_id):
            while True:
                try:
                    await self.look(live, fetcher)
                except Exception:  # the next look may do what this one could not
                    logger.exception("could not look after the weather")
                await self._clock.sleep(every_s)

    async def _keep_all(self) -> None:
        while True:
            await self._clock.sleep(_KEEP_EVERY_S)
            try:
                await self.keep()
            except Exception:  # what cannot be written waits until the next time
                logger.exception("could not write down the weather")
