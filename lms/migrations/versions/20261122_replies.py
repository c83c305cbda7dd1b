"""Typed replies that people judge, contests, and the rules of judging."""

import sqlalchemy as sa
from alembic import op

revision = '0009_replies'
down_revision = '0009_drafts'
branch_labels = None
depends_on = None

WAITING = """
INSERT INTO written_replies
    (turn_id, play_id, scenario_id, person_id, number, purpose, rank, handed_in_at, marks_needed, marks_in)
SELECT turns.id, plays.id, plays.scenario_id, plays.person_id, turns.number, 'exam', 0, plays.finished_at, 1, 0
FROM turns JOIN plays ON plays.id = turns.play_id
WHERE turns.reply IS NOT NULL AND plays.mode = 'exam' AND plays.state = 'marking'
ORDER BY turns.id
"""


def upgrade() -> None:
    op.create_table('reply_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=True),
    sa.Column('double_percent', sa.Integer(), nullable=True),
    sa.Column('confident_counts', sa.Boolean(), nullable=False),
    sa.Column('scorer_version', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('NOT confident_counts OR (scenario_id IS NOT NULL AND scorer_version IS NOT NULL)', name=op.f('ck_reply_rules_counts_by_version')),
    sa.CheckConstraint('double_percent >= 0 AND double_percent <= 100', name=op.f('ck_reply_rules_double_within_hundred')),
    sa.CheckConstraint('scenario_id IS NOT NULL OR double_percent IS NOT NULL', name=op.f('ck_reply_rules_organisation_has_share')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenarios.id'], name=op.f('fk_reply_rules_scenario_id_scenarios')),
    sa.ForeignKeyConstraint(['set_by_id'], ['people.id'], name=op.f('fk_reply_rules_set_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_rules'))
    )
    with op.batch_alter_table('reply_rules', schema=None) as batch_op:
        batch_op.create_index('ix_reply_rules_scenario', ['scenario_id'], unique=False)

    op.create_table('reply_contests',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('turn_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('contested_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reply_contests_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['turn_id'], ['turns.id'], name=op.f('fk_reply_contests_turn_id_turns'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_contests')),
    sa.UniqueConstraint('turn_id', name=op.f('uq_reply_contests_turn_id'))
    )
    op.create_table('written_replies',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('turn_id', sa.Integer(), nullable=False),
    sa.Column('play_id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=8), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marks_needed', sa.Integer(), nullable=False),
    sa.Column('marks_in', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('how', sa.String(length=10), nullable=True),
    sa.CheckConstraint("how IN ('single', 'agreed', 'majority', 'machine', 'corrected')", name=op.f('ck_written_replies_how_known')),
    sa.CheckConstraint("purpose IN ('exam', 'contest')", name=op.f('ck_written_replies_purpose_known')),
    sa.CheckConstraint('marks_in <= marks_needed', name=op.f('ck_written_replies_marks_within_need')),
    sa.CheckConstraint('rank >= 0 AND rank <= 3', name=op.f('ck_written_replies_rank_known')),
    sa.CheckConstraint('settled_at IS NULL OR how IS NOT NULL', name=op.f('ck_written_replies_settled_says_how')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_written_replies_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['play_id'], ['plays.id'], name=op.f('fk_written_replies_play_id_plays'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenarios.id'], name=op.f('fk_written_replies_scenario_id_scenarios')),
    sa.ForeignKeyConstraint(['turn_id'], ['turns.id'], name=op.f('fk_written_replies_turn_id_turns'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_written_replies')),
    sa.UniqueConstraint('turn_id', name=op.f('uq_written_replies_turn_id'))
    )
    with op.batch_alter_table('written_replies', schema=None) as batch_op:
        batch_op.create_index('ix_written_replies_play', ['play_id'], unique=False)
        batch_op.create_index('ix_written_replies_scenario', ['scenario_id', 'purpose'], unique=False)
        batch_op.create_index('ix_written_replies_waiting', ['scenario_id', 'rank', 'handed_in_at'], unique=False, sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))

    op.create_table('reply_claims',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reply_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('skipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['marker_id'], ['people.id'], name=op.f('fk_reply_claims_marker_id_people')),
    sa.ForeignKeyConstraint(['reply_id'], ['written_replies.id'], name=op.f('fk_reply_claims_reply_id_written_replies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_claims')),
    sa.UniqueConstraint('reply_id', 'marker_id', name=op.f('uq_reply_claims_reply_id_marker_id'))
    )
    with op.batch_alter_table('reply_claims', schema=None) as batch_op:
        batch_op.create_index('ix_reply_claims_marker', ['marker_id'], unique=False)

    op.create_table('reply_decisions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reply_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('taboo', sa.Boolean(), nullable=False),
    sa.Column('how', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("how <> 'corrected' OR reason <> ''", name=op.f('ck_reply_decisions_corrected_with_reason')),
    sa.CheckConstraint("how IN ('single', 'agreed', 'majority', 'machine', 'corrected')", name=op.f('ck_reply_decisions_how_known')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_reply_decisions_decided_by_id_people')),
    sa.ForeignKeyConstraint(['reply_id'], ['written_replies.id'], name=op.f('fk_reply_decisions_reply_id_written_replies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_decisions')),
    sa.UniqueConstraint('reply_id', 'number', name=op.f('uq_reply_decisions_reply_id_number'))
    )
    op.create_table('reply_marks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reply_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('taboo', sa.Boolean(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['marker_id'], ['people.id'], name=op.f('fk_reply_marks_marker_id_people')),
    sa.ForeignKeyConstraint(['reply_id'], ['written_replies.id'], name=op.f('fk_reply_marks_reply_id_written_replies'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_marks')),
    sa.UniqueConstraint('reply_id', 'marker_id', name=op.f('uq_reply_marks_reply_id_marker_id')),
    sa.UniqueConstraint('reply_id', 'number', name=op.f('uq_reply_marks_reply_id_number'))
    )
    with op.batch_alter_table('reply_marks', schema=None) as batch_op:
        batch_op.create_index('ix_reply_marks_marker', ['marker_id'], unique=False)

    # what was typed before people could mark it has waited until now
    op.execute(WAITING)


def downgrade() -> None:
    with op.batch_alter_table('reply_marks', schema=None) as batch_op:
        batch_op.drop_index('ix_reply_marks_marker')

    op.drop_table('reply_marks')
    op.drop_table('reply_decisions')
    with op.batch_alter_table('reply_claims', schema=None) as batch_op:
        batch_op.drop_index('ix_reply_claims_marker')

    op.drop_table('reply_claims')
    with op.batch_alter_table('written_replies', schema=None) as batch_op:
        batch_op.drop_index('ix_written_replies_waiting', sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))
        batch_op.drop_index('ix_written_replies_scenario')
        batch_op.drop_index('ix_written_replies_play')

    op.drop_table('written_replies')
    op.drop_table('reply_contests')
    with op.batch_alter_table('reply_rules', schema=None) as batch_op:
        batch_op.drop_index('ix_reply_rules_scenario')

    op.drop_table('reply_rules')
