"""The life of a case: the pool of experts, their opinions, objections during 公示, extensions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-26T17:06:00"
VERSION = "1.38.0"
DESCRIPTION = "the life of a case"

SQL = """
CREATE TABLE expert (
  staff VARCHAR(32) PRIMARY KEY NOT NULL,
  region VARCHAR(40) NOT NULL DEFAULT '',
  specialties VARCHAR(200) NOT NULL DEFAULT '',
  hospital VARCHAR(200) NOT NULL DEFAULT ''
);

CREATE TABLE appraisal (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  expert VARCHAR(32) NOT NULL DEFAULT '',
  state VARCHAR(12) NOT NULL DEFAULT '',
  invited_by VARCHAR(32) NOT NULL DEFAULT '',
  invited_at TIMESTAMPTZ NOT NULL,
  due_on DATE NOT NULL,
  reminded_on DATE,
  ended_at TIMESTAMPTZ,
  why BYTEA,
  verdict VARCHAR(12) NOT NULL DEFAULT '',
  opinion BYTEA
);

CREATE TABLE objection (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  made_by VARCHAR(32) NOT NULL DEFAULT '',
  words BYTEA NOT NULL,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX objection_case_id ON objection (case_id);
CREATE INDEX expert_region ON expert (region);
CREATE INDEX appraisal_case_id ON appraisal (case_id);
CREATE INDEX appraisal_expert ON appraisal (expert);
CREATE UNIQUE INDEX appraisal_one_seat ON appraisal (case_id, expert) WHERE state IN ('invited', 'given');
ALTER TABLE cases ADD COLUMN extended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN answer_extended BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN new_material BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE correction ADD COLUMN reminded_on DATE;
"""


async def forwards() -> MigrationManager:
    """Make the tables and the columns."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
