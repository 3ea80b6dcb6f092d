"""Id tokens: listed by the operator, or only seen."""

import pytest
from sqlalchemy import text

from csms.domain.authorization import IdToken, TokenRecord, TokenStatus
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import CARD

FULL = TokenRecord(
    token=CARD, status=TokenStatus.BLOCKED, group="fleet", expires_at=after(60 * 24 * 365)
)


async def test_listed_token_is_found_in_any_spelling(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.put(FULL)
        await uow.commit()
        assert await uow.tokens.find(CARD) == FULL
        found = await uow.tokens.find(IdToken(" 04a2b3c4 "))
    assert found is not None
    assert found.status is TokenStatus.BLOCKED


async def test_token_that_was_only_seen_is_not_listed(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.note_seen(CARD, NOON)
        await uow.commit()
        assert await uow.tokens.find(CARD) is None
        await uow.tokens.put(TokenRecord(token=CARD))
        assert await uow.tokens.find(CARD) == TokenRecord(token=CARD)


async def test_token_that_is_seen_stays_what_the_operator_said(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.put(FULL)
        await uow.tokens.note_seen(CARD, after(1))
        await uow.commit()
        assert await uow.tokens.find(CARD) == FULL
    async with database.reading() as connection:
        seen = await connection.execute(text("SELECT count(seen_at) FROM id_token"))
        assert seen.scalar_one() == 1


async def test_operator_may_change_what_is_said_of_a_token(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.put(FULL)
        await uow.tokens.put(TokenRecord(token=CARD))
        assert await uow.tokens.find(CARD) == TokenRecord(token=CARD)


@pytest.mark.parametrize("value", ["é" * 36, "'; DROP TABLE id_token; --", "%", "_"])
async def test_token_may_hold_any_characters(database: Database, value: str) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.put(TokenRecord(token=IdToken(value), group="'"))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        found = await uow.tokens.find(IdToken(value))
        assert found is not None
        assert (found.token.value, found.group) == (value, "'")
        assert await uow.tokens.find(CARD) is None
