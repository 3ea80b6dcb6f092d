"""The language in which a user wants to be told things."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("language", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "language")
