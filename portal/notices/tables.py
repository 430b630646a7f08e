"""The table of messages."""

from piccolo.columns import BigInt, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Notice(Table, tablename="notice"):
    """One message to one person by one channel; a copy in the portal always exists.

    `key` joins occasion, message code, person and channel, so that no message is written twice.
    """

    id = Varchar(length=32, primary_key=True, default=None)
    key = Varchar(length=100, unique=True)
    case_id = Varchar(length=32, index=True)
    event_id = BigInt()
    person = Varchar(length=32, index=True)
    code = Varchar(length=8)
    channel = Varchar(length=20)
    state = Varchar(length=20)
    recipient = Bytea(null=True, default=None)
    variables = Bytea(default=None)
    link = Varchar(length=12, default="", index=True)
    tries = Integer()
    made_at = Timestamptz(default=None)
    sent_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)
    provider_id = Varchar(length=64, default="")
