"""Time allowances, extensions, attempts set aside, and which window an answer came from."""

import sqlalchemy as sa
from alembic import op

revision = '0004_time'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('time_allowances',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(percent IS NULL) <> (minutes IS NULL)', name=op.f('ck_time_allowances_percent_or_minutes')),
    sa.CheckConstraint('percent IS NULL OR (percent >= 1 AND percent <= 300)', name=op.f('ck_time_allowances_percent_sane')),
    sa.CheckConstraint('minutes IS NULL OR (minutes >= 1 AND minutes <= 480)', name=op.f('ck_time_allowances_minutes_sane')),
    sa.CheckConstraint('until_on IS NULL OR until_on >= from_on', name=op.f('ck_time_allowances_days_in_order')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_time_allowances_reason_given')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)', name=op.f('ck_time_allowances_withdrawn_by_somebody')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_time_allowances_person_id_people')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['people.id'], name=op.f('fk_time_allowances_granted_by_id_people')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['people.id'], name=op.f('fk_time_allowances_withdrawn_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_allowances'))
    )
    op.create_index('ix_time_allowances_person', 'time_allowances', ['person_id', 'from_on'])
    op.create_index('ix_time_allowances_until', 'time_allowances', ['withdrawn_at', 'until_on'])
    op.create_table('attempt_extensions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('deadline_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes >= 1 AND minutes <= 480', name=op.f('ck_attempt_extensions_minutes_sane')),
    sa.CheckConstraint('deadline_at > deadline_before', name=op.f('ck_attempt_extensions_deadline_moves_on')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_attempt_extensions_reason_given')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_attempt_extensions_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['people.id'], name=op.f('fk_attempt_extensions_granted_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt_extensions'))
    )
    op.create_index(op.f('ix_attempt_extensions_attempt_id'), 'attempt_extensions', ['attempt_id'])
    # plain ADD COLUMNs: a table of a million attempts is not copied
    op.add_column('attempts', sa.Column('extra_seconds', sa.Integer(), server_default='0', nullable=False))
    op.add_column('attempts', sa.Column('set_aside_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('attempts', sa.Column('fault', sa.Text(), server_default='', nullable=False))
    op.create_index(
        'ix_attempts_set_aside', 'attempts', ['set_aside_at'],
        sqlite_where=sa.text('set_aside_at IS NOT NULL'), postgresql_where=sa.text('set_aside_at IS NOT NULL'),
    )
    op.add_column('responses', sa.Column('writer', sa.String(length=32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('responses', schema=None) as batch_op:
        batch_op.drop_column('writer')
    op.drop_index('ix_attempts_set_aside', 'attempts')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_column('fault')
        batch_op.drop_column('set_aside_at')
        batch_op.drop_column('extra_seconds')
    op.drop_table('attempt_extensions')
    op.drop_table('time_allowances')
