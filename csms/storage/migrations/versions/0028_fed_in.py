"""What feeders fed in while that was limited."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_COLUMNS = ("fed_limit_w", "fed_peak_w", "fed_over_s")


def upgrade() -> None:
    with op.batch_alter_table("grid_quarter") as table:
        table.add_column(sa.Column("fed_limited_by", sa.String(), nullable=True))
        for name in _COLUMNS:
            table.add_column(sa.Column(name, sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("grid_quarter") as table:
        for name in ("fed_limited_by", *_COLUMNS):
            table.drop_column(name)
