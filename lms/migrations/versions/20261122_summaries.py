"""Summaries that exam statistics are read from; what is graded already is noted to be counted by the job."""

import sqlalchemy as sa
from alembic import op

revision = '0008_summaries'
down_revision = '0004_time'
branch_labels = None
depends_on = None

BIG = sa.BigInteger()
BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def version_key(table):
    return sa.ForeignKeyConstraint(['exam_version_id'], ['exam_versions.id'], name=op.f(f'fk_{table}_exam_version_id_exam_versions'))


def item_key(table):
    return sa.ForeignKeyConstraint(['item_version_id'], ['item_versions.id'], name=op.f(f'fk_{table}_item_version_id_item_versions'))


def upgrade() -> None:
    op.create_table('summed_attempts',
    sa.Column('attempt_id', BIG_KEY, autoincrement=False, nullable=False),
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('total', BIG, nullable=False),
    sa.Column('most', BIG, nullable=False),
    sa.Column('passed', sa.Integer(), nullable=False),
    sa.Column('grade_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_summed_attempts_attempt_id_attempts')),
    version_key('summed_attempts'),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_summed_attempts'))
    )
    with op.batch_alter_table('summed_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_summed_attempts_exam_version_id'), ['exam_version_id'], unique=False)

    op.create_table('summed_totals',
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('most', BIG, nullable=False),
    sa.Column('total', BIG, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('passed', sa.Integer(), nullable=False),
    sa.CheckConstraint('n >= 0 AND passed >= 0 AND passed <= n', name=op.f('ck_summed_totals_counts_fit')),
    version_key('summed_totals'),
    sa.PrimaryKeyConstraint('exam_version_id', 'language', 'most', 'total', name=op.f('pk_summed_totals'))
    )
    op.create_table('summed_marks',
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('most', BIG, nullable=False),
    sa.Column('points', BIG, nullable=False),
    sa.Column('total', BIG, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.CheckConstraint('n >= 0', name=op.f('ck_summed_marks_counts_fit')),
    version_key('summed_marks'),
    item_key('summed_marks'),
    sa.PrimaryKeyConstraint('exam_version_id', 'item_version_id', 'language', 'most', 'points', 'total', name=op.f('pk_summed_marks'))
    )
    op.create_table('summed_places',
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('points', BIG, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.CheckConstraint('n >= 0', name=op.f('ck_summed_places_counts_fit')),
    version_key('summed_places'),
    sa.PrimaryKeyConstraint('exam_version_id', 'slot', 'points', name=op.f('pk_summed_places'))
    )
    op.create_table('summed_picks',
    sa.Column('exam_version_id', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.String(length=64), nullable=False),
    sa.Column('pick', sa.String(length=120), nullable=False),
    sa.Column('total', BIG, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.CheckConstraint('n >= 0', name=op.f('ck_summed_picks_counts_fit')),
    version_key('summed_picks'),
    item_key('summed_picks'),
    sa.PrimaryKeyConstraint('exam_version_id', 'item_version_id', 'part', 'pick', 'total', name=op.f('pk_summed_picks'))
    )
    op.create_table('summaries_due',
    sa.Column('id', BIG_KEY, nullable=False),
    sa.Column('attempt_id', BIG_KEY, nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_summaries_due_attempt_id_attempts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_summaries_due'))
    )
    with op.batch_alter_table('summaries_due', schema=None) as batch_op:
        batch_op.create_index('ix_summaries_due_attempt', ['attempt_id'], unique=False)

    op.create_table('summary_state',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('changes', BIG, nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_summary_state_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_summary_state'))
    )
    op.execute(
        "INSERT INTO summaries_due (attempt_id) SELECT id FROM attempts"
        " WHERE kind = 'exam' AND is_first AND state = 'graded' ORDER BY id"
    )


def downgrade() -> None:
    for table in ('summary_state', 'summaries_due', 'summed_picks', 'summed_places', 'summed_marks', 'summed_totals',
                  'summed_attempts'):
        op.drop_table(table)
