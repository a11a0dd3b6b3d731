"""What was no request leaves with its correction the few words it was taken by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("correction", sa.Column("words", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("correction", "words")
