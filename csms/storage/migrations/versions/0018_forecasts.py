"""Models of stays, what they said, and whose stays they do not look at."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast_model",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("took_s", sa.Float(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_forecast_model", "forecast_model", ["zone", "version"])
    op.create_table(
        "stay_forecast",
        sa.Column("transaction_number", sa.Integer(), primary_key=True),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("came_at", UTCDateTime(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("energy_wh", sa.Float(), nullable=True),
        sa.Column("stay_s", sa.Float(), nullable=True),
    )
    op.create_index("ix_stay_forecast", "stay_forecast", ["site_id", "ended_at"])
    op.create_index("ix_stay_forecast_came", "stay_forecast", ["came_at"])
    op.create_index(
        "ix_stay_forecast_open",
        "stay_forecast",
        ["transaction_number"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "forecast_key",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
    )
    op.create_table(
        "forecast_exclusion",
        sa.Column("token_hash", sa.String(), primary_key=True),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("said_at", UTCDateTime(), nullable=False),
    )


def downgrade() -> None:
    for name in ("forecast_exclusion", "forecast_key", "stay_forecast", "forecast_model"):
        op.drop_table(name)
