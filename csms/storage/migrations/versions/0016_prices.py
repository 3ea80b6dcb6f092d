"""Prices of energy, what sites draw, and what transactions cost."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_slot",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("per_kwh", sa.Float(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "kind", "starts_at"),
    )
    op.create_table(
        "meter_quarter",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("drawn_wh", sa.Float(), nullable=False),
        sa.Column("charged_wh", sa.Float(), nullable=False),
        sa.Column("covered_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "at"),
    )
    op.create_table(
        "transaction_cost",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("co2_g", sa.Float(), nullable=False),
        sa.Column("energy_wh", sa.Float(), nullable=False),
        sa.Column("unpriced_wh", sa.Float(), nullable=False),
        sa.Column("assumed_wh", sa.Float(), nullable=False),
        sa.Column("up_to_at", UTCDateTime(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_transaction_cost", "transaction_cost", ["site_id", "started_at"])


def downgrade() -> None:
    for name in ("transaction_cost", "meter_quarter", "price_slot"):
        op.drop_table(name)
