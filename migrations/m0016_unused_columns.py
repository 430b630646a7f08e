"""Columns that nothing reads: the code of an earlier 代录, the origin of an audit row, the version of the questions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-02T09:00:00"
VERSION = "1.38.0"
DESCRIPTION = "unused columns"

SQL = """
ALTER TABLE assisted DROP COLUMN code;
ALTER TABLE assisted DROP COLUMN code_ends_at;
ALTER TABLE assisted DROP COLUMN tries;
ALTER TABLE audit DROP COLUMN origin;
ALTER TABLE cases DROP COLUMN questions_version
"""


async def forwards() -> MigrationManager:
    """Drop the columns."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
