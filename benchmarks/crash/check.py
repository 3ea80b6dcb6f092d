"""Whether all that was acknowledged is kept, and kept once."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.crash.stations import WH_A_MINUTE, Kind, Station, Told
from csms.storage.database import Database, DatabaseSettings

Rows: TypeAlias = Sequence[Any]


@dataclass
class Findings:
    """What is wrong, in words, and how much there was to be right.

    Attributes:
        acknowledged: Messages that were answered.
        repeated: Of those, how many had to be sent more than once.
        lost: What was acknowledged and is not kept.
        twice: What is kept more than once.
        unasked: What is kept and was never told.
    """

    acknowledged: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        """Whether all is well."""
        return not (self.lost or self.twice or self.unasked)


async def check(url: str, stations: Iterable[Station]) -> Findings:
    """Compare what stations were told with what is kept."""
    findings = Findings()
    database = Database(DatabaseSettings(url=url))
    try:
        async with database.reading() as connection:
            for station in stations:
                await _check_station(connection, station, findings)
    finally:
        await database.close()
    return findings


async def _check_station(connection: AsyncConnection, station: Station, findings: Findings) -> None:
    async def rows(columns: str, table: str) -> Rows:
        query = f"SELECT {columns} FROM {table} WHERE station_id = :id"  # noqa: S608
        return (await connection.execute(text(query), {"id": station.station_id})).all()

    findings.acknowledged += sum(told.answer is not None for told in station.told)
    findings.repeated += sum(told.answer is not None and told.tries > 1 for told in station.told)
    is_v201 = station.subprotocol == "ocpp2.0.1"
    transactions = await rows(
        "started_at, number, ended_at, energy_wh, meter_stop_wh", "charging_transaction"
    )
    readings = await rows("at, samples", "meter_reading")
    kept: dict[str, list[Any]] = {
        "reading": [(_instant(at), _register(samples)) for at, samples in readings],
        "start": [_instant(row.started_at) for row in transactions],
        "end": [(_instant(row.ended_at), row.energy_wh) for row in transactions if row.ended_at],
    }
    told: dict[str, list[tuple[Any, Told]]] = {
        "reading": [((one.at, one.register_wh), one) for one in station.told],
        "start": [(one.at, one) for one in station.told if one.kind is Kind.START],
        "end": [
            ((one.at, one.seq_no * WH_A_MINUTE), one)
            for one in station.told
            if one.kind is Kind.STOP
        ],
    }
    if is_v201:
        events = await rows("at, transaction_id, seq_no", "transaction_event")
        kept["report"] = [(_instant(at), name, seq_no) for at, name, seq_no in events]
        told["report"] = [
            ((one.at, f"{station.station_id}-{one.transaction}", one.seq_no), one)
            for one in station.told
        ]
    for what, messages in told.items():
        _compare(f"{station.station_id}: {what}", messages, kept[what], findings)


def _compare(
    what: str, told: Sequence[tuple[Any, Told]], kept: Sequence[Any], findings: Findings
) -> None:
    counts = Counter(kept)
    known = {key for key, _ in told}
    findings.lost += [
        f"{what} {key}" for key, one in told if one.answer is not None and key not in counts
    ]
    findings.twice += [f"{what} {key}" for key, number in counts.items() if number > 1]
    findings.unasked += [f"{what} {key}" for key in counts if key not in known]


def _instant(value: datetime | str) -> datetime:
    """An instant as either database gives it out."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _register(samples: str) -> float:
    """The register of a reading that has nothing else."""
    [[_measurand, value, *_rest]] = json.loads(samples)
    return float(value)
