"""The policy desk: versions of a city's files, the editions that cases began with, reasons in the words they had."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from portal.core.store.ddl import doing

ID = "2026-11-29T18:00:00"
VERSION = "1.38.0"
DESCRIPTION = "policy desk"

# What the reasons of a notice were called before they were data of a city.
WERE = {
    "missing": "缺这份材料",
    "unreadable": "看不清",
    "incomplete": "不完整，缺页",
    "no_stamp": "没有医院公章",
    "wrong_paper": "不是要求的材料",
    "wrong_person": "不是申请人本人的",
    "too_old": "日期太早",
    "one_side": "只有一面，缺另一面",
    "other": "其他",
}
NAMED = " ".join(f"WHEN '{code}' THEN '{words}'" for code, words in WERE.items())

SQL = f"""
CREATE TABLE policy_version (
  id SERIAL PRIMARY KEY,
  place VARCHAR(40) NOT NULL DEFAULT '',
  file VARCHAR(40) NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  based_on INTEGER NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT '',
  effective_from DATE,
  note VARCHAR(500) NOT NULL DEFAULT '',
  made_by VARCHAR(32) NOT NULL DEFAULT '',
  made_at TIMESTAMPTZ NOT NULL,
  edited_at TIMESTAMPTZ NOT NULL,
  released_by VARCHAR(32) NOT NULL DEFAULT '',
  released_at TIMESTAMPTZ,
  row_version INTEGER NOT NULL
);

CREATE TABLE policy_edition (
  id VARCHAR(24) PRIMARY KEY NOT NULL,
  place VARCHAR(40) NOT NULL DEFAULT '',
  texts TEXT NOT NULL DEFAULT '',
  seen_on DATE NOT NULL
);

CREATE INDEX policy_version_place ON policy_version (place, file);
CREATE INDEX policy_version_released ON policy_version (effective_from) WHERE state = 'released';
ALTER TABLE cases ADD COLUMN edition VARCHAR(24) NOT NULL DEFAULT '';
ALTER TABLE defect ADD COLUMN reason_words VARCHAR(200) NOT NULL DEFAULT '';
UPDATE defect SET reason_words = CASE reason {NAMED} ELSE '' END
"""


async def forwards() -> MigrationManager:
    """Make the tables, and say what is known of what was there before."""
    manager = MigrationManager(migration_id=ID, app_name="portal", description=DESCRIPTION)
    manager.add_raw(doing(SQL))
    return manager
