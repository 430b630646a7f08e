"""The post: what goes out and what comes in, counted by triggers as the cases are (m0007); set-up codes of staff."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.database import ON_SQLITE, execute
from portal.core.store.ddl import doing

ID = "2026-11-29T10:00:00"
VERSION = "1.38.0"
DESCRIPTION = "delivery"

SQL = """
CREATE TABLE delivery (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  region VARCHAR(40) NOT NULL DEFAULT '',
  person VARCHAR(32) NOT NULL DEFAULT '',
  state VARCHAR(16) NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL,
  address BYTEA NOT NULL,
  batch VARCHAR(32) NOT NULL DEFAULT '',
  courier VARCHAR(20) NOT NULL DEFAULT '',
  waybill VARCHAR(40) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  waits_since TIMESTAMPTZ NOT NULL,
  posted_at TIMESTAMPTZ,
  delivered_on DATE,
  missed_at TIMESTAMPTZ
);

CREATE TABLE original (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  region VARCHAR(40) NOT NULL DEFAULT '',
  person VARCHAR(32) NOT NULL DEFAULT '',
  materials VARCHAR(200) NOT NULL DEFAULT '',
  state VARCHAR(16) NOT NULL DEFAULT '',
  row_version INTEGER NOT NULL,
  waybill VARCHAR(40) NOT NULL DEFAULT '',
  back_waybill VARCHAR(40) NOT NULL DEFAULT '',
  asked_at TIMESTAMPTZ NOT NULL,
  received_at TIMESTAMPTZ
);

CREATE TABLE staff_setup (
  staff VARCHAR(32) PRIMARY KEY NOT NULL,
  nonce BYTEA NOT NULL,
  given_by VARCHAR(32) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX original_one_at_a_time ON original (case_id) WHERE state NOT IN ('not_needed', 'sent_back');
CREATE INDEX original_case_id ON original (case_id);
CREATE INDEX original_person ON original (person);
CREATE INDEX original_register ON original (region, asked_at, id) WHERE state NOT IN ('not_needed', 'sent_back');
CREATE UNIQUE INDEX delivery_one_at_a_time ON delivery (case_id) WHERE state NOT IN ('delivered', 'cancelled');
CREATE INDEX delivery_case_id ON delivery (case_id);
CREATE INDEX delivery_person ON delivery (person);
CREATE INDEX delivery_desk ON delivery (region, state, waits_since, id);
CREATE INDEX delivery_batch ON delivery (batch) WHERE batch <> '';
CREATE INDEX delivery_waybill ON delivery (waybill) WHERE waybill <> ''
"""

ADDED = "INSERT INTO desk_tally (region, kind, word, n) VALUES ({row}.region, 'mail', {row}.state, {sign});"
OLD, NEW = ADDED.format(row="OLD", sign=-1), ADDED.format(row="NEW", sign=1)
FOR_POSTGRES = [
    f"""
CREATE FUNCTION tally_mail() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN {OLD} END IF;
  IF TG_OP <> 'DELETE' THEN {NEW} END IF;
  RETURN NULL;
END $body$
""",
    "CREATE TRIGGER delivery_tally AFTER INSERT OR DELETE OR UPDATE OF state ON delivery "
    "FOR EACH ROW EXECUTE FUNCTION tally_mail()",
]
FOR_SQLITE = [
    f"CREATE TRIGGER delivery_tally_new AFTER INSERT ON delivery BEGIN {NEW} END",
    f"CREATE TRIGGER delivery_tally_old AFTER DELETE ON delivery BEGIN {OLD} END",
    f"CREATE TRIGGER delivery_tally_moved AFTER UPDATE OF state ON delivery BEGIN {OLD} {NEW} END",
]


async def make_triggers() -> None:
    """Have what waits counted from now on."""
    for statement in FOR_SQLITE if ON_SQLITE else FOR_POSTGRES:
        await execute(statement)


async def forwards() -> MigrationManager:
    """Make the table, and what counts its rows."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    manager.add_raw(make_triggers)
    return manager
