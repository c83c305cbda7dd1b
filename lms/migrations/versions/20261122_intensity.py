"""How strong learners say a feeling is, beside its label."""

from alembic import op

revision = '0010_intensity'
down_revision = '0009_replies'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # both databases add a column with its check in place; a table that others refer to is not built anew for it
    op.execute(
        'ALTER TABLE turns ADD COLUMN intensity INTEGER '
        'CONSTRAINT ck_turns_intensity_one_to_five CHECK (intensity >= 1 AND intensity <= 5)'
    )


def downgrade() -> None:
    op.drop_column('turns', 'intensity')
