"""Whom the desk must call because no message reached them; a message is found by the provider's id of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-12-01T14:00:00"
VERSION = "1.38.0"
DESCRIPTION = "calls"

SQL = """
CREATE TABLE call_task (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  region VARCHAR(40) NOT NULL DEFAULT '',
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  why VARCHAR(12) NOT NULL DEFAULT '',
  opened_at TIMESTAMPTZ NOT NULL,
  done_at TIMESTAMPTZ,
  member VARCHAR(32) NOT NULL DEFAULT '',
  outcome VARCHAR(12) NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX call_task_one_at_a_time ON call_task (case_id) WHERE done_at IS NULL;
CREATE INDEX call_task_case ON call_task (case_id, done_at);
CREATE INDEX call_task_waiting ON call_task (region, opened_at, id) WHERE done_at IS NULL;
CREATE INDEX notice_provider ON notice (provider_id) WHERE provider_id <> ''
"""


async def forwards() -> MigrationManager:
    """Make the table and the index."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
