"""What a proposal rests on: for each criterion of the disease whether it is met, and the page that proves it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-03T20:00:00"
VERSION = "1.38.0"
DESCRIPTION = "findings"

SQL = """
ALTER TABLE case_disease ADD COLUMN findings BYTEA
"""


async def forwards() -> MigrationManager:
    """Add the column."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
