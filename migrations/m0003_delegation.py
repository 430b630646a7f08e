"""Delegations: who acts for whom, in what, until when, by which proof; and which cases were begun under one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T03:00:00"
VERSION = "1.38.0"
DESCRIPTION = "delegations"

SQL = """
CREATE TABLE delegation (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  region VARCHAR(40) NOT NULL DEFAULT '',
  principal VARCHAR(32) NOT NULL REFERENCES person (id),
  proxy VARCHAR(32) NOT NULL REFERENCES person (id),
  route VARCHAR(12) NOT NULL DEFAULT '',
  relation VARCHAR(20) NOT NULL DEFAULT '',
  scope VARCHAR(120) NOT NULL DEFAULT '',
  disease VARCHAR(12) NOT NULL DEFAULT '',
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT '',
  principal_phone BYTEA,
  proxy_phone BYTEA,
  link VARCHAR(12) NOT NULL DEFAULT '',
  reported BOOLEAN NOT NULL DEFAULT FALSE,
  reason BYTEA,
  decided_by VARCHAR(32) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  asked_at TIMESTAMPTZ,
  decided_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ
);

ALTER TABLE cases ADD COLUMN delegation VARCHAR(32) NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN unverified BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX delegation_principal ON delegation (principal);
CREATE INDEX delegation_proxy ON delegation (proxy);
CREATE INDEX delegation_desk ON delegation (region, state);
CREATE INDEX delegation_link ON delegation (link);
CREATE INDEX cases_delegation ON cases (delegation);
"""


async def forwards() -> MigrationManager:
    """Make the table and the two columns."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
