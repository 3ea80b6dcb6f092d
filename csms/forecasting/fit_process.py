"""The process that makes models: one run, told what to do as JSON on standard input."""

import asyncio
import json
import os
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from time import process_time
from typing import Any, Final

from csms.domain.forecast_model import ModelNote
from csms.domain.identity import SiteId
from csms.forecasting.fitting import fit
from csms.forecasting.settings import ForecastSettings
from csms.forecasting.stay_frame import Tokens, calendar_of, past_frame
from csms.log import set_up_logging
from csms.storage.database import Database, DatabaseSettings
from csms.storage.past_stays import PastStays
from csms.storage.unit_of_work import SqlUnitOfWork
from smart_charging.forecast.store import to_bytes

_NICE: Final = 10
"""Stations come first."""
_CONTENTS_KEPT: Final = 3
_SAID_KEPT: Final = timedelta(days=400)


def main() -> None:
    """Make the models that are due, and print their versions."""
    os.nice(_NICE)
    set_up_logging("WARNING")
    asked = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_run(asked))))  # noqa: T201 - the parent reads it


async def _run(asked: dict[str, Any]) -> list[int]:
    database = Database(DatabaseSettings(**asked["database"]))
    try:
        settings = ForecastSettings(**asked["forecasts"])
        return await make_models(database, settings, datetime.fromisoformat(asked["now"]))
    finally:
        await database.close()


async def make_models(database: Database, settings: ForecastSettings, now: datetime) -> list[int]:
    """Make a model for every time zone that has stays enough; return their versions."""
    async with SqlUnitOfWork(database) as uow:
        tokens = Tokens(await uow.forecasts.key(), await uow.forecasts.exclusions())
        await uow.forecasts.drop_said(now - _SAID_KEPT)
        await uow.commit()
    async with database.reading() as connection:
        zones = await PastStays(connection).zones()
    by_zone: defaultdict[str, list[SiteId]] = defaultdict(list)
    for site_id, zone in zones.items():
        by_zone[zone].append(site_id)
    made = [
        await _make(database, settings, tokens, zone, site_ids, now)
        for zone, site_ids in sorted(by_zone.items())
    ]
    return [version for version in made if version is not None]


async def _make(
    database: Database,
    settings: ForecastSettings,
    tokens: Tokens,
    zone: str,
    site_ids: list[SiteId],
    now: datetime,
) -> int | None:
    begin = now - timedelta(weeks=settings.weeks)
    async with database.reading() as connection:
        rows = await PastStays(connection).since(begin, now, site_ids)
    past = past_frame(rows, tokens)
    if len(past) < settings.least_stays:
        return None
    began_s = process_time()
    calendar = calendar_of(zone, settings.holidays, begin.date(), now.date())
    fitted = fit(past, calendar)
    note = ModelNote(
        version=0,
        made_at=now,
        zone=zone,
        took_s=round(process_time() - began_s, 1),
        sites=fitted.sites,
        drivers=fitted.drivers,
    )
    async with SqlUnitOfWork(database) as uow:
        version = await uow.forecasts.put_model(note, to_bytes(fitted.model))
        await uow.forecasts.drop_contents(zone, _CONTENTS_KEPT)
        await uow.commit()
    return version
