"""The table of appraisals: invited experts and their opinions."""

from piccolo.columns import Bytea, Date, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from portal.cases.life.tables import Case


class Appraisal(Table, tablename="appraisal"):
    """An expert's seat on the panel of a case, and the opinion given; an opinion is never overwritten."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    expert = Varchar(length=32, index=True)
    state = Varchar(length=12)
    invited_by = Varchar(length=32)
    invited_at = Timestamptz(default=None)
    due_on = Date(default=None)
    reminded_on = Date(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    why = Bytea(null=True, default=None)
    verdict = Varchar(length=12, default="")
    opinion = Bytea(null=True, default=None)
