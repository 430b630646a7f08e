"""Single pages of a document may be turned: a scan whose second sheet lay on its side."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-29T18:00:11"
VERSION = "1.38.0"
DESCRIPTION = "turned pages"

SQL = """
CREATE TABLE page_turn (
  id VARCHAR(44) PRIMARY KEY NOT NULL,
  document VARCHAR(32) NOT NULL DEFAULT '',
  page INTEGER NOT NULL,
  quarters INTEGER NOT NULL
);

CREATE INDEX page_turn_document ON page_turn (document);
"""


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
