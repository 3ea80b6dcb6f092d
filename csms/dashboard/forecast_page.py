"""The page of a site's forecasts: sections, each by itself. It works without scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.demand_section import present_demand
from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import NOTHING, day_and_second, whole
from csms.domain.calibration import LEAST, Calibration
from csms.domain.forecast_model import Score
from csms.domain.identity import SiteId
from csms.domain.stay_outcome import Foretold
from csms.language.languages import localised
from csms.language.reader import language_now, say, say_count, spoken
from csms.service.demand_board import DemandBoard
from csms.service.forecast_view import SiteForecast
from csms.service.forecast_words import ANSWERER_WORDS, WHAT_WORDS, figure
from csms.service.live_site import LiveSite

ForecastOf: TypeAlias = Callable[[SiteId], SiteForecast]
"""What is known of forecasts at a site."""

_SHOWN: Final = 6


class LiveSites(SiteViews, Protocol):
    """Where sites are, as they are now."""

    def live(self, site_id: SiteId) -> LiveSite:
        """A site as it is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How forecasts came out, in words.

    Attributes:
        stays: Of how many.
        loss: Pinball loss of the model.
        baseline_loss: The same of the baseline.
        held: The share within the 80 % intervals.
        bias: By how much more was forecast than came; empty: not told.
    """

    stays: str
    loss: str
    baseline_loss: str
    held: str
    bias: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is said of energies, or of departures.

    Attributes:
        name: Of which.
        answers: Who answers.
        drift: Why the model does not, where it has drifted; or empty.
        lately: The last stays; None: none is over yet.
        backtest: Past stays that the model had not seen; None: too few.
        hangs_on: What the model hangs on, with by how much its loss rises without.
    """

    name: str
    answers: str
    drift: str
    lately: Figures | None
    backtest: Figures | None
    hangs_on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StayForecasts:
    """What the page says of vehicles' stays.

    Attributes:
        model: Which model, made when and of what; or why there is none.
        sections: Of energies and of departures; nothing where there is no model.
        least: With fewer stays nothing is concluded.
    """

    model: str
    sections: tuple[Section, ...]
    least: int = LEAST


def forecast_router(
    sites: LiveSites, of_site: ForecastOf, board: DemandBoard, printer: Printer
) -> APIRouter:
    """Build the route of the page.

    Args:
        sites: Where views of sites come from.
        of_site: What is known of forecasts at a site.
        board: What sites are expected to need.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/forecast")
    async def forecast(site_id: str) -> HTMLResponse:
        """What is forecast at a site, and how good that is."""
        view = sites.quick_view(site_id)
        stays = present_stays(of_site(site_id), ZoneInfo(view.timezone))
        demand = present_demand(sites.live(site_id), board.of(site_id), view.now)
        return printer.page("forecast.html", site=present_line(view), stays=stays, demand=demand)

    return router


def present_stays(found: SiteForecast, zone: ZoneInfo) -> StayForecasts:
    """Write what is known of forecasts of stays as the page shows it."""
    if not found.is_on:
        return StayForecasts(model=say("Forecasts are switched off in the settings."), sections=())
    if found.model is None:
        text = say(
            "There are too few stays yet. Drivers' own past and the site's assumptions count."
        )
        return StayForecasts(model=text, sections=())
    made = day_and_second(found.model.made_at, zone)
    stays = found.report.stays if found.report else 0
    text = say_count(
        "Model %(version)s, made %(made)s of %(n)s stay here",
        "Model %(version)s, made %(made)s of %(stays)s stays here",
        stays,
        version=found.model.version,
        made=made,
        stays=whole(stays),
    )
    return StayForecasts(model=text, sections=tuple(_section(found, what) for what in Foretold))


def _section(found: SiteForecast, what: Foretold) -> Section:
    score = found.report.scores.get(what) if found.report else None
    lately = found.calibrations.get(what)
    drivers = found.model.drivers.get(what, ()) if found.model else ()
    return Section(
        name=spoken(WHAT_WORDS[what]),
        answers=spoken(ANSWERER_WORDS[found.answers(what)]),
        drift=spoken(lately.drift) if lately else "",
        lately=_lately(lately, what) if lately else None,
        backtest=_backtest(score, what) if score else None,
        hangs_on=tuple(
            (one.name, localised(f"{one.share:.1%}", language_now())) for one in drivers[:_SHOWN]
        ),
    )


def _lately(lately: Calibration, what: Foretold) -> Figures:
    return Figures(
        stays=str(lately.count),
        loss=_figure(lately.loss, what),
        baseline_loss=_figure(lately.baseline_loss, what),
        held=f"{lately.held:.0%}",
        bias=_figure(lately.bias, what),
    )


def _backtest(score: Score, what: Foretold) -> Figures:
    return Figures(
        stays=str(score.count),
        loss=_figure(score.loss, what),
        baseline_loss=_figure(score.baseline_loss, what),
        held=f"{score.held:.0%}",
        bias=NOTHING,
    )


def _figure(value: float, what: Foretold) -> str:
    return localised(figure(value, what), language_now())
