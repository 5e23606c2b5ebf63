"""Create the case file's tables and booking's own: doctors, schedules, slots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from shared.applications.migrations import create_case_file
from shared.db.grants import grant
from shared.events.migrations import create_event_tables
from shared.personal.migrations import create_person_keys
from shared.web.migrations import create_idempotency

revision = "0001"
down_revision = None

MOMENT = sa.TIMESTAMP(timezone=True)
FREE = sa.text("withdrawn_at IS NULL AND application IS NULL")


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    create_idempotency(op)
    create_case_file(op)
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _doctors()
    _schedules()
    _slots()
    for table in ("doctors", "schedules", "slots"):
        grant(op, table)


def _doctors() -> None:
    op.create_table(
        "doctors",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("surname", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("patronymic", sa.Text),
        sa.Column("specialty", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("slots_until", sa.Date),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_doctors_provider", "doctors", ["provider", "specialty"])
    op.create_index("ix_doctors_slots_until", "doctors", ["slots_until"], postgresql_where=sa.text("active"))


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("doctor", sa.Uuid, sa.ForeignKey("doctors.id"), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("receptions", JSONB, nullable=False),
        sa.UniqueConstraint("doctor", "valid_from", name="uq_schedules_doctor"),
    )


def _slots() -> None:
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("doctor", sa.Uuid, sa.ForeignKey("doctors.id"), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("outside_schedule", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("application", sa.Uuid),
        sa.Column("given_by", sa.Text),
        sa.Column("taken_at", MOMENT),
        sa.CheckConstraint("starts_at < ends_at", name="ck_slots_order"),
        sa.CheckConstraint("given_by IN ('citizen', 'performer')", name="ck_slots_given_by"),
        sa.CheckConstraint("num_nulls(application, given_by, taken_at) IN (0, 3)", name="ck_slots_taken"),
        sa.CheckConstraint("application IS NULL OR withdrawn_at IS NULL", name="ck_slots_taken_is_live"),
        sa.CheckConstraint("NOT outside_schedule OR application IS NOT NULL", name="ck_slots_outside_is_taken"),
        ExcludeConstraint(
            (sa.column("doctor"), "="),
            (sa.func.tstzrange(sa.column("starts_at"), sa.column("ends_at")), "&&"),
            where=sa.text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_slots_overlap",
        ),
    )
    op.create_index(
        "uq_slots_application",
        "slots",
        ["application"],
        unique=True,
        postgresql_where=sa.text("application IS NOT NULL"),
    )
    op.create_index("ix_slots_free_of_doctor", "slots", ["doctor", "starts_at", "id"], postgresql_where=FREE)
    op.create_index("ix_slots_free_of_provider", "slots", ["provider", "starts_at", "id"], postgresql_where=FREE)
