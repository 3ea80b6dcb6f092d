"""A party may limit a feeder several times, each from another instant on."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = ("site_id", "feeder_id", "party")
_OLD = sa.table(
    "old_limit",
    *map(sa.column, (*_KEY, "amps", "from_at", "until_at", "words")),
)


def upgrade() -> None:
    _make_anew((*_KEY, "from_at"), "imposed_limit_by_start", sa.select(_OLD))


def downgrade() -> None:
    """Of several limits, the one that begins first is kept."""
    other = _OLD.alias()
    same = (other.c[name] == _OLD.c[name] for name in _KEY)
    first = sa.select(sa.func.min(other.c.from_at)).where(*same).scalar_subquery()
    _make_anew(_KEY, "imposed_limit_pkey", sa.select(_OLD).where(_OLD.c.from_at == first))


def _make_anew(key: tuple[str, ...], name: str, kept: sa.Select[Any]) -> None:
    """Give the table another key, which SQLite allows in no other way."""
    op.rename_table("imposed_limit", "old_limit")
    made = op.create_table(
        "imposed_limit",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("feeder_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amps", sa.JSON(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=name),
    )
    op.execute(sa.insert(made).from_select([one.name for one in _OLD.c], kept))
    op.drop_table("old_limit")
