"""What papers are drawn from, how often items stand in them, and escalations."""

import sqlalchemy as sa
from alembic import op

revision = '0005_plans'
down_revision = '0007_regrading'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('paper_pools',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('first_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_paper_pools'))
    )
    op.create_table('exam_item_uses',
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('papers', sa.Integer(), nullable=False),
    sa.CheckConstraint('papers > 0', name=op.f('ck_exam_item_uses_papers_positive')),
    sa.ForeignKeyConstraint(['exam_id'], ['exams.id'], name=op.f('fk_exam_item_uses_exam_id_exams')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_exam_item_uses_item_id_items')),
    sa.PrimaryKeyConstraint('exam_id', 'item_id', name=op.f('pk_exam_item_uses'))
    )
    op.create_table('item_facilities',
    sa.Column('item_version_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('mean', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('measured_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('mean >= 0 AND mean <= 1', name=op.f('ck_item_facilities_mean_within_one')),
    sa.CheckConstraint('n > 0', name=op.f('ck_item_facilities_n_positive')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_versions.id'], name=op.f('fk_item_facilities_item_version_id_item_versions')),
    sa.PrimaryKeyConstraint('item_version_id', name=op.f('pk_item_facilities'))
    )
    op.create_table('escalations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by_id', sa.Integer(), nullable=True),
    sa.Column('agreed', sa.Text(), nullable=False),
    sa.Column('extra_tries', sa.Integer(), nullable=False),
    sa.CheckConstraint("handled_by_id IS NULL OR agreed <> ''", name=op.f('ck_escalations_agreed_said')),
    sa.CheckConstraint('extra_tries >= 0 AND extra_tries <= 10', name=op.f('ck_escalations_extra_tries_sane')),
    sa.CheckConstraint('handled_at IS NOT NULL OR (handled_by_id IS NULL AND extra_tries = 0)', name=op.f('ck_escalations_handled_has_day')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_escalations_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['exam_id'], ['exams.id'], name=op.f('fk_escalations_exam_id_exams')),
    sa.ForeignKeyConstraint(['handled_by_id'], ['people.id'], name=op.f('fk_escalations_handled_by_id_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_escalations_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalations'))
    )
    op.create_index(
        'uq_escalations_open', 'escalations', ['person_id', 'exam_id'], unique=True,
        sqlite_where=sa.text('handled_at IS NULL'), postgresql_where=sa.text('handled_at IS NULL'),
    )
    op.create_index(
        'ix_escalations_waiting', 'escalations', ['raised_at'],
        sqlite_where=sa.text('handled_at IS NULL'), postgresql_where=sa.text('handled_at IS NULL'),
    )
    op.create_index('ix_escalations_person', 'escalations', ['person_id', 'exam_id'])
    op.create_index('ix_escalations_handled', 'escalations', ['handled_at'])
    op.create_index(op.f('ix_escalations_attempt_id'), 'escalations', ['attempt_id'])
    # plain ADD COLUMNs: a table of a million attempts is not copied
    op.add_column('exams', sa.Column('papers', sa.Integer(), server_default='0', nullable=False))
    op.add_column('attempts', sa.Column('drawing', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_column('drawing')
    with op.batch_alter_table('exams', schema=None) as batch_op:
        batch_op.drop_column('papers')
    op.drop_table('escalations')
    op.drop_table('item_facilities')
    op.drop_table('exam_item_uses')
    op.drop_table('paper_pools')
