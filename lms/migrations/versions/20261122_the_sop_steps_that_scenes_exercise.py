"""The SOP steps that scenes exercise."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scene_sop_steps',
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('scene', sa.String(length=64), nullable=False),
    sa.Column('step', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenarios.id'], name=op.f('fk_scene_sop_steps_scenario_id_scenarios'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scenario_id', 'scene', 'step', name=op.f('pk_scene_sop_steps'))
    )
    with op.batch_alter_table('scene_sop_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scene_sop_steps_step'), ['step'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('scene_sop_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scene_sop_steps_step'))

    op.drop_table('scene_sop_steps')
