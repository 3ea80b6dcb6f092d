"""The process that forecasts demand: one run, told what to do as JSON on standard input."""

import asyncio
import json
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from csms.domain.demand import DRIFT_DAYS, DemandForecast, DemandScore
from csms.forecasting.demand_making import Earlier, SitePast, make_demand
from csms.forecasting.demand_question import SiteAnswer, SiteAsked, read_asked, write_answer
from csms.forecasting.demand_series import Span, read_series
from csms.forecasting.stay_frame import Tokens, past_frame
from csms.history.reader import HistoryReader
from csms.log import set_up_logging
from csms.storage.database import Database, DatabaseSettings
from csms.storage.demand import read_forecast, read_score, select_demand
from csms.storage.past_stays import PastStays
from csms.storage.unit_of_work import SqlUnitOfWork
from smart_charging.forecast.calendar import Calendar, public_holidays

_NICE: Final = 10
"""Stations come first."""
_AHEAD: Final = timedelta(days=30)


def main() -> None:
    """Forecast what is asked, and print it."""
    os.nice(_NICE)
    set_up_logging("WARNING")
    asked = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_run(asked))))  # noqa: T201 - the parent reads it


async def _run(asked: dict[str, Any]) -> dict[str, Any]:
    database = Database(DatabaseSettings(**asked["database"]))
    reader = HistoryReader(database, Path(asked["folder"]))
    now = datetime.fromisoformat(asked["now"])
    try:
        return {
            site.site_id: write_answer(
                await forecast_site(database, reader, site, now, asked["days"], asked["holidays"])
            )
            for site in map(read_asked, asked["sites"])
        }
    finally:
        await database.close()


async def forecast_site(
    database: Database,
    reader: HistoryReader,
    site: SiteAsked,
    now: datetime,
    days: int,
    holidays: str | None,
) -> SiteAnswer:
    """Forecast one site.

    Args:
        database: Where recent readings, transactions and earlier forecasts are.
        reader: Of the history.
        site: Which one.
        now: The present instant.
        days: So much of its past is looked at.
        holidays: The country whose public holidays count as Sundays; None: none do.
    """
    zone = ZoneInfo(site.zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days)
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    span = Span(begins_at=now - timedelta(days=days), ends_at=quarter)
    past = SitePast(
        series=await read_series(database, reader, site, span),
        stays=await _stays(database, site, span),
    )
    known = frozenset[date]()
    if holidays is not None:
        known = public_holidays(holidays, first, today + _AHEAD)
    earlier = await _earlier(database, site, today - timedelta(days=2 * DRIFT_DAYS))
    return make_demand(past, Calendar(zone, known), earlier, now)


async def _stays(database: Database, site: SiteAsked, span: Span) -> pd.DataFrame:
    """The stays of a site that are over, of drivers who are not left out."""
    async with SqlUnitOfWork(database) as uow:
        tokens = Tokens(await uow.forecasts.key(), await uow.forecasts.exclusions())
        await uow.commit()
    async with database.reading() as connection:
        rows = await PastStays(connection).since(span.begins_at, span.ends_at, [site.site_id])
    return past_frame(rows, tokens)


async def _earlier(database: Database, site: SiteAsked, first: date) -> Earlier:
    unscored: list[DemandForecast] = []
    scores: list[DemandScore] = []
    async with database.reading() as connection:
        rows = (await connection.execute(select_demand(site.site_id, first))).mappings()
        for row in rows:
            if row["is_scored"]:
                scores.append(read_score(row))
            else:
                unscored.append(read_forecast(row))
    return Earlier(unscored=unscored, scores=scores)
