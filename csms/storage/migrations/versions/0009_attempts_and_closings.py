"""Stations turned away or adopted, transactions closed by a rule, reports that are missing."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NEW = (
    ("start_no", sa.Integer()),
    ("end_no", sa.Integer()),
    ("reports_due_at", UTCDateTime()),
    ("heard_at", UTCDateTime()),
)
_STARTS_OF_RUNNING = (
    "UPDATE charging_transaction SET start_no = began.seq_no FROM "
    "(SELECT station_id, transaction_id, min(seq_no) AS seq_no FROM transaction_event "
    "WHERE stage = 'started' GROUP BY station_id, transaction_id) AS began "
    "WHERE charging_transaction.ended_at IS NULL "
    "AND began.station_id = charging_transaction.station_id "
    "AND began.transaction_id = charging_transaction.transaction_id"
)


def upgrade() -> None:
    for name, kind in _NEW:
        op.add_column("charging_transaction", sa.Column(name, kind, nullable=True))
    op.add_column("station", sa.Column("is_expected", sa.Boolean(), nullable=True))
    op.execute(_STARTS_OF_RUNNING)
    op.create_index(
        "ix_transaction_running",
        "charging_transaction",
        ["station_id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_transaction_due", "charging_transaction", ["reports_due_at"])
    op.create_table(
        "station_attempt",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("offered", sa.String(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("firmware", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("station_id"),
    )


def downgrade() -> None:
    op.drop_table("station_attempt")
    op.drop_index("ix_transaction_due", "charging_transaction")
    op.drop_index("ix_transaction_running", "charging_transaction")
    with op.batch_alter_table("charging_transaction") as batch_op:
        for name, _ in _NEW:
            batch_op.drop_column(name)
    with op.batch_alter_table("station") as batch_op:
        batch_op.drop_column("is_expected")
