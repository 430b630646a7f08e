"""The number of the latest news that a case's open pages were told, so that a process finds what others have told."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-03T23:59:24"
VERSION = "1.38.0"
DESCRIPTION = "told"

SQL = """
ALTER TABLE cases ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_told ON cases (told)
"""


async def forwards() -> MigrationManager:
    """Add the column and its index."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
