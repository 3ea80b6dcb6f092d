"""Flexibility that grid companies have asked for and were granted."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grid_agreement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("feeder_id", sa.String(), nullable=False),
        sa.Column("agreed_at", UTCDateTime(), nullable=False),
        sa.Column("start_at", UTCDateTime(), nullable=False),
        sa.Column("end_at", UTCDateTime(), nullable=False),
        sa.Column("shed_w", sa.Float(), nullable=False),
        sa.Column("base_w", sa.Float(), nullable=False),
        sa.Column("limit_a", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "ix_grid_agreement", "grid_agreement", ["party", "site_id", "feeder_id", "number"]
    )


def downgrade() -> None:
    op.drop_table("grid_agreement")
