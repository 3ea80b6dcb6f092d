"""Key figures of a site over the API and as metrics."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from csms.service.energy_rates import FlatRates
from csms.service.tally_keeping import TallyKeeper
from tests.api.rig import Api
from tests.service.rig import NOON, after

PATH = "/sites/fjordgata/key-figures"
CHARGED: dict[str, Any] = {
    "energy_wh": 1000.0,
    "peak_w": 10350.0,  # 45 A in all
    "peak_quarter_w": 0.0,
    "plugged_pct": 50.0,
    "charging_pct": 0.0,
    "availability_pct": 100.0,
    "plug_ins": 1,
    "plug_in_success_pct": 100.0,
    "departures": 0,
    "told": 0,
    "unmet": 0,
    "unmet_wh": 0.0,
    "met_pct": None,
    "cost": None,
    "co2_g": None,
    "energy_error_wh": None,
    "energy_bias_wh": None,
    "stay_error_s": None,
    "stay_bias_s": None,
}


async def metrics(api: Api) -> dict[tuple[str, str], float]:
    """What is told of the site, by name and window."""
    families = text_string_to_metric_families((await api.client.get("/metrics")).text)
    samples = [one for family in families for one in family.samples if "window" in one.labels]
    return {(one.name, one.labels["window"]): one.value for one in samples}


async def test_figures_of_today_are_told_as_they_are_counted(api: Api) -> None:
    await api.charge()
    told = await api.get(PATH)
    assert told["today"] == CHARGED
    assert told["last_7_days"] == told["last_30_days"] == CHARGED
    assert told["days"] == [{"day": "2026-01-14", **CHARGED}]


async def test_days_that_were_kept_are_told_with_today(api: Api) -> None:
    await api.charge()
    assert await TallyKeeper(api.office.sites, api.office.open_uow, api.office.clock).keep()
    api.office.clock.instant = NOON + timedelta(days=3)
    told = await api.get(PATH)
    assert [(one["day"], one["energy_wh"]) for one in told["days"]] == [
        ("2026-01-14", 1000.0),
        ("2026-01-17", 0.0),
    ]
    assert told["today"]["energy_wh"] == 0.0
    assert told["last_7_days"]["energy_wh"] == 1000.0
    assert [one["day"] for one in (await api.get(f"{PATH}?days=3"))["days"]] == ["2026-01-17"]


async def test_cost_is_told_where_there_is_a_price(api: Api) -> None:
    api.office.live.tally.rates = FlatRates(0.35)
    await api.charge()
    assert (await api.get(PATH))["today"]["cost"] == 0.35


@pytest.mark.parametrize("days", [0, 401, "many"])
async def test_number_of_days_is_checked(api: Api, days: object) -> None:
    problem = await api.get(f"{PATH}?days={days}", 422)
    assert problem["errors"][0]["at"] == "query/days"


async def test_site_that_there_is_not_has_none(api: Api) -> None:
    await api.get("/sites/elsewhere/key-figures", 404)


async def test_figures_are_metrics_as_far_as_they_are_known(api: Api) -> None:
    await api.charge()
    api.office.live.tally.advance(after(15))
    told = await metrics(api)
    assert told["chargeflex_site_energy_watt_hours", "today"] == 1000.0
    assert told["chargeflex_site_energy_watt_hours", "30d"] == 1000.0
    assert told["chargeflex_site_plugged_ratio", "7d"] == 0.5
    assert told["chargeflex_site_peak_quarter_watts", "today"] == 3450.0  # for 5 of 15 minutes
    assert ("chargeflex_site_cost", "today") not in told


async def test_figures_are_on_the_page(api: Api) -> None:
    await api.charge()
    view = await api.get("/sites/fjordgata/view")
    assert [(one["title"], one["today"], one["month"]) for one in view["figures"]] == [
        ("Highest quarter-hour", "0.0 kW", "0.0 kW in 30 days"),
        ("Connectors in use", "50 %", "50 % in 30 days"),
        ("Plugged in and charged", "100 %", "100 % in 30 days"),
        ("Available", "100 %", "100 % in 30 days"),
    ]
