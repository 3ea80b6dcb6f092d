"""What the operator has decided of single connectors: their limits, and who is charged first."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connector_limit",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("amps", sa.Float(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse_number"),
    )
    op.create_table(
        "connector_boost",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("transaction_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse_number"),
    )


def downgrade() -> None:
    op.drop_table("connector_boost")
    op.drop_table("connector_limit")
