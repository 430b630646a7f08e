"""Tables of counters."""

from piccolo.columns import Bytea, Date, Integer, Serial, Varchar
from piccolo.table import Table


class Measure(Table, tablename="measure"):
    """A counter that `fold` adds to the total of its day; it refers to no person and no case."""

    id: Serial
    region = Varchar(length=40)
    day = Date(default=None)
    what = Varchar(length=12)
    word = Varchar(length=40)
    hours = Integer()
    n = Integer()


class MeasuredDay(Table, tablename="measured_day"):
    """All events of a kind on a day: their number, and a histogram of their hours (`portal.cases.figures.hours`)."""

    id: Serial
    region = Varchar(length=40)
    what = Varchar(length=12)
    day = Date(default=None)
    word = Varchar(length=40)
    n = Integer()
    took = Bytea(default=None)
