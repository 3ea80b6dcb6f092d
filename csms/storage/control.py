"""Plans, sent limits and feeder readings."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, delete, insert, select

from csms.domain.identity import EvseId, FeederId, SiteId
from csms.domain.limits import TimedLimit, Verdict
from csms.domain.profile_form import PLAIN_TX, parse_form
from csms.domain.site import PhaseAmps
from csms.storage.bulk import changed_rows, new_rows
from csms.storage.statements import Repository
from csms.storage.tables import FeederReadingRow, PlanRow, SentLimitRow, StationRow, table_of

_plan = table_of(PlanRow)
_sent = table_of(SentLimitRow)
_station = table_of(StationRow)

_FALLBACKS: Final = new_rows(
    SentLimitRow,
    *("station_id", "evse_number", "sent_at", "starts_at", "steps"),
    *("purpose", "form", "verdict", "detail", "settled_at"),
)
_SETTLED: Final = changed_rows(SentLimitRow, "number", "verdict", "detail", "settled_at")
_FEEDER_READINGS: Final = new_rows(
    FeederReadingRow, "site_id", "feeder_id", "at", "load_a", "limit_a", "uncontrolled_a"
)


class ControlRepository(Repository):
    """What the system decided, sent and reckoned."""

    async def add_plan(self, site_id: SiteId, made_at: datetime, facts: dict[str, Any]) -> int:
        """Keep a plan; return its number.

        Args:
            site_id: Whose plan.
            made_at: When it was made.
            facts: The other columns of the plan's row.
        """
        number = await self._insert_one(PlanRow, {"site_id": site_id, "made_at": made_at, **facts})
        return int(number)

    async def drop_plans(self, before: datetime) -> None:
        """Forget plans that are older."""
        await self._unit.execute(delete(_plan).where(_plan.c.made_at < before))

    async def add_sent_limits(
        self, limits: Sequence[tuple[EvseId, TimedLimit, Mapping[str, Any]]], sent_at: datetime
    ) -> dict[EvseId, int]:
        """Keep limits before they are sent, each to another EVSE; return their numbers.

        Args:
            limits: To whom each is sent, what is sent, and facts: `plan_number`, `transaction_id`.
            sent_at: When.
        """
        if not limits:
            return {}
        rows = [
            {
                "station_id": evse.station_id,
                "evse_number": evse.number,
                "sent_at": sent_at,
                "starts_at": limit.starts_at,
                "ends_at": limit.ends_at,
                "steps": [list(step) for step in limit.steps],
                "verdict": str(Verdict.UNCERTAIN),
                "detail": "",
                "purpose": str(limit.form.purpose),
                "form": str(limit.form),
                **facts,
            }
            for evse, limit, facts in limits
        ]
        key = (_sent.c.station_id, _sent.c.evse_number)
        kept = await self._unit.execute(insert(_sent).returning(*key, _sent.c.number), rows)
        return {
            EvseId(row["station_id"], row["evse_number"]): row["number"] for row in kept.mappings()
        }

    async def add_sent_fallback(
        self, evse: EvseId, fallback_a: float, sent_at: datetime, facts: dict[str, Any]
    ) -> None:
        """Keep a standing fallback that was sent, which lapses never and is no transaction's.

        Args:
            evse: To whom it was sent; number 0: to the whole station.
            fallback_a: What was sent.
            sent_at: When.
            facts: `purpose`, `form`, `verdict`, `detail`, `settled_at`.
        """
        steps = json.dumps([[0, fallback_a]])
        row = (evse.station_id, evse.number, sent_at, sent_at, steps)
        names = ("purpose", "form", "verdict", "detail", "settled_at")
        told = tuple(facts[name] for name in names)
        self._unit.put_down((_FALLBACKS, *row, *told))

    async def settle_limit(
        self, number: int, verdict: Verdict, detail: str, settled_at: datetime
    ) -> None:
        """Keep what came of a limit."""
        self._unit.put_down((_SETTLED, number, verdict.value, detail, settled_at))

    async def limits_alive_at(
        self, site_id: SiteId, now: datetime
    ) -> dict[EvseId, list[tuple[TimedLimit, Verdict, str]]]:
        """Limits that have not lapsed, by EVSE, as they were sent: with verdict, transaction."""
        query = (
            select(_sent)
            .join(_station, _station.c.id == _sent.c.station_id)
            .where(
                _station.c.site_id == site_id,
                _sent.c.ends_at > now,
                _sent.c.transaction_id.is_not(None),
            )
            .order_by(_sent.c.number)
        )
        alive: defaultdict[EvseId, list[tuple[TimedLimit, Verdict, str]]] = defaultdict(list)
        for row in (await self._unit.execute(query)).mappings():
            sent = (_limit_of(row), Verdict(row["verdict"]), row["transaction_id"])
            alive[EvseId(row["station_id"], row["evse_number"])].append(sent)
        return dict(alive)

    async def add_feeder_reading(
        self,
        site_id: SiteId,
        feeder_id: FeederId,
        at: datetime,
        currents: dict[str, PhaseAmps],
    ) -> None:
        """Keep a feeder's currents: `load_a`, `limit_a` and `uncontrolled_a`, by line."""
        lists = (json.dumps(currents[name]) for name in ("load_a", "limit_a", "uncontrolled_a"))
        self._unit.put_down((_FEEDER_READINGS, site_id, feeder_id, at, *lists))


def _limit_of(row: RowMapping) -> TimedLimit:
    return TimedLimit(
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        steps=tuple((int(second), amps) for second, amps in row["steps"]),
        form=parse_form(row["form"]) if row["form"] else PLAIN_TX,
    )
