"""Answers of OCSP responders that a verdict stands on."""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_append_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "revocation_answers",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_revocation_answers"),
    )
    grant_append_only(op, "revocation_answers")
