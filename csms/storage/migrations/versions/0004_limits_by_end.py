"""Limits that have not lapsed are found by their end."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sent_limit_end", "sent_limit", ["ends_at"])


def downgrade() -> None:
    op.drop_index("ix_sent_limit_end", "sent_limit")
