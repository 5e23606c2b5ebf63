"""Let one proved request per person be open, and beside it one of each who only claims a right to act."""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    "ALTER TABLE open_requests DROP CONSTRAINT open_requests_pkey",
    "ALTER TABLE open_requests DROP CONSTRAINT open_requests_application_key",
    "ALTER TABLE open_requests ADD CONSTRAINT open_requests_pkey PRIMARY KEY (application)",
    "ALTER TABLE open_requests ADD COLUMN claimant uuid REFERENCES person_keys",
    "CREATE UNIQUE INDEX open_requests_proved ON open_requests (person) WHERE claimant IS NULL",
    "CREATE UNIQUE INDEX open_requests_claimed ON open_requests (person, claimant) WHERE claimant IS NOT NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
