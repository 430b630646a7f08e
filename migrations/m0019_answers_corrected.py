"""A defect may ask for the answer to a question: what the citizen answers now, and the answer that it replaced."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-03T19:00:00"
VERSION = "1.38.0"
DESCRIPTION = "answers corrected"

SQL = """
ALTER TABLE defect ADD COLUMN question VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE defect ADD COLUMN given BYTEA;
ALTER TABLE defect ADD COLUMN replaced BYTEA;
ALTER TABLE correction ADD COLUMN saves INTEGER NOT NULL DEFAULT 0
"""


async def forwards() -> MigrationManager:
    """Add the columns."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
