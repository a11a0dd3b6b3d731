"""An echo finds its post without reading all that was ever said."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("post_echo", "post", ["account", "to", "message_id"])


def downgrade() -> None:
    op.drop_index("post_echo", "post")
