"""Answers to requests that name their order."""

from dataclasses import asdict
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select
from sqlmodel import Field, SQLModel

from csms.domain.kept_answer import KeptAnswer
from csms.storage.statements import Repository
from csms.storage.tables import table_of


class KeptAnswerRow(SQLModel, table=True):
    """What an order was answered; orders are hashes of who has given them, where, and the key."""

    __tablename__: ClassVar[str] = "kept_answer"

    order: str = Field(primary_key=True)
    asked: str
    status: int
    media_type: str | None = None
    body: bytes
    kept_at: datetime = Field(index=True)


_answer = table_of(KeptAnswerRow)


class AnswerRepository(Repository):
    """What orders were answered."""

    async def find(self, order: str) -> KeptAnswer | None:
        """What an order was answered."""
        columns = [column for column in _answer.c if column.name != "order"]
        query = select(*columns).where(_answer.c.order == order)
        row = (await self._unit.execute(query)).mappings().first()
        return None if row is None else KeptAnswer(**row)

    async def put(self, order: str, answer: KeptAnswer) -> None:
        """Keep what an order was answered."""
        await self._put(KeptAnswerRow, {"order": order, **asdict(answer)})

    async def drop(self, before: datetime) -> None:
        """Forget answers that are as old as that."""
        await self._unit.execute(delete(_answer).where(_answer.c.kept_at <= before))
