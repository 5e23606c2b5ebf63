"""Create the case file's tables and booking's own: doctors, schedules, slots, appointments."""

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
LIVING = sa.text("state = 'booked'")


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    create_idempotency(op)
    create_case_file(op)
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _doctors()
    _schedules()
    _appointments()
    for table in ("doctors", "schedules", "slots", "appointments"):
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
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_doctors_provider", "doctors", ["provider", "specialty"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("doctor", sa.Uuid, sa.ForeignKey("doctors.id"), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("receptions", JSONB, nullable=False),
        sa.UniqueConstraint("doctor", "valid_from", name="uq_schedules_doctor"),
    )
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("doctor", sa.Uuid, sa.ForeignKey("doctors.id"), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint("starts_at < ends_at", name="order"),
        ExcludeConstraint(
            (sa.column("doctor"), "="),
            (sa.func.tstzrange(sa.column("starts_at"), sa.column("ends_at")), "&&"),
            where=sa.text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_slots_overlap",
        ),
    )
    op.create_index("ix_slots_doctor", "slots", ["doctor", "starts_at"])
    op.create_index("ix_slots_provider", "slots", ["provider", "starts_at"])


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Uuid, sa.ForeignKey("slots.id"), nullable=False),
        sa.Column("application", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("booked_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT),
        sa.CheckConstraint("state IN ('booked', 'released')", name="state"),
        sa.CheckConstraint("given_by IN ('citizen', 'performer')", name="given_by"),
    )
    op.create_index("uq_appointments_slot", "appointments", ["slot"], unique=True, postgresql_where=LIVING)
    op.create_index(
        "uq_appointments_application", "appointments", ["application"], unique=True, postgresql_where=LIVING
    )
