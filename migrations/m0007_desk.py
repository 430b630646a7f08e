"""The desk: who works on what, notes, messages, opened with a reason, assisted entry, counts, measures.

The queue's indexes name its states in their own words, because a database uses such an index only
for a statement that says the same words. Counts are kept by triggers as rows that are only added
(`portal.cases.desk.tally` sums them up), so nobody waits for anybody and no page counts cases.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.database import ON_SQLITE, execute
from portal.core.store.ddl import doing

ID = "2026-11-26T07:00:00"
VERSION = "1.38.0"
DESCRIPTION = "the desk"

OFFICE = "('submitted', 'reviewing', 'appraising', 'deciding')"
OPEN = "('submitted', 'correction', 'reviewing', 'appraising', 'deciding', 'publicity')"
ENDS = "('approved', 'partly_approved', 'denied', 'not_accepted', 'withdrawn', 'lapsed')"

SQL = f"""
CREATE TABLE case_note (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  member VARCHAR(32) NOT NULL DEFAULT '',
  text BYTEA NOT NULL,
  at TIMESTAMPTZ NOT NULL
);

CREATE TABLE case_message (
  id SERIAL PRIMARY KEY,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  region VARCHAR(40) NOT NULL DEFAULT '',
  by_staff BOOLEAN NOT NULL DEFAULT FALSE,
  author VARCHAR(32) NOT NULL DEFAULT '',
  text BYTEA NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  answered_at TIMESTAMPTZ
);

CREATE TABLE case_access (
  id VARCHAR(32) PRIMARY KEY NOT NULL,
  case_id VARCHAR(32) NOT NULL DEFAULT '',
  member VARCHAR(32) NOT NULL DEFAULT '',
  given_at TIMESTAMPTZ NOT NULL,
  ends_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE desk_seat (
  member VARCHAR(32) PRIMARY KEY NOT NULL,
  capacity INTEGER NOT NULL,
  away BOOLEAN NOT NULL DEFAULT FALSE,
  given_at TIMESTAMPTZ
);

CREATE TABLE desk_rule (
  region VARCHAR(40) PRIMARY KEY NOT NULL,
  in_turn BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE desk_tally (
  id SERIAL PRIMARY KEY,
  region VARCHAR(40) NOT NULL DEFAULT '',
  kind VARCHAR(8) NOT NULL DEFAULT '',
  word VARCHAR(40) NOT NULL DEFAULT '',
  n INTEGER NOT NULL
);

CREATE TABLE measure (
  id SERIAL PRIMARY KEY,
  region VARCHAR(40) NOT NULL DEFAULT '',
  day DATE NOT NULL,
  what VARCHAR(12) NOT NULL DEFAULT '',
  word VARCHAR(40) NOT NULL DEFAULT '',
  hours INTEGER NOT NULL,
  n INTEGER NOT NULL
);

CREATE TABLE assisted (
  case_id VARCHAR(32) PRIMARY KEY NOT NULL,
  member VARCHAR(32) NOT NULL DEFAULT '',
  channel VARCHAR(12) NOT NULL DEFAULT '',
  code BYTEA,
  code_ends_at TIMESTAMPTZ,
  tries INTEGER NOT NULL,
  confirmed VARCHAR(8) NOT NULL DEFAULT '',
  confirmed_at TIMESTAMPTZ,
  made_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX case_note_case_id ON case_note (case_id);
CREATE INDEX case_message_case_id ON case_message (case_id);
CREATE INDEX case_message_waiting ON case_message (region, at) WHERE answered_at IS NULL AND NOT by_staff;
CREATE INDEX case_access_case_id ON case_access (case_id);
CREATE INDEX desk_tally_region ON desk_tally (region);
CREATE INDEX measure_region ON measure (region, day);
CREATE INDEX assisted_member ON assisted (member);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_act ON audit (act, id);
DROP INDEX cases_queue;
DROP INDEX cases_assigned;
CREATE INDEX cases_office ON cases (region, coalesce(due_on, '9000-01-01'), id) WHERE state IN {OFFICE};
CREATE INDEX cases_free ON cases (region, coalesce(due_on, '9000-01-01'), id)
  WHERE assigned_to = '' AND state IN {OFFICE};
CREATE INDEX cases_stage ON cases (region, state, coalesce(due_on, '9000-01-01'), id) WHERE state IN {OPEN};
CREATE INDEX cases_mine ON cases (assigned_to, coalesce(due_on, '9000-01-01'), id)
  WHERE assigned_to <> '' AND state IN {OPEN};
CREATE INDEX cases_ended ON cases (region, coalesce(due_on, '9000-01-01'), id) WHERE state IN {ENDS};
CREATE INDEX case_disease_code ON case_disease (code, case_id) WHERE open;
INSERT INTO desk_tally (region, kind, word, n)
  SELECT region, 'state', state, count(*) FROM cases WHERE state IN {OPEN} GROUP BY region, state;
INSERT INTO desk_tally (region, kind, word, n)
  SELECT region, 'who', assigned_to, count(*) FROM cases
  WHERE state IN {OPEN} AND (assigned_to <> '' OR state IN {OFFICE}) GROUP BY region, assigned_to;
INSERT INTO desk_tally (region, kind, word, n)
  SELECT region, 'due', CAST(due_on AS VARCHAR(10)), count(*) FROM cases
  WHERE state IN {OFFICE} AND due_on IS NOT NULL GROUP BY region, due_on
"""


def counted(row: str, sign: int) -> str:
    """Return the statement that adds *sign* to every count in which OLD or NEW *row* is."""
    return f"""
INSERT INTO desk_tally (region, kind, word, n)
SELECT {row}.region, 'state', {row}.state, {sign}
UNION ALL SELECT {row}.region, 'who', {row}.assigned_to, {sign} WHERE {row}.assigned_to <> '' OR {row}.state IN {OFFICE}
UNION ALL SELECT {row}.region, 'due', CAST({row}.due_on AS VARCHAR(10)), {sign}
  WHERE {row}.due_on IS NOT NULL AND {row}.state IN {OFFICE};
"""


COLUMNS = "region, state, assigned_to, due_on"
FOR_POSTGRES = [
    f"""
CREATE FUNCTION tally_case() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.region, OLD.state, OLD.assigned_to, OLD.due_on)
      IS NOT DISTINCT FROM (NEW.region, NEW.state, NEW.assigned_to, NEW.due_on) THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.state IN {OPEN} THEN {counted("OLD", -1)} END IF;
  IF TG_OP <> 'DELETE' AND NEW.state IN {OPEN} THEN {counted("NEW", 1)} END IF;
  RETURN NULL;
END $body$
""",
    f"CREATE TRIGGER cases_tally AFTER INSERT OR DELETE OR UPDATE OF {COLUMNS} ON cases "
    "FOR EACH ROW EXECUTE FUNCTION tally_case()",
]
CHANGED = (
    "(OLD.region <> NEW.region OR OLD.state <> NEW.state OR OLD.assigned_to <> NEW.assigned_to "
    "OR OLD.due_on IS NOT NEW.due_on)"
)
FOR_SQLITE = [
    f"CREATE TRIGGER cases_tally_new AFTER INSERT ON cases WHEN NEW.state IN {OPEN} BEGIN {counted('NEW', 1)} END",
    f"CREATE TRIGGER cases_tally_old AFTER DELETE ON cases WHEN OLD.state IN {OPEN} BEGIN {counted('OLD', -1)} END",
    f"CREATE TRIGGER cases_tally_from AFTER UPDATE OF {COLUMNS} ON cases "
    f"WHEN {CHANGED} AND OLD.state IN {OPEN} BEGIN {counted('OLD', -1)} END",
    f"CREATE TRIGGER cases_tally_to AFTER UPDATE OF {COLUMNS} ON cases "
    f"WHEN {CHANGED} AND NEW.state IN {OPEN} BEGIN {counted('NEW', 1)} END",
]


async def make_triggers() -> None:
    """Have the counts kept from now on."""
    for statement in FOR_SQLITE if ON_SQLITE else FOR_POSTGRES:
        await execute(statement)


async def forwards() -> MigrationManager:
    """Make the tables, the indexes of the queue, and what keeps its counts."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    manager.add_raw(make_triggers)
    return manager
