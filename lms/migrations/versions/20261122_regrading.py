"""Regradings, and completions and certificates that do not hold any more."""

import sqlalchemy as sa
from alembic import op

revision = '0007_regrading'
down_revision = '0006_marking'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('completion_changes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('completion_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('verb', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("verb <> 'withdrawn' OR reason <> ''", name=op.f('ck_completion_changes_withdrawal_has_reason')),
    sa.CheckConstraint("verb IN ('withdrawn', 'restored')", name=op.f('ck_completion_changes_verb_known')),
    sa.ForeignKeyConstraint(['completion_id'], ['completions.id'], name=op.f('fk_completion_changes_completion_id_completions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_changes'))
    )
    with op.batch_alter_table('completion_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_completion_changes_completion_id'), ['completion_id'], unique=False)

    op.create_table('regradings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('from_version_id', sa.Integer(), nullable=False),
    sa.Column('to_version_id', sa.Integer(), nullable=True),
    sa.Column('rule', sa.String(length=10), nullable=False),
    sa.Column('keeps_passes', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('touched', sa.JSON(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undo_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(rule = 'full') = (to_version_id IS NULL)", name=op.f('ck_regradings_key_has_version')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_regradings_reason_given')),
    sa.CheckConstraint("rule IN ('new-key', 'gain', 'full')", name=op.f('ck_regradings_rule_known')),
    sa.CheckConstraint("state <> 'undone' OR (undone_at IS NOT NULL AND undo_reason <> '')", name=op.f('ck_regradings_undo_has_reason')),
    sa.CheckConstraint("state IN ('draft', 'proposed', 'stale', 'approved', 'applied', 'rejected', 'withdrawn', 'undone')", name=op.f('ck_regradings_state_known')),
    sa.CheckConstraint("state NOT IN ('applied', 'undone') OR applied_at IS NOT NULL", name=op.f('ck_regradings_applied_has_day')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> proposed_by_id', name=op.f('ck_regradings_second_person_decides')),
    sa.CheckConstraint('undone_by_id IS NULL OR undone_by_id <> proposed_by_id', name=op.f('ck_regradings_second_person_undoes')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_regradings_decided_by_id_people')),
    sa.ForeignKeyConstraint(['from_version_id'], ['item_versions.id'], name=op.f('fk_regradings_from_version_id_item_versions')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_regradings_item_id_items')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['people.id'], name=op.f('fk_regradings_proposed_by_id_people')),
    sa.ForeignKeyConstraint(['to_version_id'], ['item_versions.id'], name=op.f('fk_regradings_to_version_id_item_versions')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['people.id'], name=op.f('fk_regradings_undone_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regradings'))
    )
    with op.batch_alter_table('regradings', schema=None) as batch_op:
        batch_op.create_index('ix_regradings_item', ['item_id'], unique=False)
        batch_op.create_index('ix_regradings_state', ['state', 'id'], unique=False)

    op.create_table('regrading_lines',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('regrading_id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('is_gone', sa.Boolean(), nullable=False),
    sa.Column('old_share', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('new_share', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('max_points', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('old_score', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=True),
    sa.Column('new_score', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=True),
    sa.Column('max_score', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=False),
    sa.Column('old_percent', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=True),
    sa.Column('new_percent', sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite"), nullable=True),
    sa.Column('old_passed', sa.Boolean(), nullable=True),
    sa.Column('new_passed', sa.Boolean(), nullable=True),
    sa.CheckConstraint("outcome IN ('changed', 'same', 'kept')", name=op.f('ck_regrading_lines_outcome_known')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_regrading_lines_attempt_id_attempts')),
    sa.ForeignKeyConstraint(['regrading_id'], ['regradings.id'], name=op.f('fk_regrading_lines_regrading_id_regradings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrading_lines')),
    sa.UniqueConstraint('regrading_id', 'attempt_id', 'slot', name=op.f('uq_regrading_lines_regrading_id_attempt_id_slot'))
    )
    with op.batch_alter_table('regrading_lines', schema=None) as batch_op:
        batch_op.create_index('ix_regrading_lines_attempt', ['attempt_id'], unique=False)

    with op.batch_alter_table('certificate_changes', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_certificate_changes_certificate_id_verb'), type_='unique')
        batch_op.drop_constraint(batch_op.f('ck_certificate_changes_verb_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_certificate_changes_verb_known'), "verb IN ('issued', 'renewed', 'revoked', 'restored', 'window-opened', 'expired')")
        batch_op.create_index('ix_certificate_changes_certificate', ['certificate_id'], unique=False)
        batch_op.create_index('uq_certificate_changes_once', ['certificate_id', 'verb'], unique=True, sqlite_where=sa.text("verb NOT IN ('revoked', 'restored')"), postgresql_where=sa.text("verb NOT IN ('revoked', 'restored')"))

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_unfounded', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_certificates_unfounded_is_revoked'), 'revoked_at IS NOT NULL OR NOT is_unfounded')

    with op.batch_alter_table('completions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('grades', schema=None) as batch_op:
        batch_op.add_column(sa.Column('regrading_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_grades_regrading', ['regrading_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_grades_regrading_id_regradings'), 'regradings', ['regrading_id'], ['id'])
        batch_op.drop_constraint(batch_op.f('ck_grades_source_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grades_source_known'), "source IN ('machine', 'marker', 'regrade')")
        batch_op.create_check_constraint(batch_op.f('ck_grades_regrade_names_regrading'), "(source = 'regrade') = (regrading_id IS NOT NULL)")



def downgrade() -> None:
    op.execute("DELETE FROM grades WHERE source = 'regrade'")
    op.execute("DELETE FROM certificate_changes WHERE verb = 'restored'")
    with op.batch_alter_table('grades', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_grades_regrade_names_regrading'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_grades_source_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grades_source_known'), "source IN ('machine', 'marker')")
        batch_op.drop_constraint(batch_op.f('fk_grades_regrading_id_regradings'), type_='foreignkey')
        batch_op.drop_index('ix_grades_regrading')
        batch_op.drop_column('regrading_id')

    with op.batch_alter_table('completions', schema=None) as batch_op:
        batch_op.drop_column('withdrawn_at')

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_certificates_unfounded_is_revoked'), type_='check')
        batch_op.drop_column('is_unfounded')

    with op.batch_alter_table('certificate_changes', schema=None) as batch_op:
        batch_op.drop_index('uq_certificate_changes_once', sqlite_where=sa.text("verb NOT IN ('revoked', 'restored')"), postgresql_where=sa.text("verb NOT IN ('revoked', 'restored')"))
        batch_op.drop_index('ix_certificate_changes_certificate')
        batch_op.drop_constraint(batch_op.f('ck_certificate_changes_verb_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_certificate_changes_verb_known'), "verb IN ('issued', 'renewed', 'revoked', 'window-opened', 'expired')")
        batch_op.create_unique_constraint(batch_op.f('uq_certificate_changes_certificate_id_verb'), ['certificate_id', 'verb'])

    with op.batch_alter_table('regrading_lines', schema=None) as batch_op:
        batch_op.drop_index('ix_regrading_lines_attempt')

    op.drop_table('regrading_lines')
    with op.batch_alter_table('regradings', schema=None) as batch_op:
        batch_op.drop_index('ix_regradings_state')
        batch_op.drop_index('ix_regradings_item')

    op.drop_table('regradings')
    with op.batch_alter_table('completion_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_completion_changes_completion_id'))

    op.drop_table('completion_changes')
