"""A row per meter reading, not per value; keys of what comes often begin with the time."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from zlib import crc32

import orjson
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("station") as station:
        station.add_column(sa.Column("metered_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("charging_transaction") as transaction:
        transaction.add_column(sa.Column("seq_nos", sa.String(), nullable=True))
    _upgrade_readings()
    _upgrade_reports()


def downgrade() -> None:
    raise NotImplementedError("expected a copy of the database from before the upgrade")


def _upgrade_readings() -> None:
    readings = op.create_table(
        "meter_reading",
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("transaction_number", sa.Integer(), nullable=True),
        sa.Column("samples", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("at", "station_id", "evse_number", "digest"),
    )
    values = sa.table(
        "meter_value",
        sa.column("id"),
        sa.column("station_id"),
        sa.column("evse_number"),
        sa.column("transaction_number"),
        sa.column("at", UTCDateTime()),
        *(sa.column(n) for n in ("measurand", "value", "phase", "context", "location", "signed")),
    )
    order = (values.c.evse_number, values.c.transaction_number, values.c.at, values.c.id)
    bind = op.get_bind()
    for station_id in _station_ids(bind):
        query = sa.select(values).where(values.c.station_id == station_id).order_by(*order)
        rows = list(_readings(bind.execute(query)))
        if rows:
            bind.execute(readings.insert(), rows)
    op.execute(
        "UPDATE station SET metered_at = "
        "(SELECT max(at) FROM meter_value WHERE meter_value.station_id = station.id)"
    )
    op.drop_table("meter_value")


def _upgrade_reports() -> None:
    op.rename_table("transaction_event", "old_transaction_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX transaction_event_pkey RENAME TO old_transaction_event_pkey")
    columns = "at, station_id, transaction_id, seq_no, stage, trigger, charging_state, is_offline, "
    op.create_table(
        "transaction_event",
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("seq_no", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=True),
        sa.Column("charging_state", sa.String(), nullable=True),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("at", "station_id", "transaction_id", "seq_no"),
    )
    op.execute(
        f"INSERT INTO transaction_event ({columns} received_at) "  # noqa: S608 - our own words
        f"SELECT {columns} received_at FROM old_transaction_event"
    )
    _note_numbers()
    op.drop_table("old_transaction_event")


def _note_numbers() -> None:
    """Tell every transaction which of its reports have come."""
    reports = sa.table(
        "old_transaction_event",
        *(sa.column(name) for name in ("station_id", "transaction_id", "seq_no")),
    )
    transactions = sa.table(
        "charging_transaction",
        *(sa.column(name) for name in ("station_id", "transaction_id", "seq_nos")),
    )
    bind = op.get_bind()
    for station_id in _station_ids(bind):
        query = sa.select(reports).where(reports.c.station_id == station_id)
        rows = bind.execute(query.order_by(reports.c.transaction_id, reports.c.seq_no))
        for transaction_id, some in groupby(rows, lambda row: row.transaction_id):
            statement = transactions.update().where(
                transactions.c.station_id == station_id,
                transactions.c.transaction_id == transaction_id,
            )
            bind.execute(statement.values(seq_nos=_stretches(row.seq_no for row in some)))


def _station_ids(bind: sa.Connection) -> list[str]:
    """All stations: what is there of one fits into memory."""
    return list(bind.execute(sa.text("SELECT id FROM station ORDER BY id")).scalars())


def _stretches(numbers: Iterable[int]) -> str:
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    return ",".join(f"{first}-{last}" for first, last in stretches)


def _readings(values: Iterable[sa.Row[Any]]) -> Iterator[dict[str, Any]]:
    """Put the values of one instant together."""
    for (station_id, evse_number, transaction_number, at), rows in groupby(
        values, itemgetter(*range(1, 5))
    ):
        samples = orjson.dumps([_sample(row) for row in rows])
        yield {
            "at": at,
            "station_id": station_id,
            "evse_number": evse_number,
            "digest": crc32(samples),
            "transaction_number": transaction_number,
            "samples": samples.decode(),
        }


def _sample(row: sa.Row[Any]) -> list[Any]:
    """What a sample tells, without what is as usual at the end."""
    parts = [row.measurand, row.value, row.phase or None, row.context, row.location, row.signed]
    for usual in (None, "Outlet", "Sample.Periodic", None):
        if parts[-1] != usual:
            break
        parts.pop()
    return parts
