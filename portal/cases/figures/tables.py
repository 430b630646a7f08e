"""Tables of counters."""

from piccolo.columns import Bytea, Date, Integer, Serial, Varchar
from piccolo.table import Table


class Measure(Table, tablename="measure"):
    """A counter that `fold` adds to the total of its day; it refers to no person and no case.

    In Python `what` is called kind, `word` code, `n` count and `took` histogram.
    """

    id: Serial
    region = Varchar(length=40)
    day = Date(default=None)
    what = Varchar(length=12)  # the kind of event: stage, whole, ended, asked, reason, upload, browser, sms
    word = Varchar(length=40)  # which of its kind, as a code: the stage, the reason, late or in_time ...
    hours = Integer()  # working hours of each; 0 for kinds without a duration
    n = Integer()  # how many


class MeasuredDay(Table, tablename="measured_day"):
    """All events of a kind on a day: their number, and a histogram of their hours (`portal.cases.figures.hours`)."""

    id: Serial
    region = Varchar(length=40)
    what = Varchar(length=12)
    day = Date(default=None)
    word = Varchar(length=40)
    n = Integer()
    took = Bytea(default=None)  # the histogram, as bytes
