"""What the guard of the limits has done or seen."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guard_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("feeder_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("amps", sa.Float(), nullable=True),
        sa.Column("limit_a", sa.Float(), nullable=True),
        sa.Column("lasted_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("site_id", "at", "kind", "feeder_id", "line", "station_id", "cause"),
    )
    op.create_index("ix_guard_event", "guard_event", ["site_id", "number"])
    op.create_index("ix_guard_event_at", "guard_event", ["at"])


def downgrade() -> None:
    op.drop_table("guard_event")
