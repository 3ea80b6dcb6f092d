"""Steps of time of one site: from roll-ups up to where something newer is known.

That is a reading that has not moved yet, or a day whose roll-ups are stale. From there on they are
made from readings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.identity import SiteId
from csms.history.days import Stretch, day_of, days_in, local_day
from csms.history.engine import between, quote
from csms.history.files import overlapping
from csms.history.rolling import MARGIN, days_of, make_minutes, quarters_of
from csms.history.search import Search
from csms.history.sources import sources_of
from csms.history.subjects import Resolution
from csms.storage.history import HistoryFile

_INSTANT: Final = timedelta(microseconds=1)
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSteps:
    """What is known of one site, and what is searched for.

    Attributes:
        files: All of the site's that count.
        stale: Days whose roll-ups are to be made anew.
    """

    search: Search
    site_id: SiteId
    zone: ZoneInfo
    files: Sequence[HistoryFile]
    stale: Sequence[date]

    def find(self, resolution: Resolution) -> str:
        """Roll up what has to be, into the table `live`; return the query for the other steps."""
        wanted, live_at = self.search.wanted, self._live_from()
        if live_at is None:
            return self._stored(resolution, wanted.begins_at, wanted.ends_at)
        is_day = resolution is Resolution.DAY
        first_at = day_of(live_at, self.zone).begins_at if is_day else live_at
        if wanted.ends_at is not None and first_at >= wanted.ends_at:
            return self._stored(resolution, wanted.begins_at, wanted.ends_at)
        if is_day:
            self._roll_days(live_at)
        else:
            self._roll(resolution, live_at)
        return self._stored(resolution, wanted.begins_at, first_at)

    def _live_from(self) -> datetime | None:
        """From when on roll-ups do not tell all that is known, None: they do."""
        query = f"SELECT min(measured_at) FROM recent WHERE site_id = {quote(self.site_id)}"
        [(first_at,)] = self.search.engine.execute(query).fetchall()
        found = [local_day(day, self.zone).begins_at for day in self.stale]
        if first_at is not None:
            found.append(_quarter_of(first_at - MARGIN))
        return min(found, default=None)

    def _roll(self, resolution: Resolution, live_at: datetime) -> None:
        """Make minutes or quarters of an hour from readings."""
        wanted = self.search.wanted
        begins_at = max(live_at, _quarter_of(wanted.begins_at or live_at))
        ends_at = _quarter_of((wanted.ends_at or self._last_at()) - _INSTANT) + _QUARTER
        self._make_minutes(Stretch(begins_at, ends_at))
        minutes = resolution is Resolution.MINUTE
        query = "FROM minutes" if minutes else quarters_of(self.search.subject, "minutes")
        self.search.engine.execute(f"INSERT INTO live BY NAME {query}")

    def _roll_days(self, live_at: datetime) -> None:
        """Make days from quarters of an hour, the later ones of which are made from readings."""
        wanted, subject = self.search.wanted, self.search.subject
        first = day_of(max(live_at, wanted.begins_at or live_at), self.zone)
        last = day_of((wanted.ends_at or self._last_at()) - _INSTANT, self.zone)
        live = Stretch(max(live_at, first.begins_at), last.ends_at)
        self._make_minutes(live)
        stored = self._stored(Resolution.QUARTER, first.begins_at, live.begins_at)
        quarters = f"FROM ({quarters_of(subject, 'minutes')}) UNION ALL BY NAME {stored}"
        days = days_in(Stretch(first.begins_at, last.ends_at), self.zone)
        query = days_of(subject, f"({quarters})", list(days))
        self.search.engine.execute(f"INSERT INTO live BY NAME {query}")

    def _make_minutes(self, stretch: Stretch) -> None:
        search, more = self.search, f"FROM recent WHERE site_id = {quote(self.site_id)}"
        sources = sources_of(search.subject, stretch, self.files)
        sources.open(search.files, search.engine, search.whose, more)
        make_minutes(search.engine, search.subject, stretch)

    def _stored(
        self, resolution: Resolution, begins_at: datetime | None, ends_at: datetime | None
    ) -> str:
        files = overlapping(self.files, resolution, begins_at, ends_at)
        then = between("starts_at", begins_at, ends_at)
        return f"{self.search.select(resolution, files)} AND {then}"

    def _last_at(self) -> datetime:
        """The latest instant of which anything is known."""
        query = f"SELECT max(measured_at) FROM recent WHERE site_id = {quote(self.site_id)}"
        [(last_at,)] = self.search.engine.execute(query).fetchall()
        known = [file.last_at for file in self.files]
        found: datetime = max(known if last_at is None else (*known, last_at))
        return found + _INSTANT


def _quarter_of(instant: datetime) -> datetime:
    """The quarter of an hour in which an instant lies."""
    minute = instant.minute - instant.minute % 15
    return instant.replace(minute=minute, second=0, microsecond=0)
