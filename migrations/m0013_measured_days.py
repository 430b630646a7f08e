"""What was measured on a day as one row for each word, so that a report reads as many rows as there are days.

Nothing is converted here: whatever stands in `measure` is put to its day by the next round
(`portal.cases.figures.measures`), and reports count it in both places.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-30T12:00:00"
VERSION = "1.38.0"
DESCRIPTION = "measured days"

SQL = """
CREATE TABLE measured_day (
  id SERIAL PRIMARY KEY,
  region VARCHAR(40) NOT NULL DEFAULT '',
  what VARCHAR(12) NOT NULL DEFAULT '',
  day DATE NOT NULL,
  word VARCHAR(40) NOT NULL DEFAULT '',
  n INTEGER NOT NULL,
  took BYTEA NOT NULL
);

CREATE UNIQUE INDEX measured_day_whole ON measured_day (region, what, day, word)
"""


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
