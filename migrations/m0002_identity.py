"""Identity: sent messages, second factors, devices, checks of identities and faces, forms that came too late."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T02:00:00"
VERSION = "1.38.0"
DESCRIPTION = "identity"

SQL = """
CREATE TABLE sent_message (
  id VARCHAR(64) PRIMARY KEY NOT NULL,
  template VARCHAR(20) NOT NULL DEFAULT '',
  channel VARCHAR(10) NOT NULL DEFAULT '',
  state VARCHAR(12) NOT NULL DEFAULT '',
  reason VARCHAR(60) NOT NULL DEFAULT '',
  sent_at TIMESTAMPTZ NOT NULL,
  reported_at TIMESTAMPTZ
);

CREATE TABLE kept_post (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  subject VARCHAR(64) NOT NULL DEFAULT '',
  content BYTEA NOT NULL,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE second_factor (
  staff VARCHAR(32) PRIMARY KEY NOT NULL,
  secret BYTEA NOT NULL,
  last_step BIGINT NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  confirmed_at TIMESTAMPTZ
);

CREATE TABLE recovery_code (
  id BYTEA PRIMARY KEY NOT NULL,
  staff VARCHAR(32) NOT NULL DEFAULT '',
  used_at TIMESTAMPTZ
);

CREATE TABLE device (
  id BYTEA PRIMARY KEY NOT NULL,
  person VARCHAR(32) NOT NULL DEFAULT '',
  agent VARCHAR(200) NOT NULL DEFAULT '',
  first_at TIMESTAMPTZ NOT NULL,
  last_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE phone_use (
  id VARCHAR(70) PRIMARY KEY NOT NULL,
  last_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE identity_check (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  region VARCHAR(40) NOT NULL DEFAULT '',
  kind VARCHAR(12) NOT NULL DEFAULT '',
  phone VARCHAR(32) NOT NULL DEFAULT '',
  person VARCHAR(32) NOT NULL DEFAULT '',
  content BYTEA NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT '',
  reason VARCHAR(40) NOT NULL DEFAULT '',
  decided_by VARCHAR(32) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  decided_at TIMESTAMPTZ
);

CREATE TABLE face_check (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  person VARCHAR(32) NOT NULL DEFAULT '',
  purpose VARCHAR(12) NOT NULL DEFAULT '',
  provider VARCHAR(20) NOT NULL DEFAULT '',
  reference VARCHAR(64) NOT NULL DEFAULT '',
  live VARCHAR(12) NOT NULL DEFAULT '',
  score INTEGER NOT NULL,
  passed BOOLEAN NOT NULL DEFAULT FALSE,
  reason VARCHAR(20) NOT NULL DEFAULT '',
  consent VARCHAR(20) NOT NULL DEFAULT '',
  at TIMESTAMPTZ NOT NULL
);

CREATE TABLE birth (
  person VARCHAR(32) PRIMARY KEY NOT NULL,
  content BYTEA NOT NULL
);

CREATE TABLE closed_account (
  person VARCHAR(32) PRIMARY KEY NOT NULL,
  at TIMESTAMPTZ NOT NULL
);

CREATE INDEX session_subject ON session (subject);
CREATE INDEX person_phone_person ON person_phone (person);
CREATE INDEX kept_post_made_at ON kept_post (made_at);
CREATE INDEX recovery_code_staff ON recovery_code (staff);
CREATE INDEX device_person ON device (person);
CREATE INDEX identity_check_region ON identity_check (region, state);
CREATE INDEX identity_check_phone ON identity_check (phone);
CREATE INDEX face_check_person ON face_check (person);
"""


async def forwards() -> MigrationManager:
    """Make the tables."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
