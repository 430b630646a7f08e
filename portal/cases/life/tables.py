"""Tables of the case: itself, its diseases, its history.

A person's words and diseases are encrypted; states and days are not.
"""

from piccolo.columns import BigInt, Boolean, Bytea, Date, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table

from portal.accounts.tables import Person


class Case(Table, tablename="cases"):
    """One application, from the first saved answer to the end."""

    id = Varchar(length=32, primary_key=True, default=None)
    region = Varchar(length=40)
    kind = Varchar(length=20)
    person = ForeignKey(Person, null=False, default=None, index=True)
    state = Varchar(length=24)
    return_to = Varchar(length=24, default="")  # the state in which the last correction was asked for
    row_version = Integer()
    application_no = Varchar(length=12, null=True, default=None, unique=True)
    submit_token = Varchar(length=32)
    answers = Bytea(default=None)
    insured = Bytea(null=True, default=None)
    catalogue_version = Varchar(length=40)
    edition = Varchar(length=24, default="")
    corrections_asked = Integer()  # how many correction notices were sent
    one_more = Boolean(default=False)  # a supervisor allowed another correction notice
    extended = Integer()  # how often the office's time was extended
    answer_extended = Boolean(default=False)  # the citizen's time for the open correction was
    new_material = Boolean(default=False)  # the citizen sent material after the last notice
    taken_up = Boolean(default=False)  # a member of staff has acted on it
    outcome = Varchar(length=24, default="")
    assigned_to = Varchar(length=32, default="")
    due_on = Date(null=True, default=None)
    made_at = Timestamptz(default=None)
    edited_at = Timestamptz(default=None)
    submitted_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    delegation = Varchar(length=32, default="", index=True)
    unverified = Boolean(default=False)  # the letter or papers of its proxy are still to be verified
    disease = Varchar(length=12, default="")  # what it was submitted for, for the queue
    parent_benefit = Varchar(length=32, default="")  # the benefit that it renews or re-reviews
    told = BigInt()  # number of the latest news that its open pages were told


class CaseDisease(Table, tablename="case_disease"):
    """A disease of a case and what was decided about it."""

    id = Varchar(length=60, primary_key=True, default=None)
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    person = Varchar(length=32)
    code = Varchar(length=12)
    open = Boolean(default=True)
    decision = Varchar(length=12)
    drafted_by = Varchar(length=32, default="")
    decided_by = Varchar(length=32, default="")
    reasons = Bytea(null=True, default=None)
    findings = Bytea(null=True, default=None)  # what the proposal rests on, criterion by criterion
    validity_months = Integer()
    starts_on = Date(null=True, default=None)
    ends_on = Date(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)


class CaseEvent(Table, tablename="case_event"):
    """One row of a case's history; never changed."""

    id: Serial
    case_id = ForeignKey(Case, null=False, default=None, index=True)
    number = Varchar(length=4)
    action = Varchar(length=40)
    before = Varchar(length=24)
    after = Varchar(length=24)
    role = Varchar(length=20)
    actor = Varchar(length=32)
    on_behalf_of = Varchar(length=32, default="")
    note = Bytea(null=True, default=None)
    days = Integer()
    at = Timestamptz(default=None)
