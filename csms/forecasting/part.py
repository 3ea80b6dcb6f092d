"""Forecasts as a part of the server: who makes models, who is asked, and who watches both."""

import asyncio
from pathlib import Path

from csms.clock import Clock
from csms.forecasting.demand_keeper import DemandKeeper, PastPlace
from csms.forecasting.model_keeper import ModelKeeper
from csms.forecasting.process_forecaster import ProcessForecaster
from csms.forecasting.settings import ForecastSettings
from csms.service.demand_board import DemandBoard
from csms.service.forecasts import Forecasts
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork
from csms.storage.database import DatabaseSettings


class ForecastPart:
    """All of forecasts, built and ready to run.

    Args:
        settings: When models are made, and of what; None: there are no forecasts.
        database: Where stays and models are.
        folder: Where the history is.
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.

    Attributes:
        forecasts: The use cases of vehicles.
        board: What sites are expected to need.
    """

    def __init__(
        self,
        settings: ForecastSettings | None,
        database: DatabaseSettings,
        folder: Path,
        sites: Sites,
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._forecaster = ProcessForecaster(settings, database) if settings else None
        self.forecasts = Forecasts(sites, self._forecaster, open_uow, clock)
        self._keeper = (
            ModelKeeper(settings, database, self.forecasts.newest_made_at, clock)
            if settings
            else None
        )
        self.board = DemandBoard(sites.ids())
        past = PastPlace(database=database, folder=folder)
        self._demand = (
            DemandKeeper(settings, past, sites, self.board, open_uow, clock) if settings else None
        )

    async def load(self) -> None:
        """Go on with what was known before the start."""
        await self.forecasts.load()
        if self._demand:
            await self._demand.load()

    async def run(self) -> None:
        """Make models, ask and watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.forecasts.run())
            if self._forecaster:
                tasks.create_task(self._forecaster.run())
            if self._keeper:
                tasks.create_task(self._keeper.run())
            if self._demand:
                tasks.create_task(self._demand.run())
