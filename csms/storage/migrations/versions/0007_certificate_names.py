"""Names of certificates by which vehicles know single EVSEs of a station."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "station_certificate",
        sa.Column("name", sa.String(), nullable=False, server_default=""),
    )


def downgrade() -> None:
    with op.batch_alter_table("station_certificate") as batch_op:
        batch_op.drop_column("name")
