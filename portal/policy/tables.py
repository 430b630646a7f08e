"""Tables of the policy desk. Policy is public: nothing here is sealed."""

from piccolo.columns import Date, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class PolicyVersion(Table, tablename="policy_version"):
    """One text of one file of a city, from its draft on; what was released is never changed."""

    id: Serial
    place = Varchar(length=40)
    file = Varchar(length=40)
    text = Text(default="")
    based_on = Integer()
    state = Varchar(length=12)
    effective_from = Date(null=True, default=None)
    note = Varchar(length=500, default="")
    made_by = Varchar(length=32)
    made_at = Timestamptz(default=None)
    edited_at = Timestamptz(default=None)
    released_by = Varchar(length=32, default="")
    released_at = Timestamptz(null=True, default=None)
    row_version = Integer()


class PolicyEdition(Table, tablename="policy_edition"):
    """All texts of a city as they held together once: what its cases began with. Never changed."""

    id = Varchar(length=24, primary_key=True, default=None)
    place = Varchar(length=40)
    texts = Text(default="")
    seen_on = Date(default=None)
