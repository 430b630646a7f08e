"""The table of letters. The text of a letter is sealed and never changes; `opened_at` and `void_at` may."""

from piccolo.columns import BigInt, Bytea, Timestamptz, Varchar
from piccolo.table import Table


class Letter(Table, tablename="letter"):
    """One formal document of a case."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    event_id = BigInt()
    person = Varchar(length=32, index=True)
    kind = Varchar(length=4)
    number = Varchar(length=40, unique=True)
    code = Varchar(length=16, unique=True)
    content = Bytea(default=None)
    digest = Bytea(default=None)
    issued_at = Timestamptz(default=None)
    opened_at = Timestamptz(null=True, default=None)
    void_at = Timestamptz(null=True, default=None)
