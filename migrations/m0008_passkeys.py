"""Passkeys of staff: a second way in, beside password and authenticator app."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T08:00:00"
VERSION = "1.38.0"
DESCRIPTION = "passkeys"

SQL = """
CREATE TABLE passkey (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  staff VARCHAR(32) NOT NULL DEFAULT '',
  credential_id BYTEA NOT NULL UNIQUE,
  public_key BYTEA NOT NULL,
  sign_count BIGINT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);

CREATE INDEX passkey_staff ON passkey (staff);
"""


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
