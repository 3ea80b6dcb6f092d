"""The page of a site's forecasts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

import httpx2
import pytest

from csms.dashboard.forecast_page import Figures, Section, StayForecasts, present_stays
from csms.domain.calibration import Calibration
from csms.domain.forecast_model import Driver, ModelNote, Score, SiteReport
from csms.domain.stay_outcome import Foretold
from csms.service.forecast_view import SiteForecast
from tests.dashboard.rig import FakeRoom, dashboard_app
from tests.dashboard.views import NOON

OSLO: Final = ZoneInfo("Europe/Oslo")
SCORE: Final = Score(count=80, loss=1400.0, baseline_loss=2000.0, held=0.79, is_used=True)
MODEL: Final = ModelNote(
    version=7,
    made_at=NOON,
    zone="Europe/Oslo",
    took_s=12.5,
    sites={"yard": SiteReport(stays=1412, scores={Foretold.ENERGY: SCORE})},
    drivers={Foretold.ENERGY: (Driver(name="hour <now>", share=0.2),), Foretold.STAY: ()},
)
DRIFTED: Final = Calibration(
    count=100,
    held=0.6,
    loss=2500.0,
    baseline_loss=2000.0,
    bias=-1500.0,
    drift="of the last 100 stays, 60% came out within their 80 % intervals",
)
KNOWN: Final = SiteForecast(
    site_id="yard", is_on=True, model=MODEL, calibrations={Foretold.ENERGY: DRIFTED}
)


def test_page_tells_how_forecasts_came_out_and_why_the_baseline_answers() -> None:
    found = present_stays(KNOWN, OSLO)
    assert found.model.startswith("Model 7, made ")
    assert found.model.endswith(" of 1,412 stays here")
    assert found.sections == (
        Section(
            name="Energy",
            answers="the baseline",
            drift="of the last 100 stays, 60% came out within their 80 % intervals",
            lately=Figures(
                stays="100",
                loss="2.50 kWh",
                baseline_loss="2.00 kWh",
                held="60%",
                bias="\N{MINUS SIGN}1.50 kWh",
            ),
            backtest=Figures(
                stays="80",
                loss="1.40 kWh",
                baseline_loss="2.00 kWh",
                held="79%",
                bias="\N{EN DASH}",
            ),
            hangs_on=(("hour <now>", "20.0%"),),
        ),
        Section(
            name="Departures",
            answers="the baseline",
            drift="",
            lately=None,
            backtest=None,
            hangs_on=(),
        ),
    )


def test_site_without_stays_is_answered_by_the_baseline_of_the_others() -> None:
    found = present_stays(replace(KNOWN, site_id="elsewhere", calibrations={}), OSLO)
    assert found.model.endswith(" of 0 stays here")
    assert [section.answers for section in found.sections] == ["the baseline", "the baseline"]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (replace(KNOWN, is_on=False), "Forecasts are switched off in the settings."),
        (
            replace(KNOWN, model=None),
            "There are too few stays yet. Drivers' own past and the site's assumptions count.",
        ),
    ],
)
def test_page_says_why_nothing_is_forecast(known: SiteForecast, words: str) -> None:
    assert present_stays(known, OSLO) == StayForecasts(model=words, sections=())


async def printed(path: str, room: FakeRoom) -> Sequence[object]:
    transport = httpx2.ASGITransport(app=dashboard_app(room, None, lambda _: KNOWN))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        response = await client.get(path, headers={"Accept": "text/html"})
        return response.status_code, response.text


async def test_page_is_printed(room: FakeRoom) -> None:
    status, text = await printed("/sites/yard/forecast", room)
    assert status == 200
    assert "<h3>Energy</h3>" in str(text)
    assert "hour &lt;now&gt;" in str(text)
    assert 'aria-current="page">Forecast</a>' in str(text)


async def test_page_of_a_site_that_is_not_there_says_so(room: FakeRoom) -> None:
    status, text = await printed("/sites/nowhere/forecast", room)
    assert status == 404
    assert "There is no site called" in str(text)
