"""The table of benefits."""

from piccolo.columns import Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.table import Table

from portal.accounts.tables import Person
from portal.cases.life.tables import Case


class Benefit(Table, tablename="benefit"):
    """The benefit of a recognised disease: first day, last day (none: 长期) and state."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    person = ForeignKey(Person, null=False, default=None, index=True)
    region = Varchar(length=40)
    code = Varchar(length=12)
    state = Varchar(length=20)
    starts_on = Date(default=None)
    ends_on = Date(null=True, default=None)
    made_at = Timestamptz(default=None)
    reminded = Integer(default=9999)  # how many days before its end people were last reminded
    rereview_on = Date(null=True, default=None)  # when it is to be looked at again
    rereview_by = Date(null=True, default=None)  # until when what that takes was asked for
