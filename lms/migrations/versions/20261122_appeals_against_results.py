"""Appeals against results."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('appeals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_appeals_closed_has_day')),
    sa.CheckConstraint("state IN ('open', 'upheld', 'rejected', 'withdrawn')", name=op.f('ck_appeals_state_known')),
    sa.CheckConstraint("state NOT IN ('upheld', 'rejected') OR answer <> ''", name=op.f('ck_appeals_decision_has_reason')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_appeals_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['people.id'], name=op.f('fk_appeals_closed_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeals'))
    )
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.create_index('ix_appeals_attempt', ['attempt_id'], unique=False)
        batch_op.create_index('ix_appeals_state', ['state', 'raised_at'], unique=False)
        batch_op.create_index('uq_appeals_open', ['attempt_id', 'slot'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))



def downgrade() -> None:
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.drop_index('uq_appeals_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_appeals_state')
        batch_op.drop_index('ix_appeals_attempt')

    op.drop_table('appeals')
