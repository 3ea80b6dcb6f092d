"""What sites are expected to need, and how that came out."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand_forecast",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("is_naive", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("is_scored", sa.Boolean(), nullable=False),
        sa.Column("held_pct", sa.Float(), nullable=True),
        sa.Column("pinball", sa.Float(), nullable=True),
        sa.Column("naive_pinball", sa.Float(), nullable=True),
        sa.Column("bias", sa.Float(), nullable=True),
        sa.Column("mean", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "day", "series"),
    )


def downgrade() -> None:
    op.drop_table("demand_forecast")
