"""How feeders kept to the limits of grid companies."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grid_quarter",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("feeder_id", sa.String(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("limited_by", sa.String(), nullable=False),
        sa.Column("limit_a", sa.JSON(), nullable=False),
        sa.Column("measured_s", sa.Float(), nullable=False),
        sa.Column("load_as", sa.JSON(), nullable=True),
        sa.Column("peak_a", sa.JSON(), nullable=True),
        sa.Column("margin_a", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "feeder_id", "starts_at"),
    )
    op.create_index("ix_grid_quarter_starts_at", "grid_quarter", ["starts_at"])


def downgrade() -> None:
    op.drop_table("grid_quarter")
