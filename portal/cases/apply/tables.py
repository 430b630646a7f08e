"""The table of drafts that a member of staff fills in."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.table import Table


class Assisted(Table, tablename="assisted"):
    """A draft that a member of staff fills in for somebody, and how that person agreed to it."""

    case_id = Varchar(length=32, primary_key=True, default=None)
    member = Varchar(length=32, index=True)
    channel = Varchar(length=12)
    confirmed = Varchar(length=8, default="")
    confirmed_at = Timestamptz(null=True, default=None)
    made_at = Timestamptz(default=None)
