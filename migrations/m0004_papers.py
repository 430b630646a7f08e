"""Files that wait for the virus scanner are found by an index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T04:00:00"
VERSION = "1.38.0"
DESCRIPTION = "papers"

SQL = """
CREATE INDEX document_checking ON document (added_at) WHERE state = 'checking';
"""


async def forwards() -> MigrationManager:
    """Add the index."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
