"""What stations are asked for under a number, what they tell, and who has stated a need."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station_job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("command", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("word", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("waiting", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("station_id", "key"),
    )
    op.create_index("ix_station_job", "station_job", ["station_id", "number"])
    op.create_index("ix_station_job_expiry", "station_job", ["expires_at"])
    op.create_table(
        "station_notice",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("seq_no", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_station_notice", "station_notice", ["station_id", "number"])
    op.create_index("ix_station_notice_request", "station_notice", ["station_id", "request_id"])
    op.create_index("ix_station_notice_received", "station_notice", ["received_at"])
    op.create_table(
        "station_variable",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("component_instance", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("connector_number", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(), nullable=False),
        sa.Column("variable_instance", sa.String(), nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("mutability", sa.String(), nullable=False),
        sa.Column("is_persistent", sa.Boolean(), nullable=False),
        sa.Column("is_constant", sa.Boolean(), nullable=False),
        sa.Column("characteristics", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "station_id",
            "component",
            "component_instance",
            "evse_number",
            "connector_number",
            "variable",
            "variable_instance",
            "attribute",
        ),
    )
    op.create_table(
        "station_external_limit",
        sa.Column("station_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evse_number", sa.Integer(), nullable=False),
        sa.Column("is_grid_critical", sa.Boolean(), nullable=False),
        sa.Column("schedules", sa.JSON(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "source", "evse_number"),
    )
    op.add_column("charging_transaction", sa.Column("need_by", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("charging_transaction") as batch_op:
        batch_op.drop_column("need_by")
    op.drop_table("station_external_limit")
    op.drop_table("station_variable")
    op.drop_table("station_notice")
    op.drop_table("station_job")
