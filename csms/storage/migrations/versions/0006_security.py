"""Security of stations, stations that are held back, their local lists, and costs."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station_security",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("next_hash", sa.String(), nullable=True),
        sa.Column("is_next_sure", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
    )
    op.create_index("ix_station_security_changed_at", "station_security", ["changed_at"])
    op.create_table(
        "station_certificate",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("not_after", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_station_certificate_station_id", "station_certificate", ["station_id"])
    op.create_table(
        "security_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("station_id", "at", "kind", "origin", "detail"),
    )
    op.create_index("ix_security_event_at", "security_event", ["at"])
    op.create_table(
        "station_local_list",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
    )
    op.add_column("station", sa.Column("registration", sa.String(), nullable=True))
    op.add_column("charging_transaction", sa.Column("total_cost", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("charging_transaction") as batch_op:
        batch_op.drop_column("total_cost")
    with op.batch_alter_table("station") as batch_op:
        batch_op.drop_column("registration")
    op.drop_table("station_local_list")
    op.drop_table("security_event")
    op.drop_table("station_certificate")
    op.drop_table("station_security")
