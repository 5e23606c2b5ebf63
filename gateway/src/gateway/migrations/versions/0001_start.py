"""Notices of process 4, revocation lists, events for workstations, and the shared tables of events and persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.grants import grant, grant_append_only
from shared.events.migrations import create_event_tables
from shared.personal.migrations import create_person_keys

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    _notices()
    _revocation()
    _workstation()


def _notices() -> None:
    op.create_table(
        "notice_counters",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_notice_counters"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("in_cabinet", sa.Boolean, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=True),
        sa.Column("task_id", sa.Text, nullable=True),
        sa.Column("formed_at", _MOMENT, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("number", name="uq_notices_number"),
        sa.UniqueConstraint("fingerprint", name="uq_notices_fingerprint"),
    )
    op.create_index("ix_notices_person", "notices", ["person_id", "formed_at", "id"])
    grant(op, "notice_counters")
    grant_append_only(op, "notices")


def _revocation() -> None:
    op.create_table(
        "revocation_lists",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("source_key", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("this_update", _MOMENT, nullable=False),
        sa.Column("next_update", _MOMENT, nullable=True),
        sa.Column("stored_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_revocation_lists"),
    )
    op.create_table(
        "revocation_sources",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=True),
        sa.Column("fetched_at", _MOMENT, nullable=True),
        sa.Column("etag", sa.Text, nullable=True),
        sa.Column("last_modified", sa.Text, nullable=True),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trouble", sa.Text, nullable=True),
        sa.Column("next_try_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_revocation_sources"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["revocation_lists.sha256"], name="fk_revocation_sources_sha256_revocation_lists"
        ),
    )
    grant_append_only(op, "revocation_lists")
    grant(op, "revocation_sources")


def _workstation() -> None:
    op.create_table(
        "workstation_counters",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_workstation_counters"),
    )
    op.create_table(
        "workstation_events",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("stored_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", name="pk_workstation_events"),
        sa.ForeignKeyConstraint(
            ["provider"], ["workstation_counters.provider"], name="fk_workstation_events_provider_workstation_counters"
        ),
    )
    op.create_index("ix_workstation_events_stored_at", "workstation_events", ["stored_at"])
    grant(op, "workstation_counters", "workstation_events")
