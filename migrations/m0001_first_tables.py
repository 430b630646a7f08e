"""The first tables: sessions, limits, outbox, audit; people and staff; documents; the case; letters and notices."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-22T00:00:00"
VERSION = "1.38.0"
DESCRIPTION = "first tables"

SQL = """
CREATE TABLE session (
  id BYTEA PRIMARY KEY NOT NULL,
  subject VARCHAR(64) NOT NULL DEFAULT '',
  via VARCHAR(64) NOT NULL DEFAULT '',
  roles VARCHAR(200) NOT NULL DEFAULT '',
  agent VARCHAR(200) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  seen_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL,
  idle_seconds INTEGER NOT NULL
);

CREATE TABLE rate_limit (
  key BYTEA PRIMARY KEY NOT NULL,
  hits INTEGER NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE outbox (
  id SERIAL PRIMARY KEY,
  key VARCHAR(160) NOT NULL UNIQUE DEFAULT '',
  kind VARCHAR(40) NOT NULL DEFAULT '',
  payload TEXT NOT NULL DEFAULT '',
  added_at TIMESTAMPTZ NOT NULL,
  run_at TIMESTAMPTZ NOT NULL,
  tries INTEGER NOT NULL,
  claimed_until TIMESTAMPTZ,
  done_at TIMESTAMPTZ,
  failed_at TIMESTAMPTZ,
  error TEXT
);

CREATE TABLE audit (
  id SERIAL PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  actor VARCHAR(64) NOT NULL DEFAULT '',
  role VARCHAR(40) NOT NULL DEFAULT '',
  act VARCHAR(60) NOT NULL DEFAULT '',
  thing VARCHAR(100) NOT NULL DEFAULT '',
  about VARCHAR(64) NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT '',
  origin BYTEA,
  hash BYTEA NOT NULL
);

CREATE TABLE sent_sms (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  phone_hash BYTEA NOT NULL,
  text BYTEA NOT NULL,
  template VARCHAR(20) NOT NULL DEFAULT '',
  sent_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE person (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  name BYTEA NOT NULL,
  id_type VARCHAR(20) NOT NULL DEFAULT '',
  id_number BYTEA NOT NULL,
  id_hash BYTEA NOT NULL UNIQUE,
  card_no BYTEA,
  level INTEGER NOT NULL,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE phone (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  number BYTEA NOT NULL,
  number_hash BYTEA NOT NULL UNIQUE,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE person_phone (
  id VARCHAR(70) PRIMARY KEY NOT NULL,
  person VARCHAR(32) NOT NULL REFERENCES person (id),
  phone VARCHAR(32) NOT NULL REFERENCES phone (id),
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE challenge (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  phone BYTEA NOT NULL,
  browser BYTEA NOT NULL,
  code BYTEA NOT NULL,
  code_ends_at TIMESTAMPTZ NOT NULL,
  older_code BYTEA,
  older_ends_at TIMESTAMPTZ,
  tries INTEGER NOT NULL,
  sent_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);

CREATE TABLE consent (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  person VARCHAR(32) NOT NULL REFERENCES person (id),
  purpose VARCHAR(40) NOT NULL DEFAULT '',
  version VARCHAR(20) NOT NULL DEFAULT '',
  given_at TIMESTAMPTZ NOT NULL,
  withdrawn_at TIMESTAMPTZ
);

CREATE TABLE staff (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  login VARCHAR(40) NOT NULL UNIQUE DEFAULT '',
  name TEXT NOT NULL DEFAULT '',
  region VARCHAR(40) NOT NULL DEFAULT '',
  roles VARCHAR(200) NOT NULL DEFAULT '',
  password TEXT NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL DEFAULT TRUE,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE document (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  slot VARCHAR(80) NOT NULL DEFAULT '',
  name BYTEA NOT NULL,
  kind VARCHAR(10) NOT NULL DEFAULT '',
  size BIGINT NOT NULL,
  pages INTEGER NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT '',
  warnings TEXT NOT NULL DEFAULT '',
  mark BYTEA NOT NULL,
  position INTEGER NOT NULL,
  added_by VARCHAR(32) NOT NULL DEFAULT '',
  added_at TIMESTAMPTZ NOT NULL,
  removed_at TIMESTAMPTZ
);

CREATE TABLE cases (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  region VARCHAR(40) NOT NULL DEFAULT '',
  kind VARCHAR(20) NOT NULL DEFAULT '',
  person VARCHAR(32) NOT NULL REFERENCES person (id),
  state VARCHAR(24) NOT NULL DEFAULT '',
  return_to VARCHAR(24) NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL,
  application_no VARCHAR(12) UNIQUE,
  submit_token VARCHAR(32) NOT NULL DEFAULT '',
  answers BYTEA NOT NULL,
  insured BYTEA,
  questions_version INTEGER NOT NULL,
  catalogue_version VARCHAR(40) NOT NULL DEFAULT '',
  corrections_asked INTEGER NOT NULL,
  one_more BOOLEAN NOT NULL DEFAULT FALSE,
  taken_up BOOLEAN NOT NULL DEFAULT FALSE,
  outcome VARCHAR(24) NOT NULL DEFAULT '',
  assigned_to VARCHAR(32) NOT NULL DEFAULT '',
  due_on DATE,
  made_at TIMESTAMPTZ NOT NULL,
  edited_at TIMESTAMPTZ NOT NULL,
  submitted_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ
);

CREATE TABLE case_disease (
  id VARCHAR(60) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  person VARCHAR(32) NOT NULL DEFAULT '',
  code VARCHAR(12) NOT NULL DEFAULT '',
  open BOOLEAN NOT NULL DEFAULT TRUE,
  decision VARCHAR(12) NOT NULL DEFAULT '',
  drafted_by VARCHAR(32) NOT NULL DEFAULT '',
  decided_by VARCHAR(32) NOT NULL DEFAULT '',
  reasons BYTEA,
  validity_months INTEGER NOT NULL,
  starts_on DATE,
  ends_on DATE,
  decided_at TIMESTAMPTZ
);

CREATE TABLE case_event (
  id SERIAL PRIMARY KEY,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  number VARCHAR(4) NOT NULL DEFAULT '',
  action VARCHAR(40) NOT NULL DEFAULT '',
  before VARCHAR(24) NOT NULL DEFAULT '',
  after VARCHAR(24) NOT NULL DEFAULT '',
  role VARCHAR(20) NOT NULL DEFAULT '',
  actor VARCHAR(32) NOT NULL DEFAULT '',
  on_behalf_of VARCHAR(32) NOT NULL DEFAULT '',
  note BYTEA,
  days INTEGER NOT NULL,
  at TIMESTAMPTZ NOT NULL
);

CREATE TABLE correction (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  asked_at TIMESTAMPTZ NOT NULL,
  answer_by DATE NOT NULL,
  extended BOOLEAN NOT NULL DEFAULT FALSE,
  answered_at TIMESTAMPTZ,
  cancelled_at TIMESTAMPTZ
);

CREATE TABLE defect (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  correction VARCHAR(32) NOT NULL REFERENCES correction (id),
  position INTEGER NOT NULL,
  slot VARCHAR(80) NOT NULL DEFAULT '',
  reason VARCHAR(40) NOT NULL DEFAULT '',
  words BYTEA NOT NULL,
  explanation BYTEA
);

CREATE TABLE benefit (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL REFERENCES cases (id),
  person VARCHAR(32) NOT NULL REFERENCES person (id),
  region VARCHAR(40) NOT NULL DEFAULT '',
  code VARCHAR(12) NOT NULL DEFAULT '',
  state VARCHAR(20) NOT NULL DEFAULT '',
  starts_on DATE NOT NULL,
  ends_on DATE,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE notice (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  key VARCHAR(100) NOT NULL UNIQUE DEFAULT '',
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  event_id BIGINT NOT NULL,
  person VARCHAR(32) NOT NULL DEFAULT '',
  code VARCHAR(8) NOT NULL DEFAULT '',
  channel VARCHAR(20) NOT NULL DEFAULT '',
  state VARCHAR(20) NOT NULL DEFAULT '',
  recipient BYTEA,
  variables BYTEA NOT NULL,
  link VARCHAR(12) NOT NULL DEFAULT '',
  tries INTEGER NOT NULL,
  made_at TIMESTAMPTZ NOT NULL,
  sent_at TIMESTAMPTZ,
  read_at TIMESTAMPTZ,
  provider_id VARCHAR(64) NOT NULL DEFAULT ''
);

CREATE TABLE letter (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  event_id BIGINT NOT NULL,
  person VARCHAR(32) NOT NULL DEFAULT '',
  kind VARCHAR(4) NOT NULL DEFAULT '',
  number VARCHAR(40) NOT NULL UNIQUE DEFAULT '',
  code VARCHAR(16) NOT NULL UNIQUE DEFAULT '',
  content BYTEA NOT NULL,
  digest BYTEA NOT NULL,
  issued_at TIMESTAMPTZ NOT NULL,
  opened_at TIMESTAMPTZ,
  void_at TIMESTAMPTZ
);

CREATE INDEX session_ends_at ON session (ends_at);
CREATE INDEX rate_limit_ends_at ON rate_limit (ends_at);
CREATE INDEX audit_thing ON audit (thing);
CREATE INDEX audit_about ON audit (about);
CREATE INDEX sent_sms_phone_hash ON sent_sms (phone_hash);
CREATE INDEX person_phone_phone ON person_phone (phone);
CREATE INDEX consent_person ON consent (person);
CREATE INDEX document_case_id ON document (case_id);
CREATE INDEX cases_person ON cases (person);
CREATE INDEX case_disease_case_id ON case_disease (case_id);
CREATE INDEX case_event_case_id ON case_event (case_id);
CREATE INDEX correction_case_id ON correction (case_id);
CREATE INDEX defect_correction ON defect (correction);
CREATE INDEX benefit_case_id ON benefit (case_id);
CREATE INDEX benefit_person ON benefit (person);
CREATE INDEX notice_link ON notice (link);
CREATE INDEX notice_case_id ON notice (case_id);
CREATE INDEX notice_person ON notice (person);
CREATE INDEX letter_case_id ON letter (case_id);
CREATE INDEX letter_person ON letter (person);
CREATE INDEX outbox_due ON outbox (run_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE UNIQUE INDEX case_disease_one_open ON case_disease (person, code) WHERE open;
CREATE INDEX cases_queue ON cases (region, state, due_on, id);
CREATE INDEX cases_assigned ON cases (assigned_to, state);
"""


async def forwards() -> MigrationManager:
    """Make the tables."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
