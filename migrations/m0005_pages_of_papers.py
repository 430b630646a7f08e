"""Pages of papers: how a document is turned, and files that arrive in parts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T00:00:05"
VERSION = "1.38.0"
DESCRIPTION = "turned documents, uploads in parts"

SQL = """
CREATE TABLE document_turn (
  document VARCHAR(32) PRIMARY KEY NOT NULL,
  quarters INTEGER NOT NULL
);

CREATE TABLE partial_upload (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  sender VARCHAR(32) NOT NULL DEFAULT '',
  name BYTEA NOT NULL,
  size BIGINT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL,
  claimed_until TIMESTAMPTZ,
  outcome VARCHAR(20) NOT NULL DEFAULT ''
);

CREATE TABLE partial_part (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  upload VARCHAR(32) NOT NULL DEFAULT '',
  begins BIGINT NOT NULL,
  size INTEGER NOT NULL
);

CREATE INDEX partial_upload_sender ON partial_upload (sender);
CREATE INDEX partial_upload_ends_at ON partial_upload (ends_at);
CREATE UNIQUE INDEX partial_part_once ON partial_part (upload, begins);
"""


async def forwards() -> MigrationManager:
    """Make the tables."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
