"""Prices, quarters and costs as they are kept."""

from datetime import timedelta
from typing import Final

from csms.domain.cost import Cost, MeterQuarter, TransactionCost
from csms.domain.prices import PriceKind, PriceSeries
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.series import hour, hourly, slot

SITE: Final = "fjordgata"


async def test_prices_take_the_place_of_all_that_touches_their_time(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.prices.put(SITE, PriceKind.ENERGY, hourly(1.0, 2.0, 3.0), hour(0))
        await uow.prices.put(SITE, PriceKind.CO2, hourly(120.0), hour(0))
        await uow.prices.put("elsewhere", PriceKind.ENERGY, hourly(9.0), hour(0))
        news = PriceSeries((slot(1, 1.5, 4.0), slot(1.5, 2, 5.0)))
        await uow.prices.put(SITE, PriceKind.ENERGY, news, hour(3))
        await uow.prices.put(SITE, PriceKind.ENERGY, PriceSeries(), hour(4))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        prices, received_at = await uow.prices.since(SITE, PriceKind.ENERGY, hour(0.5))
        assert prices.slots == (slot(0, 1, 1.0), *news.slots, slot(2, 3, 3.0))
        assert received_at == hour(3)
        assert await uow.prices.since(SITE, PriceKind.CO2, hour(1)) == (PriceSeries(), None)
        await uow.prices.drop(hour(2.5))
        await uow.commit()
    reads = Queries(database)
    assert await reads.prices(SITE, PriceKind.ENERGY, hour(0), hour(9)) == hourly(3.0, start=2)
    assert await reads.prices(SITE, PriceKind.ENERGY, hour(0), hour(2)) == PriceSeries()


async def test_quarter_is_kept_as_it_was_last(database: Database) -> None:
    quarter = MeterQuarter(at=hour(0), drawn_wh=100.0, charged_wh=40.0, covered_s=60.0)
    later = MeterQuarter(at=hour(0.25), drawn_wh=1.0, charged_wh=0.0, covered_s=60.0)
    async with SqlUnitOfWork(database) as uow:
        await uow.costs.put_quarter(SITE, quarter)
        await uow.costs.put_quarter(SITE, quarter.grown(6000.0, 2400.0, 60.0))
        await uow.costs.put_quarter(SITE, later)
        await uow.commit()
    grown = MeterQuarter(at=hour(0), drawn_wh=200.0, charged_wh=80.0, covered_s=120.0)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.costs.quarters_since(SITE, hour(0)) == [grown, later]
        assert await uow.costs.quarters_since(SITE, hour(0.1)) == [later]
        assert await uow.costs.quarters_since("elsewhere", hour(0)) == []
    assert await Queries(database).meter_quarters(SITE, hour(0), hour(0.25)) == [grown]


async def test_cost_is_unsettled_until_its_transaction_has_ended(database: Database) -> None:
    running = TransactionCost(
        number=7,
        site_id=SITE,
        started_at=hour(0),
        up_to_at=hour(1),
        cost=Cost(energy_wh=500.0, cost=1.0, co2_g=20.0, unpriced_wh=10.0, assumed_wh=5.0),
    )
    ended = TransactionCost(
        number=8,
        site_id=SITE,
        started_at=hour(0),
        up_to_at=hour(0) + timedelta(minutes=5),
        is_settled=True,
    )
    async with SqlUnitOfWork(database) as uow:
        await uow.costs.put_transactions([running, ended])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.costs.unsettled_at(SITE) == [running]
        assert await uow.costs.unsettled_at("elsewhere") == []
        await uow.costs.put_transactions([running.settled()])
        assert await uow.costs.unsettled_at(SITE) == []
