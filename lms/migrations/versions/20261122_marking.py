"""Answers that people mark, and calibration rounds."""

import sqlalchemy as sa
from alembic import op

revision = '0006_marking'
down_revision = '0008_summaries'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calibration_rounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('least_percent', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('closed_at IS NULL OR opened_at IS NOT NULL', name=op.f('ck_calibration_rounds_opened_before_closed')),
    sa.CheckConstraint('least_percent > 0 AND least_percent <= 100', name=op.f('ck_calibration_rounds_least_within_hundred')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_calibration_rounds_item_id_items')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_versions.id'], name=op.f('fk_calibration_rounds_item_version_id_item_versions')),
    sa.ForeignKeyConstraint(['made_by_id'], ['people.id'], name=op.f('fk_calibration_rounds_made_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_rounds'))
    )
    with op.batch_alter_table('calibration_rounds', schema=None) as batch_op:
        batch_op.create_index('ix_calibration_rounds_item', ['item_id'], unique=False)

    op.create_table('calibration_samples',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['calibration_rounds.id'], name=op.f('fk_calibration_samples_round_id_calibration_rounds')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_samples')),
    sa.UniqueConstraint('round_id', 'number', name=op.f('uq_calibration_samples_round_id_number'))
    )
    op.create_table('essays',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('exam_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marks_needed', sa.Integer(), nullable=False),
    sa.Column('marks_in', sa.Integer(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('how', sa.String(length=10), nullable=True),
    sa.CheckConstraint("how IN ('single', 'mean', 'median')", name=op.f('ck_essays_how_known')),
    sa.CheckConstraint('(settled_at IS NULL) = (how IS NULL)', name=op.f('ck_essays_settled_says_how')),
    sa.CheckConstraint('marks_in <= marks_needed', name=op.f('ck_essays_marks_within_need')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_essays_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['exam_id'], ['exams.id'], name=op.f('fk_essays_exam_id_exams')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_essays_item_id_items')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_versions.id'], name=op.f('fk_essays_item_version_id_item_versions')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_essays_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_essays')),
    sa.UniqueConstraint('attempt_id', 'slot', name=op.f('uq_essays_attempt_id_slot'))
    )
    with op.batch_alter_table('essays', schema=None) as batch_op:
        batch_op.create_index('ix_essays_item', ['item_id'], unique=False)
        batch_op.create_index('ix_essays_settled', ['settled_at'], unique=False)
        batch_op.create_index('ix_essays_waiting', ['exam_id', 'item_id', 'handed_in_at'], unique=False, sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))

    op.create_table('calibration_marks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['marker_id'], ['people.id'], name=op.f('fk_calibration_marks_marker_id_people')),
    sa.ForeignKeyConstraint(['sample_id'], ['calibration_samples.id'], name=op.f('fk_calibration_marks_sample_id_calibration_samples')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_marks')),
    sa.UniqueConstraint('sample_id', 'marker_id', name=op.f('uq_calibration_marks_sample_id_marker_id'))
    )
    with op.batch_alter_table('calibration_marks', schema=None) as batch_op:
        batch_op.create_index('ix_calibration_marks_marker', ['marker_id'], unique=False)

    op.create_table('essay_claims',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('essay_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('skipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['essay_id'], ['essays.id'], name=op.f('fk_essay_claims_essay_id_essays')),
    sa.ForeignKeyConstraint(['marker_id'], ['people.id'], name=op.f('fk_essay_claims_marker_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_essay_claims')),
    sa.UniqueConstraint('essay_id', 'marker_id', name=op.f('uq_essay_claims_essay_id_marker_id'))
    )
    with op.batch_alter_table('essay_claims', schema=None) as batch_op:
        batch_op.create_index('ix_essay_claims_marker', ['marker_id'], unique=False)

    op.create_table('essay_marks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('essay_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marker_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('comments', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('share', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('share >= 0 AND share <= 1', name=op.f('ck_essay_marks_share_within_one')),
    sa.ForeignKeyConstraint(['essay_id'], ['essays.id'], name=op.f('fk_essay_marks_essay_id_essays')),
    sa.ForeignKeyConstraint(['marker_id'], ['people.id'], name=op.f('fk_essay_marks_marker_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_essay_marks')),
    sa.UniqueConstraint('essay_id', 'marker_id', name=op.f('uq_essay_marks_essay_id_marker_id')),
    sa.UniqueConstraint('essay_id', 'number', name=op.f('uq_essay_marks_essay_id_number'))
    )
    with op.batch_alter_table('essay_marks', schema=None) as batch_op:
        batch_op.create_index('ix_essay_marks_marker', ['marker_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('essay_marks', schema=None) as batch_op:
        batch_op.drop_index('ix_essay_marks_marker')

    op.drop_table('essay_marks')
    with op.batch_alter_table('essay_claims', schema=None) as batch_op:
        batch_op.drop_index('ix_essay_claims_marker')

    op.drop_table('essay_claims')
    with op.batch_alter_table('calibration_marks', schema=None) as batch_op:
        batch_op.drop_index('ix_calibration_marks_marker')

    op.drop_table('calibration_marks')
    with op.batch_alter_table('essays', schema=None) as batch_op:
        batch_op.drop_index('ix_essays_waiting', sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))
        batch_op.drop_index('ix_essays_settled')
        batch_op.drop_index('ix_essays_item')

    op.drop_table('essays')
    op.drop_table('calibration_samples')
    with op.batch_alter_table('calibration_rounds', schema=None) as batch_op:
        batch_op.drop_index('ix_calibration_rounds_item')

    op.drop_table('calibration_rounds')
