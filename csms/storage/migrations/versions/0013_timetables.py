"""When vehicles of fleets leave."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timetable_line",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("id_token", sa.String(), nullable=True),
        sa.Column("station_id", sa.String(), nullable=True),
        sa.Column("evse_number", sa.Integer(), nullable=True),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("leaves_at", sa.String(), nullable=True),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "place"),
    )


def downgrade() -> None:
    op.drop_table("timetable_line")
