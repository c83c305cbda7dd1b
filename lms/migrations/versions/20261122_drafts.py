"""Drafts of role-plays, and every save of them."""

import sqlalchemy as sa
from alembic import op

revision = '0009_drafts'
down_revision = '0005_plans'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scenario_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('base_version_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_scenario_drafts_number_above_zero')),
    sa.ForeignKeyConstraint(['base_version_id'], ['scenario_versions.id'], name=op.f('fk_scenario_drafts_base_version_id_scenario_versions')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['people.id'], name=op.f('fk_scenario_drafts_saved_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario_drafts')),
    sa.UniqueConstraint('key', name=op.f('uq_scenario_drafts_key'))
    )
    op.create_table('scenario_draft_saves',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('base_version_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_scenario_draft_saves_number_above_zero')),
    sa.CheckConstraint("verb IN ('begun', 'saved', 'restored', 'imported')", name=op.f('ck_scenario_draft_saves_verb_known')),
    sa.ForeignKeyConstraint(['base_version_id'], ['scenario_versions.id'], name=op.f('fk_scenario_draft_saves_base_version_id_scenario_versions')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['people.id'], name=op.f('fk_scenario_draft_saves_saved_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario_draft_saves')),
    sa.UniqueConstraint('key', 'number', name=op.f('uq_scenario_draft_saves_key_number'))
    )


def downgrade() -> None:
    op.drop_table('scenario_draft_saves')
    op.drop_table('scenario_drafts')
