"""Plans, sent limits and feeder readings."""

from typing import Any

import pytest

from csms.domain.identity import EvseId
from csms.domain.limits import TimedLimit, Verdict
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import G1, add_sent_limit, put_site

LIMIT = TimedLimit(starts_at=NOON, ends_at=after(15), steps=((0, 16.0), (300, 0.0), (600, 7.5)))
TX: dict[str, Any] = {"plan_number": 3, "transaction_id": "tx-1", "purpose": "TxProfile"}


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


def facts(**more: Any) -> dict[str, Any]:
    fields = {"method": "heuristic", "detail": "", "solve_s": 0.25, "expected_wh": 1.5}
    return {**fields, "short_wh": 0.0, "content": {"limits_a": {"G-01/1": [16.0, 0.0]}}, **more}


async def alive(uow: SqlUnitOfWork) -> list[tuple[TimedLimit, Verdict]]:
    """Limits of the first transaction that have not lapsed at noon."""
    sent = (await uow.control.limits_alive_at("fjordgata", NOON))[G1]
    return [(limit, verdict) for limit, verdict, transaction in sent if transaction == "tx-1"]


async def test_newest_plan_is_the_last_one_kept(database: Database) -> None:
    queries = Queries(database)
    assert await queries.newest_plan("fjordgata") is None
    async with SqlUnitOfWork(database) as uow:
        first = await uow.control.add_plan("fjordgata", NOON, facts())
        second = await uow.control.add_plan("fjordgata", after(5), facts(detail="late"))
        await uow.commit()
    assert second > first
    assert await queries.newest_plan("fjordgata") == {
        "number": second,
        "site_id": "fjordgata",
        "made_at": after(5),
        **facts(detail="late"),
    }
    assert await queries.newest_plan("elsewhere") is None


async def test_plans_are_forgotten_by_age(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        for minutes in (0, 5, 10):
            await uow.control.add_plan("fjordgata", after(minutes), facts())
        await uow.control.drop_plans(after(5))
        await uow.commit()
        assert await uow.control.add_plan("fjordgata", after(15), facts()) == 4  # never again 1
    async with database.reading() as connection:
        left = await connection.exec_driver_sql("SELECT number FROM plan ORDER BY number")
        assert list(left.scalars()) == [2, 3]


async def test_limit_is_uncertain_until_it_is_settled(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        number = await add_sent_limit(uow, G1, LIMIT, after(0.1), TX)
        await uow.commit()
        assert await alive(uow) == [(LIMIT, Verdict.UNCERTAIN)]
        await uow.control.settle_limit(number, Verdict.REFUSED, "Rejected", after(0.2))
        await uow.commit()
        assert await alive(uow) == [(LIMIT, Verdict.REFUSED)]
    assert await Queries(database).sent_limits("G-01", 10) == [
        {
            "number": number,
            "station_id": "G-01",
            "evse_number": 1,
            "sent_at": after(0.1),
            "starts_at": NOON,
            "ends_at": after(15),
            "steps": [[0, 16.0], [300, 0.0], [600, 7.5]],
            "verdict": "refused",
            "detail": "Rejected",
            "settled_at": after(0.2),
            "form": "timed tx@evse: plain",
            **TX,
        }
    ]


async def test_only_limits_of_the_transaction_that_have_not_lapsed_are_alive(
    database: Database,
) -> None:
    lapsed = TimedLimit(starts_at=after(-20), ends_at=NOON, steps=((0, 32.0),))
    later = TimedLimit(starts_at=after(5), ends_at=after(20), steps=((0, 6.0),))
    async with SqlUnitOfWork(database) as uow:
        for limit in (lapsed, later, LIMIT):
            await add_sent_limit(uow, G1, limit, NOON, TX)
        await add_sent_limit(uow, EvseId("G-01", 2), LIMIT, NOON, TX)
        await add_sent_limit(uow, EvseId("G-02", 1), LIMIT, NOON, TX)
        await add_sent_limit(uow, G1, LIMIT, NOON, {**TX, "transaction_id": "tx-2"})
        await add_sent_limit(uow, G1, LIMIT, NOON, {**TX, "transaction_id": None})
        found = await alive(uow)
    assert [limit for limit, _ in found] == [later, LIMIT]  # in the order in which they were sent


async def test_limits_that_are_kept_together_have_numbers_of_their_own(database: Database) -> None:
    evses = [EvseId(name, number) for number in range(1, 40) for name in ("G-02", "G-01")]
    async with SqlUnitOfWork(database) as uow:
        numbers = await uow.control.add_sent_limits([(evse, LIMIT, TX) for evse in evses], NOON)
        assert await uow.control.add_sent_limits([], NOON) == {}
        await uow.commit()
    kept = {
        EvseId(row["station_id"], row["evse_number"]): row["number"]
        for name in ("G-01", "G-02")
        for row in await Queries(database).sent_limits(name, 100)
    }
    assert numbers == kept
    assert len(set(numbers.values())) == 78


async def test_newest_limits_of_a_station_come_first(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        numbers = [await add_sent_limit(uow, G1, LIMIT, NOON, TX) for _ in range(4)]
        await add_sent_limit(uow, EvseId("G-02", 1), LIMIT, NOON, TX)
        await uow.commit()
    found = await Queries(database).sent_limits("G-01", 3)
    assert [row["number"] for row in found] == numbers[:0:-1]


async def test_feeder_is_read_back_from_an_instant_on(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        for minutes in (2, 0, 1):
            await uow.control.add_feeder_reading(
                "fjordgata",
                "intake",
                after(minutes),
                {
                    "load_a": (float(minutes), 0.5, 0.0),
                    "limit_a": (63.0, 63.0, 63.0),
                    "uncontrolled_a": (1.0, 2.0, 3.0),
                },
            )
        await uow.commit()
    queries = Queries(database)
    found = await queries.feeder_load("fjordgata", "intake", after(1))
    assert [(row["at"], row["load_a"]) for row in found] == [
        (after(1), [1.0, 0.5, 0.0]),
        (after(2), [2.0, 0.5, 0.0]),
    ]
    assert (found[0]["limit_a"], found[0]["uncontrolled_a"]) == ([63.0] * 3, [1.0, 2.0, 3.0])
    assert await queries.feeder_load("fjordgata", "level-1", NOON) == []
    assert await queries.feeder_load("elsewhere", "intake", NOON) == []


async def test_fallback_is_listed_among_the_limits_and_is_no_transactions(
    database: Database,
) -> None:
    facts = {
        "purpose": "tx_default",
        "form": "standing tx_default@station: plain",
        "verdict": "refused",
        "detail": "DuplicateProfile",
        "settled_at": after(0.2),
    }
    async with SqlUnitOfWork(database) as uow:
        await uow.control.add_sent_fallback(EvseId("G-01", 0), 6.0, after(0.1), facts)
        await uow.commit()
        assert await uow.control.limits_alive_at("fjordgata", NOON) == {}
    [row] = await Queries(database).sent_limits("G-01", 10)
    assert row == {
        "number": 1,
        "plan_number": None,
        "station_id": "G-01",
        "evse_number": 0,
        "transaction_id": None,
        "sent_at": after(0.1),
        "starts_at": after(0.1),
        "ends_at": None,
        "steps": [[0, 6.0]],
        **facts,
    }
