"""The process that is asked about vehicles that stand.

It is run by `ProcessForecaster`, and ends when its input does, which it does with its parent
however that ends. What it says it reads from the database, as the server has it; nothing of it is
written here.
"""

import asyncio
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from csms.child import LENGTH_BYTES, read_body, read_length, write_frame
from csms.domain.calibration import COUNTED
from csms.domain.identity import SiteId
from csms.domain.stay_outcome import StayAnswer, StayOutcome
from csms.forecasting.answering import Teller
from csms.forecasting.questions import Beginning, Failure, Question
from csms.forecasting.settings import ForecastSettings
from csms.forecasting.stay_frame import Tokens, calendar_of, joined, past_frame, standing_frame
from csms.log import set_up_logging
from csms.service.forecast_store import StandingVehicle
from csms.storage.database import Database
from csms.storage.forecasts import (
    read_outcome,
    select_content,
    select_exclusions,
    select_key,
    select_outcomes,
    select_versions,
)
from csms.storage.past_stays import COLUMNS, PastStays, Row
from smart_charging.forecast.stay import StayModel
from smart_charging.forecast.store import StoredModelError, from_bytes

logger = logging.getLogger(__name__)

_OF_SITE: Final = 450
_OF_DRIVER: Final = 80
"""The library looks at the last 400 stays of a site, and at a driver's last 60."""
_READ_EVERY: Final = timedelta(minutes=15)
_SITE: Final = COLUMNS.index("site_id")


@dataclass(slots=True)
class _Read:
    """What was read, and when.

    Attributes:
        models: The newest one of every time zone, as it was made.
        tellers: The same with intervals as wide as outcomes have made them.
        zones: Of all sites.
        at_sites: The last stays.
    """

    at: datetime | None = None
    models: dict[str, Teller] = field(default_factory=dict)
    tellers: dict[str, Teller] = field(default_factory=dict)
    zones: dict[SiteId, str] = field(default_factory=dict)
    at_sites: defaultdict[SiteId, list[Row]] = field(default_factory=lambda: defaultdict(list))


class Answerer:
    """Says what vehicles will draw and when they leave.

    Args:
        database: Where stays and models are.
        settings: How far back is looked, and which days are holidays.
    """

    def __init__(self, database: Database, settings: ForecastSettings) -> None:
        self._database = database
        self._settings = settings
        self._read = _Read()

    async def answer(self, asked: Question) -> dict[int, StayAnswer]:
        """Say something of each vehicle in whose time zone there is a model."""
        if self._read.at is None or asked.now >= self._read.at + _READ_EVERY:
            await self._read_anew(asked.now)
        by_zone: defaultdict[str, list[StandingVehicle]] = defaultdict(list)
        for one in asked.vehicles:
            by_zone[self._read.zones.get(one.site_id, "")].append(one)
        answers: dict[int, StayAnswer] = {}
        for zone, vehicles in by_zone.items():
            if zone in self._read.tellers:
                answers |= await self._answer_in(zone, vehicles, asked.now)
        return answers

    async def _answer_in(
        self, zone: str, vehicles: Sequence[StandingVehicle], now: datetime
    ) -> dict[int, StayAnswer]:
        begin = now - timedelta(weeks=self._settings.weeks)
        async with self._database.reading() as connection:
            past = PastStays(connection)
            key = bytes.fromhex((await connection.execute(select_key())).scalar_one())
            found = await connection.execute(select_exclusions())
            tokens = Tokens(key, {row.token_hash: row.until_at for row in found})
            token_of = await past.tokens_of([one.number for one in vehicles])
            known = sorted({token for token in token_of.values() if token is not None})
            theirs = await past.newest_of(known, begin, _OF_DRIVER)
        there = [
            row
            for site_id in {one.site_id for one in vehicles}
            for row in self._read.at_sites[site_id]
        ]
        standing = standing_frame(vehicles, token_of, tokens)
        if not len(standing):
            return {}
        stays = joined([standing, past_frame([*theirs, *there], tokens)])
        first = stays["plugged_in_at"].min().date()
        calendar = calendar_of(zone, self._settings.holidays, first, now.date())
        return self._read.tellers[zone].tell(stays, calendar, now)

    async def _read_anew(self, now: datetime) -> None:
        begin = now - timedelta(weeks=self._settings.weeks)
        read = _Read(at=now)
        async with self._database.reading() as connection:
            past = PastStays(connection)
            read.zones = await past.zones()
            await self._read_models(connection, read)
            outcomes: defaultdict[str, list[StayOutcome]] = defaultdict(list)
            known = [one for one, zone in read.zones.items() if zone in read.models]
            for site_id in known:
                rows = await connection.execute(select_outcomes(site_id).limit(COUNTED))
                outcomes[read.zones[site_id]] += map(read_outcome, rows.mappings())
            for stay in await past.newest_at(known, begin, _OF_SITE):
                read.at_sites[stay[_SITE]].append(stay)
        read.tellers = {zone: one.after(outcomes[zone]) for zone, one in read.models.items()}
        self._read = read

    async def _read_models(self, connection: AsyncConnection, read: _Read) -> None:
        """Read the newest model of every time zone, unless it is the one that was read before."""
        for note in (await connection.execute(select_versions())).mappings():
            zone, version = note["zone"], note["version"]
            known = self._read.models.get(zone)
            if known is None or known.version != version:
                row = (await connection.execute(select_content(version))).mappings().one()
                known = _teller(version, row["made_at"], row["content"])
            if known is not None:
                read.models[zone] = known


def main() -> None:
    """Answer until there are no more questions."""
    set_up_logging("WARNING")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print what they like there
    with asyncio.Runner() as runner:
        try:
            _put(answers, None)
            beginning: Beginning = _take()
            database = Database(beginning.database)
            answerer = Answerer(database, beginning.settings)
            while asked := _take():
                _put(answers, runner.run(_answered(answerer, asked)))
            runner.run(database.close())
        except BrokenPipeError:
            os._exit(1)  # the parent has ended meanwhile, and nothing can be flushed any more


async def _answered(answerer: Answerer, asked: Question) -> dict[int, StayAnswer] | Failure:
    try:
        return await answerer.answer(asked)
    except Exception as error:  # whoever asks plans without an answer
        logger.exception("forecasts failed")
        return Failure(f"forecasts failed: {type(error).__name__}")


def _take() -> Any:  # noqa: ANN401
    """What the parent says next; None: nothing any more."""
    head = sys.stdin.buffer.read(LENGTH_BYTES)
    return read_body(sys.stdin.buffer.read(read_length(head))) if head else None


def _put(answers: IO[bytes], value: object) -> None:
    answers.write(write_frame(value))
    answers.flush()


def _teller(version: int, made_at: datetime, content: bytes) -> Teller | None:
    try:
        model = from_bytes(content)
    except StoredModelError as error:
        logger.warning("model %d of stays cannot be read: %s", version, error)
        return None
    return Teller.of(version, made_at, model) if isinstance(model, StayModel) else None
