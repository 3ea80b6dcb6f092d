"""Forecasts as they are kept: models, what they said of stays, and whose stays do not count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, select, update

from csms.domain.authorization import IdToken
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.forecast_model import Driver, ModelNote, Score, SiteReport
from csms.domain.identity import SiteId
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, ToldStay
from csms.storage.forecast_tables import (
    ForecastExclusionRow,
    ForecastKeyRow,
    ForecastModelRow,
    StayForecastRow,
)
from csms.storage.statements import Repository
from csms.storage.tables import TransactionRow, table_of

_exclusion = table_of(ForecastExclusionRow)
_key = table_of(ForecastKeyRow)
_model = table_of(ForecastModelRow)
_noted = [column for column in _model.c if column.name != "content"]
_said = table_of(StayForecastRow)
_transaction = table_of(TransactionRow)
_KEY_BYTES = 32
_SETTLED_AT_ONCE = 500


class ForecastRepository(Repository):
    """Models of stays, what they said, and whose stays they do not look at."""

    async def key(self) -> bytes:
        """The key that id tokens are hashed with; it is made when it is first asked for."""
        await self._insert_new(ForecastKeyRow, [{"number": 1, "key": token_hex(_KEY_BYTES)}])
        found = await self._unit.execute(select_key())
        return bytes.fromhex(found.scalar_one())

    async def exclusions(self) -> dict[str, datetime | None]:
        """Whose stays do not count, by the hash of the token: up to when; None: none ever."""
        found = await self._unit.execute(select_exclusions())
        return {row.token_hash: row.until_at for row in found}

    async def exclude(self, token_hash: str, until_at: datetime | None, now: datetime) -> None:
        """Have a driver's stays not looked at."""
        row = {"token_hash": token_hash, "until_at": until_at, "said_at": now}
        await self._put(ForecastExclusionRow, row)

    async def include(self, token_hash: str) -> None:
        """Have a driver's stays looked at again."""
        await self._unit.execute(delete(_exclusion).where(_exclusion.c.token_hash == token_hash))

    async def forget_said(self, token: IdToken) -> None:
        """Forget all that was said of a driver's stays."""
        theirs = select(_transaction.c.number).where(_transaction.c.id_token == token.key)
        await self._unit.execute(delete(_said).where(_said.c.transaction_number.in_(theirs)))

    async def put_model(self, note: ModelNote, content: bytes) -> int:
        """Keep a model, whatever version the note bears; return its version."""
        row = {
            "zone": note.zone,
            "made_at": note.made_at,
            "took_s": note.took_s,
            "report": _report(note),
            "content": content,
        }
        return int(await self._insert_one(ForecastModelRow, row))

    async def drop_contents(self, zone: str, but: int) -> None:
        """Keep what the newest models of a time zone consist of, and only the notes of others."""
        newest = (
            select(_model.c.version)
            .where(_model.c.zone == zone)
            .order_by(_model.c.version.desc())
            .limit(but)
        )
        kept = [row.version for row in await self._unit.execute(newest)]
        old = (_model.c.zone == zone) & _model.c.version.not_in(kept)
        await self._unit.execute(update(_model).where(old).values(content=None))

    async def models(self, limit: int, zone: str | None = None) -> list[ModelNote]:
        """The newest models, the newest first; only of a time zone, if one is named."""
        found = await self._unit.execute(select_models(limit, zone))
        return [read_note(row) for row in found.mappings()]

    async def note_told(self, told: Sequence[ToldStay]) -> None:
        """Keep what was said of stays when they began; what was said first stays."""
        rows = [
            {
                "transaction_number": one.number,
                "site_id": one.site_id,
                "came_at": one.came_at,
                "made_at": one.answer.by_model.made_at,
                "model": one.answer.by_model.model,
                "content": {
                    "model": _written(one.answer.by_model),
                    "baseline": _written(one.answer.by_baseline),
                },
            }
            for one in told
        ]
        await self._insert_new(StayForecastRow, rows)

    async def settle(self) -> set[SiteId]:
        """Keep what came of stays that are over; return the sites of which there is news."""
        query = (
            select(
                _said.c.transaction_number,
                _said.c.site_id,
                _transaction.c.started_at,
                _transaction.c.ended_at,
                _transaction.c.energy_wh,
            )
            .join(_transaction, _transaction.c.number == _said.c.transaction_number)
            .where(_said.c.ended_at.is_(None), _transaction.c.ended_at.is_not(None))
            .limit(_SETTLED_AT_ONCE)
        )
        ended = list((await self._unit.execute(query)).mappings())
        for row in ended:
            values = {
                "ended_at": row["ended_at"],
                "energy_wh": row["energy_wh"],
                "stay_s": max((row["ended_at"] - row["started_at"]).total_seconds(), 0.0),
            }
            is_it = _said.c.transaction_number == row["transaction_number"]
            await self._unit.execute(update(_said).where(is_it).values(values))
        return {row["site_id"] for row in ended}

    async def outcomes_at(self, site_id: SiteId, limit: int) -> list[StayOutcome]:
        """What was said of a site's last stays that are over, and what came; the last first."""
        found = await self._unit.execute(select_outcomes(site_id).limit(limit))
        return [read_outcome(row) for row in found.mappings()]

    async def drop_said(self, before: datetime) -> None:
        """Forget what was said of stays that began earlier."""
        await self._unit.execute(delete(_said).where(_said.c.came_at < before))


def select_models(limit: int, zone: str | None = None) -> Select[Any]:
    """Select models without what they consist of, the newest first."""
    query = select(*_noted).order_by(_model.c.version.desc()).limit(limit)
    return query if zone is None else query.where(_model.c.zone == zone)


def select_versions() -> Select[Any]:
    """Select the version of the newest model of every time zone."""
    return select(_model.c.zone, func.max(_model.c.version).label("version")).group_by(
        _model.c.zone
    )


def select_content(version: int) -> Select[Any]:
    """Select when a model was made, and what it consists of."""
    return select(_model.c.made_at, _model.c.content).where(_model.c.version == version)


def select_key() -> Select[Any]:
    """Select the key that id tokens are hashed with; no row: none has been made."""
    return select(_key.c.key)


def select_exclusions() -> Select[Any]:
    """Select whose stays do not count."""
    return select(_exclusion.c.token_hash, _exclusion.c.until_at)


def select_outcomes(site_id: SiteId) -> Select[Any]:
    """Select what was said of a site's stays that are over, the last first."""
    return (
        select(_said)
        .where(_said.c.site_id == site_id, _said.c.ended_at.is_not(None))
        .order_by(_said.c.ended_at.desc())
    )


def read_note(row: RowMapping) -> ModelNote:
    """A model's note from its row."""
    report = row["report"]
    return ModelNote(
        version=row["version"],
        made_at=row["made_at"],
        zone=row["zone"],
        took_s=row["took_s"],
        sites={
            site_id: SiteReport(
                stays=one["stays"],
                scores={Foretold(what): Score(**score) for what, score in one["scores"].items()},
            )
            for site_id, one in report["sites"].items()
        },
        drivers={
            Foretold(what): tuple(Driver(**one) for one in some)
            for what, some in report["drivers"].items()
        },
    )


def read_outcome(row: RowMapping) -> StayOutcome:
    """What was said of a stay, and what came, from its row."""
    made_at, model, content = row["made_at"], row["model"], row["content"]
    answer = StayAnswer(
        by_model=_read(content["model"], made_at, model),
        by_baseline=_read(content["baseline"], made_at, model),
    )
    told = ToldStay(
        number=row["transaction_number"],
        site_id=row["site_id"],
        came_at=row["came_at"],
        answer=answer,
    )
    return StayOutcome(told=told, energy_wh=row["energy_wh"], stay_s=row["stay_s"])


def _report(note: ModelNote) -> dict[str, Any]:
    return {
        "sites": {
            site_id: {
                "stays": one.stays,
                "scores": {str(what): asdict(score) for what, score in one.scores.items()},
            }
            for site_id, one in note.sites.items()
        },
        "drivers": {
            str(what): [asdict(one) for one in some] for what, some in note.drivers.items()
        },
    }


def _written(forecast: StayForecast) -> dict[str, Any]:
    return {"energy_wh": asdict(forecast.energy_wh), "stay_s": asdict(forecast.stay_s)}


def _read(content: Mapping[str, Any], made_at: datetime, model: int) -> StayForecast:
    return StayForecast(
        made_at=made_at,
        model=model,
        energy_wh=_expectation(content["energy_wh"]),
        stay_s=_expectation(content["stay_s"]),
    )


def _expectation(content: Mapping[str, Any]) -> Expectation:
    quantiles: Iterable[float] = content["quantiles"]
    return Expectation(**{**content, "quantiles": tuple(quantiles)})
