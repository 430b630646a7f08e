"""What follows a benefit, and when it is looked at again.

Benefits that were granted before have no day of a re-review: they have the day on which they end, and are renewed.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-01T12:00:00"
VERSION = "1.38.0"
DESCRIPTION = "renewal"

SQL = """
ALTER TABLE cases ADD COLUMN parent_benefit VARCHAR(32) NOT NULL DEFAULT '';
CREATE INDEX cases_parent_benefit ON cases (parent_benefit) WHERE parent_benefit <> '';
ALTER TABLE benefit ADD COLUMN reminded INTEGER NOT NULL DEFAULT 9999;
ALTER TABLE benefit ADD COLUMN rereview_on DATE;
ALTER TABLE benefit ADD COLUMN rereview_by DATE;
CREATE INDEX benefit_ends ON benefit (region, ends_on) WHERE state = 'active';
CREATE INDEX benefit_rereview ON benefit (rereview_on) WHERE state = 'active' AND rereview_by IS NULL
"""


async def forwards() -> MigrationManager:
    """Make the columns and the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
