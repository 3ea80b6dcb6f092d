"""Limits that the operator or the grid company put on feeders."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imposed_limit",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("feeder_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amps", sa.JSON(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "feeder_id", "party"),
    )


def downgrade() -> None:
    op.drop_table("imposed_limit")
