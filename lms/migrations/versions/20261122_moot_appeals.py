"""Appeals that need no decision any more, because the attempt was declared void."""

import sqlalchemy as sa
from alembic import op

revision = '0012_moot_appeals'
down_revision = '0011_regrading_jobs'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_appeals_state_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_appeals_state_known'), "state IN ('open', 'upheld', 'rejected', 'withdrawn', 'moot')")
    # those that were left open when their attempt was declared void
    op.execute(
        sa.text(
            "UPDATE appeals SET state = 'moot', "
            "closed_at = COALESCE((SELECT max(e.at) FROM attempt_events e WHERE e.attempt_id = appeals.attempt_id AND e.verb = 'void'), CURRENT_TIMESTAMP), "
            "closed_by_id = (SELECT max(e.actor_id) FROM attempt_events e WHERE e.attempt_id = appeals.attempt_id AND e.verb = 'void') "
            "WHERE state = 'open' AND attempt_id IN (SELECT id FROM attempts WHERE state = 'voided')"
        )
    )


def downgrade() -> None:
    op.execute("UPDATE appeals SET state = 'withdrawn' WHERE state = 'moot'")
    with op.batch_alter_table('appeals', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_appeals_state_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_appeals_state_known'), "state IN ('open', 'upheld', 'rejected', 'withdrawn')")
