"""How EVSEs were: available, occupied, charging, out of use, offline."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evse_band",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_evse_band_at", "evse_band", ["site_id", "at"])
    op.create_index("ix_evse_band", "evse_band", ["station_id", "evse_number", "number"])


def downgrade() -> None:
    op.drop_table("evse_band")
