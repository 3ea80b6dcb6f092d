"""Transactions: looked for page by page, and one by its number."""

from datetime import UTC
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Page
from csms.api.schemas import Transaction
from csms.domain.authorization import IdToken
from csms.domain.errors import InvalidInputError
from csms.domain.report_numbers import read_numbers
from csms.domain.transaction_search import TransactionsWanted
from csms.language.said import Said
from csms.service.instant import Instant
from csms.service.row_number import BeforeNumber, RowNumber

router = APIRouter(tags=["transactions"])

_PAGE: Final = 500


class TransactionsQuery(BaseModel):
    """Which transactions are wanted."""

    model_config = ConfigDict(extra="forbid")

    site_id: str | None = None
    station_id: str | None = None
    id_token: str | None = Field(default=None, description="In any case")
    token_of: RowNumber | None = Field(
        default=None, description="With the id token of the transaction of this number"
    )
    running: bool | None = Field(default=None, description="Only those that run, or have ended")
    since: Instant | None = Field(
        default=None, alias="from", description="They have begun then or later"
    )
    until: Instant | None = Field(
        default=None, alias="to", description="They have begun before that"
    )
    before: BeforeNumber = None
    limit: Annotated[int, Field(ge=1, le=_PAGE)] = 100

    def wanted(self) -> TransactionsWanted:
        """As they are looked for.

        Raises:
            InvalidInputError: It ends before it begins.
        """
        if self.since is not None and self.until is not None and self.since >= self.until:
            message = Said(
                "expected an instant before `to`, got %(since)s to %(until)s",
                since=self.since.isoformat(),
                until=self.until.isoformat(),
            )
            raise InvalidInputError("from", message)
        return TransactionsWanted(
            site_id=self.site_id,
            station_id=self.station_id,
            token=self.id_token,
            token_of=self.token_of,
            is_running=self.running,
            since=self.since and self.since.astimezone(UTC),
            until=self.until and self.until.astimezone(UTC),
            before=self.before,
        )


@router.get("/transactions", responses=PAGED)
async def list_transactions(
    context: Context, page: Page, query: Annotated[TransactionsQuery, Query()]
) -> list[Transaction]:
    """Transactions, the newest first."""
    rows = await context.reads.transactions(query.wanted(), query.limit)
    if rows:
        page.link_next(rows, query.limit, before=rows[-1]["number"])
    return [read_transaction_row(row) for row in rows]


@router.get("/transactions/{number}")
async def read_transaction(context: Context, number: RowNumber) -> Transaction:
    """One transaction."""
    row = await context.reads.transaction(number)
    if row is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no transaction {number}")
    return read_transaction_row(row)


def read_transaction_row(row: dict[str, Any]) -> Transaction:
    """A transaction as it is told, from its row."""
    token, numbers = row["id_token"], read_numbers(row["seq_nos"])
    first, last = row["start_no"], row["end_no"]
    has_ended = row["ended_at"] is not None and bool(numbers.bounds)
    news = {
        "id_token": IdToken(token).masked if token else None,
        "missing_reports": numbers.missing,
        "is_complete": numbers.is_whole(first, last) if has_ended else None,
    }
    told = {**row, **news}
    return Transaction.model_validate({name: told[name] for name in Transaction.model_fields})
