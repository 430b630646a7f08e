"""The table of messages between citizen and office."""

from piccolo.columns import Boolean, Bytea, Serial, Timestamptz, Varchar
from piccolo.table import Table


class CaseMessage(Table, tablename="case_message"):
    """One message between the citizen of a case and the office."""

    id: Serial
    case_id = Varchar(length=32, index=True)
    region = Varchar(length=40)
    by_staff = Boolean(default=False)
    author = Varchar(length=32)
    text = Bytea(default=None)
    at = Timestamptz(default=None)
    answered_at = Timestamptz(null=True, default=None)
