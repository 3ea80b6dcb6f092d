"""Forecasts as they are kept."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.forecast_model import Driver, ModelNote, Score, SiteReport
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, ToldStay
from csms.storage.database import Database
from csms.storage.forecasts import select_content
from csms.storage.past_stays import PastStays
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import CARD, SITE, begun, put_site, report

NOTE: Final = ModelNote(
    version=0,
    made_at=NOON,
    zone="Europe/Oslo",
    took_s=12.5,
    sites={
        "fjordgata": SiteReport(
            stays=412,
            scores={
                Foretold.ENERGY: Score(
                    count=80, loss=1400.0, baseline_loss=2000.0, held=0.79, is_used=True
                )
            },
        )
    },
    drivers={Foretold.ENERGY: (Driver(name="hour", share=0.2),), Foretold.STAY: ()},
)
SAID: Final = StayForecast(
    made_at=NOON,
    model=3,
    energy_wh=Expectation(quantiles=(1.0, 2.0, 3.0, 4.0, 5.0), low=0.5, high=6.0),
    stay_s=Expectation(quantiles=(10.0, 20.0, 30.0, 40.0, 50.0), low=5.0, high=60.0, above=9.0),
)
ANSWER: Final = StayAnswer(by_model=SAID, by_baseline=replace(SAID, stay_s=SAID.energy_wh))


async def ended(
    database: Database, transaction: str, at: datetime, ends_at: datetime, token: IdToken = CARD
) -> int:
    """A transaction of 7 kWh that is over; return its number."""
    start = report(transaction=transaction, at=at, id_token=token, register_wh=1_000.0)
    running, _ = await begun(database, start)
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.end(altered(running, ended_at=ends_at, energy_wh=7_000.0))
        await uow.commit()
    return running.number


def told(number: int, came_at: datetime = NOON) -> ToldStay:
    return ToldStay(number=number, site_id=SITE.site_id, came_at=came_at, answer=ANSWER)


async def test_models_are_noted_under_versions_and_old_ones_lose_their_content(
    database: Database,
) -> None:
    async with SqlUnitOfWork(database) as uow:
        for content in (b"one", b"two", b"three"):
            await uow.forecasts.put_model(NOTE, content)
        await uow.forecasts.put_model(replace(NOTE, zone="Europe/Paris"), b"elsewhere")
        await uow.forecasts.drop_contents("Europe/Oslo", but=2)
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.forecasts.models(2, "Europe/Oslo") == [
            replace(NOTE, version=3),
            replace(NOTE, version=2),
        ]
        assert [one.version for one in await uow.forecasts.models(9)] == [4, 3, 2, 1]
    async with database.reading() as connection:
        contents = [
            (await connection.execute(select_content(one))).one().content for one in (1, 2, 3, 4)
        ]
    assert contents == [None, b"two", b"three", b"elsewhere"]


async def test_key_is_made_once(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        key = await uow.forecasts.key()
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.forecasts.key() == key
    assert len(key) == 32


async def test_drivers_are_left_out_until_they_are_taken_in_again(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.forecasts.exclude("aa", None, NOON)
        await uow.forecasts.exclude("bb", None, NOON)
        await uow.forecasts.exclude("bb", after(5), after(5))
        await uow.commit()
        assert await uow.forecasts.exclusions() == {"aa": None, "bb": after(5)}
        await uow.forecasts.include("aa")
        await uow.commit()
        assert await uow.forecasts.exclusions() == {"bb": after(5)}


async def test_what_was_said_first_is_held_against_what_came(database: Database) -> None:
    await put_site(database)
    number = await ended(database, "tx-1", NOON, after(90))
    running, _ = await begun(database, report(transaction="tx-2", at=after(100)))
    async with SqlUnitOfWork(database) as uow:
        await uow.forecasts.note_told([told(number), told(running.number)])
        later = replace(ANSWER, by_model=ANSWER.by_baseline)
        await uow.forecasts.note_told([replace(told(number), answer=later)])
        assert await uow.forecasts.outcomes_at(SITE.site_id, 9) == []
        assert await uow.forecasts.settle() == {SITE.site_id}
        assert await uow.forecasts.settle() == set()
        assert await uow.forecasts.outcomes_at(SITE.site_id, 9) == [
            StayOutcome(told=told(number), energy_wh=7_000.0, stay_s=5_400.0)
        ]
        await uow.commit()


async def test_what_was_said_of_a_driver_is_forgotten_and_nobody_elses(database: Database) -> None:
    await put_site(database)
    his = await ended(database, "tx-1", NOON, after(90))
    hers = await ended(database, "tx-2", after(100), after(160), IdToken("0B0B"))
    async with SqlUnitOfWork(database) as uow:
        await uow.forecasts.note_told([told(his), told(hers)])
        await uow.forecasts.settle()
        await uow.forecasts.forget_said(CARD)
        found = await uow.forecasts.outcomes_at(SITE.site_id, 9)
        assert [one.told.number for one in found] == [hers]
        await uow.forecasts.drop_said(after(200))
        assert await uow.forecasts.outcomes_at(SITE.site_id, 9) == []
        await uow.commit()


async def test_stays_that_are_over_are_looked_up_by_site_and_by_driver(database: Database) -> None:
    await put_site(database)
    numbers = [
        await ended(database, f"tx-{one}", after(100 * one), after(100 * one + 50))
        for one in range(3)
    ]
    other = await ended(database, "tx-9", after(400), after(500), IdToken("0B0B"))
    async with database.reading() as connection:
        past = PastStays(connection)
        assert await past.zones() == {SITE.site_id: "Europe/Oslo"}
        found = await past.since(after(50), after(1000), [SITE.site_id])
        assert [row[0] for row in found] == [*numbers[1:], other]
        assert found[0] == (
            *(numbers[1], "G-01", SITE.site_id, CARD.key),
            *(after(100), after(150), 7_000.0),
        )
        assert await past.since(NOON, after(1000), ["elsewhere"]) == []
        newest = await past.newest_of([CARD.key], NOON, 2)
        assert sorted(row[0] for row in newest) == numbers[1:]
        at_site = await past.newest_at([SITE.site_id], NOON, 2)
        assert sorted(row[0] for row in at_site) == [numbers[2], other]
        assert await past.tokens_of([other]) == {other: "0B0B"}
