"""A photo knows who showed it, so that it goes with him."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("photo") as photo:
        photo.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        photo.create_foreign_key("photo_person_id_fkey", "person", ["person_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("photo") as photo:
        photo.drop_constraint("photo_person_id_fkey", type_="foreignkey")
        photo.drop_column("person_id")
