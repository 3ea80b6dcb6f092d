"""Forecasts are asked for while vehicles stand, watched by what comes, and given up in time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.forecast_model import ModelNote
from csms.domain.guard_event import GuardEventKind
from csms.domain.need import Need, NeedSource
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, ToldStay
from csms.domain.transaction import Transaction
from csms.service.forecast_store import StandingVehicle
from csms.service.forecasts import Forecasts
from csms.service.problem_builder import need_of
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import BEGIN_WH, TOKEN, TellerV201
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect

SITE: Final = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0))
CARD: Final = IdToken(TOKEN)
HOUR_S: Final = 3600.0
MODEL: Final = ModelNote(
    version=0, made_at=NOON, zone="Europe/Oslo", took_s=1.0, sites={}, drivers={}
)


def forecast(at: datetime, hours: float, kwh: float) -> StayForecast:
    """So long and so much, give or take a tenth."""

    def about(middle: float) -> Expectation:
        quantiles = tuple(middle * one for one in (0.9, 0.95, 1.0, 1.05, 1.1))
        return Expectation(quantiles=quantiles, low=0.9 * middle, high=1.1 * middle)

    return StayForecast(
        made_at=at, model=1, energy_wh=about(1000.0 * kwh), stay_s=about(HOUR_S * hours)
    )


@dataclass
class FakeForecaster:
    """Says the same of every vehicle: the model 5 h and 12 kWh, the baseline 8 h and 20 kWh."""

    asked: list[tuple[datetime, list[StandingVehicle]]] = field(default_factory=list)
    is_silent: bool = False
    is_away: bool = False
    gate: asyncio.Event | None = None
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def forecast(
        self, vehicles: Sequence[StandingVehicle], now: datetime
    ) -> Mapping[int, StayAnswer] | None:
        self.asked.append((now, list(vehicles)))
        self.is_asked.set()
        if self.gate:
            await self.gate.wait()
        if self.is_silent:
            return {}
        if self.is_away:
            return None
        answer = StayAnswer(by_model=forecast(now, 5, 12), by_baseline=forecast(now, 8, 20))
        return {one.number: answer for one in vehicles}


@dataclass
class Desk:
    """Forecasts, what is behind them, and a vehicle."""

    office: Office
    forecaster: FakeForecaster
    forecasts: Forecasts
    teller: TellerV201 = field(default_factory=TellerV201)

    async def begin(self) -> None:
        """Let a vehicle come at noon."""
        connect(self.office.live, "G-01", "G-02")
        await self.office.hear(self.teller.adapter, *self.teller.starts(NOON))

    async def measure(self, minutes: float, drawn_wh: int) -> None:
        """Let the vehicle have drawn so much so many minutes after noon."""
        self.office.clock.instant = after(minutes)
        told = self.teller.measures(after(minutes), BEGIN_WH + drawn_wh)
        await self.office.hear(self.teller.adapter, *told)

    async def look(self, minutes: float) -> None:
        """Look so many minutes after noon."""
        self.office.clock.instant = after(minutes)
        await self.forecasts.look()

    def need(self) -> Need:
        """What the vehicle is planned to get."""
        found = need_of(self.office.live, self.office.evse("G-01/1"), self.office.clock.now())
        assert found is not None
        return found


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """Forecasts of a site with two stations."""
    async with open_office(database_file, SITE) as office:
        forecaster = FakeForecaster()
        forecasts = Forecasts(office.sites, forecaster, office.open_uow, office.clock)
        async with office.open_uow() as uow:
            await uow.forecasts.put_model(MODEL, b"")
            await uow.commit()
        await forecasts.load()
        yield Desk(office, forecaster, forecasts)


def outcomes(count: int, hours: float) -> list[StayOutcome]:
    """Stays of which the model and the baseline said what they say, and that lasted so long."""
    answer = StayAnswer(by_model=forecast(NOON, 5, 12), by_baseline=forecast(NOON, 8, 20))
    return [
        StayOutcome(
            told=ToldStay(number=one, site_id="fjordgata", came_at=NOON, answer=answer),
            energy_wh=12_000.0,
            stay_s=HOUR_S * (hours + 0.01 * (one % 3)),
        )
        for one in range(count)
    ]


async def test_vehicle_is_asked_about_when_it_has_come_and_planned_for_by_the_answer(
    desk: Desk,
) -> None:
    await desk.begin()
    assert desk.need().source is NeedSource.ASSUMED
    desk.office.live.dirty.clear()
    await desk.look(0.1)
    ((at, vehicles),) = desk.forecaster.asked
    assert at == after(0.1)
    assert vehicles == [
        StandingVehicle(
            number=1,
            site_id="fjordgata",
            station_id="G-01",
            came_at=NOON,
            energy_wh=0.0,
            draws=True,
        )
    ]
    need = desk.need()
    assert need.energy_wh == 12_000.0
    assert need.departs_at.replace(microsecond=0) == NOON + timedelta(hours=5)
    assert need.source is NeedSource.FORECAST
    assert desk.office.live.dirty.is_set()


async def test_vehicle_is_asked_about_again_after_a_quarter_of_an_hour_or_when_it_has_drawn(
    desk: Desk,
) -> None:
    await desk.begin()
    for minutes in (0.1, 5, 14, 15.1, 16):
        await desk.look(minutes)
    assert [at for at, _ in desk.forecaster.asked] == [after(0.1), after(15.1)]
    await desk.measure(18, 900)
    await desk.look(18)
    await desk.measure(19, 1_000)
    await desk.look(19)
    assert [at for at, _ in desk.forecaster.asked[2:]] == [after(19)]
    desk.office.live.dirty.clear()
    await desk.look(35)
    assert len(desk.forecaster.asked) == 4
    assert not desk.office.live.dirty.is_set()  # the same again is no cause to plan


async def test_vehicle_is_planned_for_without_where_nothing_is_said(desk: Desk) -> None:
    desk.forecaster.is_silent = True
    await desk.begin()
    await desk.look(0.1)
    assert desk.need().source is NeedSource.ASSUMED
    desk.forecaster.is_silent = False
    await desk.look(1)
    assert desk.need().source is NeedSource.ASSUMED
    await desk.look(1.2)  # it is asked again a minute later
    assert desk.need().source is NeedSource.FORECAST


async def test_who_could_not_be_asked_is_asked_at_the_next_look(desk: Desk) -> None:
    desk.forecaster.is_away = True
    await desk.begin()
    await desk.look(0.1)
    assert desk.need().source is NeedSource.ASSUMED
    desk.forecaster.is_away = False
    await desk.look(0.2)
    assert desk.need().source is NeedSource.FORECAST


async def test_nobody_is_asked_before_there_is_a_model(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        forecaster = FakeForecaster()
        forecasts = Forecasts(office.sites, forecaster, office.open_uow, office.clock)
        await forecasts.load()
        desk = Desk(office, forecaster, forecasts)
        await desk.begin()
        await desk.look(0.1)
        assert forecaster.asked == []


async def test_answer_that_comes_after_the_vehicle_has_left_is_of_no_use(desk: Desk) -> None:
    desk.forecaster.gate = asyncio.Event()
    await desk.begin()
    looking = asyncio.create_task(desk.look(0.1))
    await desk.forecaster.is_asked.wait()
    await desk.office.hear(desk.teller.adapter, *desk.teller.stops(after(1)))
    desk.forecaster.gate.set()
    await looking
    assert desk.office.evse("G-01/1").forecast is None


async def test_what_was_said_at_plug_in_is_held_against_what_came(desk: Desk) -> None:
    await desk.begin()
    await desk.look(0.1)
    await desk.look(15.2)
    desk.office.clock.instant = after(300)
    await desk.office.hear(desk.teller.adapter, *desk.teller.stops(after(300), BEGIN_WH + 13_000))
    await desk.look(301)
    health = desk.forecasts.of_site("fjordgata").calibrations
    assert (health[Foretold.ENERGY].count, health[Foretold.ENERGY].bias) == (1, -1_000.0)
    assert (health[Foretold.STAY].held, health[Foretold.STAY].bias) == (1.0, 0.0)


async def test_what_is_said_late_is_not_what_was_said_at_plug_in(desk: Desk) -> None:
    await desk.begin()
    await desk.look(11)
    assert await desk.office.rows("SELECT * FROM stay_forecast") == []


async def test_baseline_answers_once_the_model_drifts_and_that_is_told(desk: Desk) -> None:
    await desk.begin()
    desk.forecasts._watch("fjordgata", outcomes(30, hours=5))
    assert desk.office.live.guard.counts[GuardEventKind.FORECASTS_DRIFT] == 0
    desk.forecasts._watch("fjordgata", outcomes(30, hours=8))
    desk.forecasts._watch("fjordgata", outcomes(30, hours=8))
    assert desk.office.live.guard.counts[GuardEventKind.FORECASTS_DRIFT] == 1
    assert desk.office.live.guard.recent[0].cause.startswith(
        "Departures: over the last 30 stays, the model's loss is "
    )
    await desk.look(0.1)
    need = desk.need()
    assert need.departs_at.replace(microsecond=0) == NOON + timedelta(hours=8)
    assert need.energy_wh == 12_000.0  # of which the model is still good
    desk.forecasts._watch("fjordgata", outcomes(30, hours=5))
    assert desk.office.live.guard.counts[GuardEventKind.FORECASTS_HOLD] == 1


async def test_driver_who_is_left_out_for_ever_is_neither_forecast_nor_known_by_his_past(
    desk: Desk,
) -> None:
    await desk.begin()
    await desk.look(0.1)
    evse = desk.office.evse("G-01/1")
    assert evse.transaction is not None
    evse.past = tuple(
        _ended(evse.transaction, minutes) for minutes in (-100, -200, -300, -400, -500)
    )
    await desk.forecasts.leave_out(CARD, for_ever=True)
    assert evse.forecast is None
    assert desk.need().source is NeedSource.ASSUMED
    assert await desk.office.rows("SELECT * FROM stay_forecast") == []
    await desk.look(20)
    assert len(desk.forecaster.asked) == 1
    await desk.forecasts.take_in(CARD)
    assert desk.need().source is NeedSource.HISTORY
    await desk.look(21)
    assert len(desk.forecaster.asked) == 2


async def test_driver_who_is_forgotten_is_learned_of_anew_from_the_next_stay_on(
    desk: Desk,
) -> None:
    await desk.begin()
    await desk.look(0.1)
    await desk.forecasts.leave_out(CARD, for_ever=False)
    assert desk.need().source is NeedSource.ASSUMED
    left_out = desk.office.sites.left_out
    assert not left_out.counts(CARD, NOON)
    assert left_out.counts(CARD, after(1))


async def test_who_is_left_out_by_another_program_is_left_out_within_minutes(desk: Desk) -> None:
    await desk.begin()
    await desk.look(0.1)
    hashed = desk.office.sites.left_out.leave_out(CARD, None)
    desk.office.sites.left_out.take_in(CARD)
    async with desk.office.open_uow() as uow:
        await uow.forecasts.exclude(hashed, None, NOON)
        await uow.commit()
    await desk.look(6)
    assert desk.need().source is NeedSource.ASSUMED


def _ended(transaction: Transaction, minutes: float) -> Transaction:
    return altered(
        transaction,
        number=int(1000 - minutes),
        started_at=after(minutes),
        ended_at=after(minutes + 50),
        energy_wh=5_000.0,
    )
