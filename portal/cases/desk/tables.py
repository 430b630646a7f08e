"""Tables of the desk: assignment, notes, access, calls."""

from piccolo.columns import Boolean, Bytea, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table


class CaseNote(Table, tablename="case_note"):
    """A note of staff about a case, never shown to citizens."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    member = Varchar(length=32)
    text = Bytea(default=None)
    at = Timestamptz(default=None)


class CaseAccess(Table, tablename="case_access"):
    """A colleague's case, opened for an hour with a reason; the reason is in the audit log."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    member = Varchar(length=32)
    given_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)


class DeskSeat(Table, tablename="desk_seat"):
    """How many open cases a member takes, whether they are away, and when they last got one."""

    member = Varchar(length=32, primary_key=True, default=None)
    capacity = Integer()
    away = Boolean(default=False)
    given_at = Timestamptz(null=True, default=None)


class DeskRule(Table, tablename="desk_rule"):
    """Whether a city's new cases are given out in turn automatically."""

    region = Varchar(length=40, primary_key=True, default=None)
    in_turn = Boolean(default=False)


class DeskTally(Table, tablename="desk_tally"):
    """An increment of the count of a city's open cases, by state, member and due day."""

    id: Serial
    region = Varchar(length=40, index=True)
    kind = Varchar(length=8)
    word = Varchar(length=40)
    n = Integer()


class CallTask(Table, tablename="call_task"):
    """A call that the desk must make because no message reached the people of a case."""

    id = Varchar(length=32, primary_key=True, default=None)
    region = Varchar(length=40)
    case_id = Varchar(length=32)
    why = Varchar(length=12)
    opened_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)
    member = Varchar(length=32)
    outcome = Varchar(length=12)
