"""How warm it is outdoors, as it was told."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outdoor_temperature",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("celsius", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "at"),
    )


def downgrade() -> None:
    op.drop_table("outdoor_temperature")
