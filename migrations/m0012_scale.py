"""What keeps the queue by disease and the reports as quick with a million cases as with ten thousand.

A case keeps the code it was submitted for, because an index cannot reach into another table for it.
The reports are summed up from an index that holds all they ask for, kind by kind.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-29T12:00:00"
VERSION = "1.38.0"
DESCRIPTION = "scale"

OPEN = "('submitted', 'correction', 'reviewing', 'appraising', 'deciding', 'publicity')"

SQL = f"""
ALTER TABLE cases ADD COLUMN disease VARCHAR(12) NOT NULL DEFAULT '';
UPDATE cases SET disease = coalesce((SELECT min(code) FROM case_disease WHERE case_id = cases.id), '');
CREATE INDEX cases_disease ON cases (region, disease, coalesce(due_on, '9000-01-01'), id) WHERE state IN {OPEN};
CREATE INDEX cases_member_disease ON cases (region, assigned_to, disease, coalesce(due_on, '9000-01-01'), id)
  WHERE state IN {OPEN} AND assigned_to <> '';
DROP INDEX measure_region;
CREATE INDEX measure_sums ON measure (region, what, day, word, hours, n)
"""


async def forwards() -> MigrationManager:
    """Make the column and the indexes, and drop the one that is replaced."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
