"""Tables of corrections: a notice and what it asks for."""

from piccolo.columns import Boolean, Bytea, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.table import Table

from portal.cases.life.tables import Case


class Correction(Table, tablename="correction"):
    """A correction notice and the state of its answer."""

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    number = Integer()
    asked_at = Timestamptz(default=None)
    answer_by = Date(default=None)
    extended = Boolean(default=False)
    answered_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    reminded_on = Date(null=True, default=None)
    saves = Integer()  # how often the citizen saved answers to it, for two tabs at once


class Defect(Table, tablename="defect"):
    """One defect of a notice: the material or question, the fault and the citizen's answer."""

    id = Varchar(length=32, primary_key=True, default=None)
    correction = ForeignKey(Correction, null=False, default=None, index=True)
    position = Integer()
    slot = Varchar(length=80)
    question = Varchar(length=40, default="")
    reason = Varchar(length=40)
    reason_words = Varchar(length=200, default="")
    words = Bytea(default=None)
    explanation = Bytea(null=True, default=None)
    given = Bytea(null=True, default=None)  # what the citizen answers to the question now
    replaced = Bytea(null=True, default=None)  # the answers of the application before that
