"""Prices and costs over HTTP."""

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.cost import MeterQuarter
from csms.domain.prices import PriceKind
from csms.domain.site_policy import Aim
from csms.domain.tariff import CapacitySteps, EnergyFee, FeeWindow, Tariff
from csms.service.costs import CostKeeper
from tests.api.rig import Api, api_site, open_api
from tests.domain.sites import place, small_site
from tests.service.priced import priced
from tests.service.rig import NOON, after

PATH: Final = "/sites/fjordgata/prices"
COSTS: Final = "/sites/fjordgata/costs"
TARIFF: Final = Tariff(
    vat_share=0.25,
    energy=EnergyFee(0.3),
    capacity=CapacitySteps(steps=((10_000.0, 250.0), (20_000.0, 400.0))),
)
DEAR: Final = {"from": "2026-01-14T12:00:00Z", "until": "2026-01-14T13:00:00Z", "per_kwh": 1.2}
CHEAP: Final = {"from": "2026-01-14T13:00:00Z", "per_kwh": 0.4}


@pytest.fixture
async def shop(database_file: Path) -> AsyncIterator[Api]:
    """An application whose site is told prices of energy and CO2."""
    site = priced(api_site(), (PriceKind.ENERGY, PriceKind.CO2), tariff=TARIFF)
    async with open_api(database_file, site) as api:
        yield api


async def test_prices_that_are_told_are_there_at_once(shop: Api) -> None:
    await shop.put(PATH, {"slots": [CHEAP, DEAR]})
    await shop.put(PATH, {"kind": "co2", "slots": [{**DEAR, "per_kwh": 18}]})
    answer = await shop.get(f"{PATH}?from=2026-01-14T12:00:00Z&to=2026-01-14T15:00:00Z")
    assert answer == {
        "currency": "NOK",
        "planned_by": "energy",
        "known_until": "2026-01-14T14:00:00Z",
        "missing": [],
        "slots": [
            {
                "from": "2026-01-14T12:00:00Z",
                "until": "2026-01-14T13:00:00Z",
                "market": 1.2,
                "per_kwh": 1.8,
                "co2_g": 18.0,
                "is_assumed": False,
            },
            {
                "from": "2026-01-14T13:00:00Z",
                "until": "2026-01-14T14:00:00Z",
                "market": 0.4,
                "per_kwh": 0.8,
                "co2_g": None,
                "is_assumed": False,
            },
        ],
    }


async def test_tomorrow_is_assumed_to_be_as_today(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR]})
    answer = await shop.get(PATH)
    told = [(one["from"], one["market"], one["is_assumed"]) for one in answer["slots"]]
    assert told == [
        ("2026-01-14T12:00:00Z", 1.2, False),
        ("2026-01-15T12:00:00Z", 1.2, True),
    ]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"slots": []}, 422, "at least 1 item"),
        ({"slots": [{**DEAR, "per_kwh": 850}]}, 422, "is it for a MWh?"),
        ({"slots": [DEAR, DEAR]}, 422, "expected one price for each instant"),
        ({"slots": [{**DEAR, "until": "2026-01-14T12:00:00Z"}]}, 422, "expected an end after"),
        ({"slots": [{"from": "2026-01-14T12:00:00", "per_kwh": 1}]}, 422, "slots/0/from"),
        ({"kind": "water", "slots": [DEAR]}, 422, "kind"),
    ],
)
async def test_prices_that_cannot_be_true_change_nothing(
    shop: Api, body: dict[str, Any], status: int, detail: str
) -> None:
    response = await shop.client.put(f"/api/v1{PATH}", json=body)
    assert response.status_code == status
    assert detail in response.text
    assert (await shop.get(PATH))["slots"] == []


async def test_site_without_prices_takes_none(api: Api) -> None:
    answer = await api.put(PATH, {"slots": [DEAR]}, 409)
    assert answer["detail"] == "site 'fjordgata' has no prices of the kind 'energy' in its file"
    answer = await api.get(PATH)
    assert (answer["currency"], answer["slots"], answer["known_until"]) == ("", [], None)


async def test_costs_are_told_by_hour_and_by_day_with_the_fee_on_power(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR, CHEAP]})
    drawn = [
        MeterQuarter(at=after(15 * i), drawn_wh=2000.0, charged_wh=500.0, covered_s=900.0)
        for i in range(6)
    ]
    async with shop.office.open_uow() as uow:
        for one in drawn:
            await uow.costs.put_quarter("fjordgata", one)
        await uow.commit()
    shop.office.live.prices.quarters.fill(drawn)
    shop.office.clock.instant = after(120)
    answer = await shop.get(COSTS)
    assert answer["currency"] == "NOK"
    first, second = answer["lines"]
    assert first == {
        "from": "2026-01-14T12:00:00Z",
        "until": "2026-01-14T13:00:00Z",
        "energy_wh": 8000.0,
        "charged_wh": 2000.0,
        "cost": pytest.approx(8 * 1.8),
        "co2_g": 0.0,
        "unpriced_wh": 0.0,
        "assumed_wh": 0.0,
        "seen_s": 3600.0,
    }
    assert (second["energy_wh"], second["cost"], second["seen_s"]) == (4000.0, 4 * 0.8, 1800.0)
    assert answer["power"] == {
        "basis_w": 8000.0,
        "fee": 250.0,
        "day_peaks": [{"day": "2026-01-14", "mean_w": 8000.0}],
    }
    [day] = (await shop.get(f"{COSTS}?by=day"))["lines"]
    assert (day["from"], day["cost"]) == ("2026-01-13T23:00:00Z", pytest.approx(14.4 + 3.2))
    [month] = (await shop.get(f"{COSTS}?by=month"))["lines"]
    assert month["from"] == "2025-12-31T23:00:00Z"


async def test_running_quarter_has_its_price_until_its_end(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR]})
    running = MeterQuarter(at=NOON, drawn_wh=1000.0, charged_wh=0.0, covered_s=300.0)
    async with shop.office.open_uow() as uow:
        await uow.costs.put_quarter("fjordgata", running)
        await uow.commit()
    shop.office.clock.instant = after(5)
    [line] = (await shop.get(COSTS))["lines"]
    assert (line["cost"], line["unpriced_wh"]) == (1.8, 0.0)


async def test_price_that_stays_is_one_line_also_where_the_tariff_has_windows(
    database_file: Path,
) -> None:
    window = FeeWindow(
        weekdays=frozenset(range(7)), from_time=time(13, 30), to_time=time(14), per_kwh=0.5
    )
    site = priced(api_site(), tariff=Tariff(energy=EnergyFee(0.3, (window,))))
    async with open_api(database_file, site) as api:
        await api.put(PATH, {"slots": [{**DEAR, "until": "2026-01-14T14:00:00Z"}]})
        told = await api.get(f"{PATH}?from=2026-01-14T12:00:00Z&to=2026-01-14T14:00:00Z")
    assert [(one["from"][11:16], one["per_kwh"]) for one in told["slots"]] == [
        ("12:00", 1.5),
        ("12:30", 1.7),
        ("13:00", 1.5),
    ]


async def test_transactions_are_told_with_what_they_cost(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR]})
    keeper = CostKeeper(shop.office.sites, shop.office.open_uow, shop.office.clock)
    await keeper.load()
    await shop.charge()  # 1 kWh in ten minutes
    await keeper.keep(shop.office.live, with_transactions=True)
    [told] = await shop.get(f"{COSTS}/transactions")
    assert (told["station_id"], told["evse_number"], told["ended_at"]) == ("G-01", 1, None)
    assert (told["energy_wh"], told["cost"]) == (1000.0, pytest.approx(1.8))
    assert await shop.get(f"{COSTS}/transactions?to=2026-01-14T12:00:00Z") == []


@pytest.mark.parametrize("path", [PATH, COSTS, f"{COSTS}/transactions"])
async def test_times_that_contradict_each_other_are_refused(shop: Api, path: str) -> None:
    query = "from=2026-01-14T12:00:00Z&to=2026-01-14T12:00:00Z"
    answer = await shop.get(f"{path}?{query}", 422)
    assert answer["detail"].startswith("to: expected an instant after from")
    await shop.get(f"{path}?until=2026-01-14T12:00:00Z", 422)
    await shop.get(f"{path}?from=2020-01-01T00:00:00Z", 422)
    await shop.get(path.replace("fjordgata", "nowhere"), 404)


async def test_vehicle_that_has_time_is_held_until_the_cheap_hours_and_says_so(
    database_file: Path,
) -> None:
    places = (place("G-01", "level-1", 0.0), place("G-02", "level-2", 0.0))
    async with open_api(database_file, priced(small_site(*places), aim=Aim.CHEAP)) as api:
        dear = {**DEAR, "until": "2026-01-15T00:00:00Z"}
        cheap = {**CHEAP, "from": "2026-01-15T00:00:00Z", "until": "2026-01-16T00:00:00Z"}
        await api.put(PATH, {"slots": [dear, cheap]})
        await api.charge()
        need = {"energy_wh": 20_000, "departs_at": "2026-01-15T06:00:00Z"}
        await api.put("/stations/G-01/evses/1/need", need)
        await api.plan()
        view = await api.get("/sites/fjordgata/view")
        reason = view["evses"]["G-01/1"]["reason"]
        assert reason["code"] == "price"
        assert reason["text"] == "Waits for the cheap hours from 01:00: 0.40 for 1.20 NOK/kWh"
        assert api.controller.newest is not None
        assert api.controller.newest.plan.evses[0].short_wh == pytest.approx(0.0, abs=1.0)
        assert view["figures"][0]["today"] == "1.20 NOK/kWh"
        need["departs_at"] = "2026-01-14T13:10:00Z"  # there is no time to wait any more
        await api.put("/stations/G-01/evses/1/need", need)
        await api.plan()
        view = await api.get("/sites/fjordgata/view")
        assert view["evses"]["G-01/1"]["reason"]["code"] != "price"
        assert view["evses"]["G-01/1"]["limit_a"] > 25.0


async def test_prices_are_metrics(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR, CHEAP]})
    await shop.put(PATH, {"kind": "co2", "slots": [{**DEAR, "per_kwh": 18}]})
    shop.office.clock.turn(600)
    told = (await shop.client.get("/metrics")).text.splitlines()
    assert {line for line in told if line.startswith(("chargeflex_price", "chargeflex_co2"))} == {
        'chargeflex_price_per_kwh{currency="NOK",site="fjordgata"} 1.8',
        'chargeflex_co2_grams_per_kwh{site="fjordgata"} 18.0',
        'chargeflex_prices_age_seconds{kind="energy",site="fjordgata"} 600.0',
        'chargeflex_prices_age_seconds{kind="co2",site="fjordgata"} 600.0',
        'chargeflex_prices_ahead_seconds{kind="energy",site="fjordgata"} 6600.0',
        'chargeflex_prices_ahead_seconds{kind="co2",site="fjordgata"} 3000.0',
        'chargeflex_prices_missing{kind="energy",site="fjordgata"} 0.0',
        'chargeflex_prices_missing{kind="co2",site="fjordgata"} 0.0',
    }


async def test_course_of_prices_goes_with_the_load_over_time(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR, CHEAP]})
    prices = (await shop.get("/sites/fjordgata/series"))["prices"]
    assert prices == {
        "unit": "NOK/kWh",
        "t": [NOON.timestamp() + s for s in (0, 3600, 7200)],
        "per_kwh": [1.8, 0.8, None],
        "is_assumed": [False, False, False],
    }


async def test_site_without_prices_has_no_course(api: Api) -> None:
    assert (await api.get("/sites/fjordgata/series"))["prices"] is None


async def test_what_is_missing_is_told(shop: Api) -> None:
    await shop.put(PATH, {"slots": [DEAR]})
    shop.office.clock.instant = NOON.replace(hour=20)
    await shop.put(PATH, {"slots": [DEAR]})
    answer = await shop.get(PATH)
    assert answer["missing"] == [
        "No prices (energy) are known of now; those of a day before are assumed"
    ]
