"""Words typed into a form and not sent yet: kept by themselves, apart from what was answered."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-03T21:00:00"
VERSION = "1.38.0"
DESCRIPTION = "typed"

SQL = """
CREATE TABLE typed (
  id BYTEA PRIMARY KEY NOT NULL,
  owner VARCHAR(64) NOT NULL DEFAULT '',
  page VARCHAR(400) NOT NULL DEFAULT '',
  content BYTEA NOT NULL,
  kept_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX typed_owner ON typed (owner, kept_at);
CREATE INDEX typed_page ON typed (page);
CREATE INDEX typed_kept_at ON typed (kept_at)
"""


async def forwards() -> MigrationManager:
    """Make the table and its indexes."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
