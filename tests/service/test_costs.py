"""What a site draws, and what its transactions cost it, as the minutes pass."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.domain.site import AmpereSchedule, Site
from csms.domain.tariff import EnergyFee, Tariff
from csms.service.costs import CostKeeper, line_power_w, meter_power_w
from csms.storage.queries import Queries
from tests.domain.sites import flat, place, small_site
from tests.service.handlers.stories import TellerV201
from tests.service.priced import priced
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect, draw, evse_of, it_site, with_meter

LOAD: AmpereSchedule = flat(20.0)


def metered() -> Site:
    site = with_meter(small_site(place("G-01", "level-1", 6.0)), LOAD)
    return priced(site, tariff=Tariff(energy=EnergyFee(0.5)))


def prices(*per_kwh: float) -> PriceSeries:
    """A price for each hour from noon on."""
    hours = [NOON + timedelta(hours=i) for i in range(len(per_kwh) + 1)]
    return PriceSeries(
        tuple(
            PriceSlot(starts_at=start_at, ends_at=end_at, per_kwh=price)
            for (start_at, end_at), price in zip(pairwise(hours), per_kwh, strict=True)
        )
    )


@asynccontextmanager
async def keeping(path: Path, site: Site | None = None) -> AsyncIterator[tuple[CostKeeper, Office]]:
    async with open_office(path, site or metered()) as office:
        keeper = CostKeeper(office.sites, office.open_uow, office.clock)
        await keeper.load()
        yield keeper, office


def test_power_is_that_of_three_currents_against_earth() -> None:
    assert line_power_w(small_site(), (10.0, 5.0, 0.0)) == 3450.0
    assert line_power_w(it_site(), (10.0, 10.0, 10.0)) == pytest.approx(230 * 3**0.5 * 10)


async def test_power_at_the_meter_is_buildings_and_vehicles(database_file: Path) -> None:
    async with keeping(database_file) as (_, office):
        live = office.live
        connect(live, "G-01")
        live.read_feeder("intake", NOON, (5.0, 4.0, 3.0))
        draw(evse_of(live, "G-01"), 16.0, 16.0, 16.0)
        power_w, building_w = meter_power_w(live, NOON)
        assert (power_w, building_w) == pytest.approx((230 * 60.0, 230 * 12.0))


async def test_quarters_are_kept_and_known_again_after_a_restart(database_file: Path) -> None:
    async with keeping(database_file) as (keeper, office):
        for minute in (1, 2, 3):
            office.clock.instant = after(minute)
            office.live.read_feeder("intake", after(minute), (4.0, 3.0, 3.0))
            await keeper.keep(office.live, with_transactions=False)
    async with keeping(database_file) as (keeper, office):
        office.clock.instant = after(4)
        office.live.read_feeder("intake", after(4), (4.0, 3.0, 3.0))
        await keeper.keep(office.live, with_transactions=False)  # nobody knows what was meanwhile
        [quarter] = await Queries(office.database).meter_quarters("fjordgata", NOON, after(15))
        assert quarter.covered_s == pytest.approx(180.0 + 180.0)
        assert quarter.drawn_wh == pytest.approx(2300.0 * 360 / 3600)


async def test_time_in_which_nothing_was_seen_is_not_filled(database_file: Path) -> None:
    async with keeping(database_file) as (keeper, office):
        office.clock.instant = after(10)
        await keeper.keep(office.live, with_transactions=False)
        [quarter] = await Queries(office.database).meter_quarters("fjordgata", NOON, after(15))
        assert quarter.covered_s == 180.0


async def test_transaction_costs_what_energy_cost_when_it_was_charged(database_file: Path) -> None:
    async with keeping(database_file) as (keeper, office):
        office.live.prices.take(PriceKind.ENERGY, prices(1.0, 3.0), NOON)
        connect(office.live, "G-01")
        teller = TellerV201()
        await office.hear(teller.adapter, *teller.starts(NOON))
        start_wh = 1_234_500
        office.clock.instant = after(60)
        await office.hear(teller.adapter, *teller.measures(after(60), start_wh + 4000))
        await keeper.keep(office.live, with_transactions=True)
        office.clock.instant = after(90)
        await office.hear(teller.adapter, *teller.stops(after(90), start_wh + 6000))
        await keeper.keep(office.live, with_transactions=True)
        costs = await Queries(office.database).transaction_costs(
            "fjordgata", NOON, after(9), limit=10
        )
        [(cost, where)] = costs
        assert where["station_id"] == "G-01"
        assert cost.is_settled
        # 4 kWh at 1.0 + 0.5 by 13:00, 2 kWh at 3.0 + 0.5 until the end at 13:30.
        assert cost.cost.energy_wh == 6000.0
        assert cost.cost.cost == pytest.approx(4 * 1.5 + 2 * 3.5)
        assert cost.up_to_at == after(90)


async def test_transaction_between_two_reckonings_has_its_cost(database_file: Path) -> None:
    async with keeping(database_file) as (keeper, office):
        office.live.prices.take(PriceKind.ENERGY, prices(1.0), NOON)
        connect(office.live, "G-01")
        teller = TellerV201()
        await office.hear(teller.adapter, *teller.starts(NOON))
        await keeper.keep(office.live, with_transactions=False)
        await office.hear(teller.adapter, *teller.stops(after(2), 1_234_500 + 300))
        office.clock.instant = after(5)
        await keeper.keep(office.live, with_transactions=True)
        [(cost, _)] = await Queries(office.database).transaction_costs(
            "fjordgata", NOON, after(9), limit=10
        )
        assert (cost.cost.energy_wh, cost.cost.cost) == pytest.approx((300.0, 0.3 * 1.5))


async def test_transaction_that_ended_while_the_server_was_down_is_settled(
    database_file: Path,
) -> None:
    teller = TellerV201()
    async with keeping(database_file) as (keeper, office):
        office.live.prices.take(PriceKind.ENERGY, prices(1.0, 1.0), NOON)
        connect(office.live, "G-01")
        await office.hear(teller.adapter, *teller.starts(NOON))
        office.clock.instant = after(30)
        await office.hear(teller.adapter, *teller.measures(after(30), 1_234_500 + 1000))
        await keeper.keep(office.live, with_transactions=True)
        await office.hear(teller.adapter, *teller.stops(after(40), 1_234_500 + 2000))
    async with keeping(database_file) as (keeper, office):
        office.live.prices.take(PriceKind.ENERGY, prices(1.0, 1.0), NOON)
        office.clock.instant = after(50)
        await keeper.keep(office.live, with_transactions=True)
        [(cost, _)] = await Queries(office.database).transaction_costs(
            "fjordgata", NOON, after(9), limit=10
        )
        assert (cost.is_settled, cost.up_to_at) == (True, after(40))
        assert cost.cost.cost == pytest.approx(2 * 1.5)


async def test_site_without_prices_keeps_nothing(database_file: Path) -> None:
    async with keeping(database_file, small_site()) as (keeper, _):
        assert keeper._sites == []
