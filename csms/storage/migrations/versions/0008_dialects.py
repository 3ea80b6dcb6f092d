"""How makes of stations take charging profiles, and in which form limits and fallbacks stand."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station_dialect",
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("protocol", "vendor", "model", "firmware"),
    )
    op.add_column("evse", sa.Column("held", sa.String(), nullable=True))
    op.add_column("sent_limit", sa.Column("form", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sent_limit") as batch_op:
        batch_op.drop_column("form")
    with op.batch_alter_table("evse") as batch_op:
        batch_op.drop_column("held")
    op.drop_table("station_dialect")
