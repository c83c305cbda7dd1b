"""How far a dry run has counted, the job that works on a regrading, and why one was given up."""

import sqlalchemy as sa
from alembic import op

revision = '0011_regrading_jobs'
down_revision = '0010_intensity'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('regradings', sa.Column('counted', sa.Integer(), server_default='0', nullable=False))
    op.add_column('regradings', sa.Column('expected', sa.Integer(), server_default='0', nullable=False))
    op.add_column('regradings', sa.Column('job_key', sa.String(length=200), server_default='', nullable=False))
    op.add_column('regradings', sa.Column('withdrawn_reason', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    for name in ('withdrawn_reason', 'job_key', 'expected', 'counted'):
        op.drop_column('regradings', name)
