"""The households of a building; a room no longer knows when it was greeted."""

import sqlalchemy as sa
from alembic import op

from store.columns import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("flat", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["place.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("place_id", "flat", "unit"),
    )
    op.add_column("place", sa.Column("households", sa.Integer(), server_default="0", nullable=False))
    op.drop_column("room", "greeted_at")


def downgrade() -> None:
    op.add_column("room", sa.Column("greeted_at", Utc(), nullable=True))
    op.drop_column("place", "households")
    op.drop_table("household")
