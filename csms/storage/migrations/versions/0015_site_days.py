"""What is counted of sites, day by day."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_FIGURES = (
    *("energy_wh", "peak_w", "peak_quarter_w", "evse_s", "usable_s", "plugged_s", "charging_s"),
    *("told_wh", "unmet_wh", "cost", "priced_wh", "co2_g", "co2_wh"),
    *("energy_error_wh", "energy_bias_wh", "stay_error_s", "stay_bias_s"),
)
_COUNTS = (
    *("plug_ins", "plug_in_failures", "departures", "told", "unmet"),
    *("energy_forecasts", "stay_forecasts"),
)


def upgrade() -> None:
    op.create_table(
        "site_day",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in _FIGURES),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("kept_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day"),
    )


def downgrade() -> None:
    op.drop_table("site_day")
