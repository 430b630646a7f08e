"""Tables of outgoing and incoming mail."""

from piccolo.columns import Bytea, Date, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Delivery(Table, tablename="delivery"):
    """One envelope for the results of a case: address (encrypted), state, and since when."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    region = Varchar(length=40)
    person = Varchar(length=32, index=True)
    state = Varchar(length=16)
    row_version = Integer()
    address = Bytea(default=None)
    batch = Varchar(length=32)
    courier = Varchar(length=20)
    waybill = Varchar(length=40)
    made_at = Timestamptz(default=None)
    waits_since = Timestamptz(default=None)
    posted_at = Timestamptz(null=True, default=None)
    delivered_on = Date(null=True, default=None)
    missed_at = Timestamptz(null=True, default=None)


class Original(Table, tablename="original"):
    """One packet of paper originals that staff asked for, and its state."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    region = Varchar(length=40)
    person = Varchar(length=32, index=True)
    materials = Varchar(length=200)
    state = Varchar(length=16)
    row_version = Integer()
    waybill = Varchar(length=40)
    back_waybill = Varchar(length=40)
    asked_at = Timestamptz(default=None)
    received_at = Timestamptz(null=True, default=None)
