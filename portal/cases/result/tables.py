"""The table of objections to a published result."""

from piccolo.columns import Bytea, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from portal.cases.life.tables import Case


class Objection(Table, tablename="objection"):
    """What somebody said against a decision during 公示."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    made_by = Varchar(length=32)
    words = Bytea(default=None)
    made_at = Timestamptz(default=None)
