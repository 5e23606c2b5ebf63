"""Tables of revocation lists: each list once, by hash (evidence names it for ever), and where each source stands."""

import sqlalchemy as sa

from gateway.database import metadata

revocation_lists = sa.Table(
    "revocation_lists",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("source_key", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("this_update", sa.DateTime(timezone=True), nullable=False),
    sa.Column("next_update", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
)

# Answers of responders that a verdict stands on: asked for one certificate each, so never shared.
revocation_answers = sa.Table(
    "revocation_answers",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
)

revocation_sources = sa.Table(
    "revocation_sources",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, sa.ForeignKey(revocation_lists.c.sha256), nullable=True),
    # When the source last said what it holds, be it by "not modified".
    sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("etag", sa.Text, nullable=True),
    sa.Column("last_modified", sa.Text, nullable=True),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("trouble", sa.Text, nullable=True),
    sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
)
