"""The table of documents. The name a file came with is sealed; its content lies in the store."""

from piccolo.columns import BigInt, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Document(Table, tablename="document"):
    """One file of one case, in the slot it was sent for.

    `slot` is what it was sent for: a row of the materials page, ``correction:<defect>``, ...
    `mark` is a keyed hash of the content: the same file sent twice is noticed.
    """

    id = Varchar(length=32, primary_key=True, default=None)
    case_id = Varchar(length=32, index=True)
    slot = Varchar(length=80)
    name = Bytea(default=None)
    kind = Varchar(length=10)
    size = BigInt()
    pages = Integer()
    state = Varchar(length=12)
    warnings = Text(default="")
    mark = Bytea(default=None)
    position = Integer()
    added_by = Varchar(length=32)
    added_at = Timestamptz(default=None)
    removed_at = Timestamptz(null=True, default=None)


class DocumentTurn(Table, tablename="document_turn"):
    """How far a document is turned to the right, in quarters; none is upright."""

    document = Varchar(length=32, primary_key=True, default=None)
    quarters = Integer()


class PageTurn(Table, tablename="page_turn"):
    """How far one page is turned to the right beyond its document; `id` is ``document:page``, pages from 1."""

    id = Varchar(length=44, primary_key=True, default=None)
    document = Varchar(length=32, index=True)
    page = Integer()
    quarters = Integer()


class PartialUpload(Table, tablename="partial_upload"):
    """A file that is arriving in parts, or has arrived and waits for the form that names it.

    `outcome` is what became of it once a form has named it: ``taken``, or the reason's name.
    """

    id = Varchar(length=32, primary_key=True, default=None)
    sender = Varchar(length=32, index=True)
    name = Bytea(default=None)
    size = BigInt()
    made_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None, index=True)
    claimed_until = Timestamptz(null=True, default=None)
    outcome = Varchar(length=20, default="")


class PartialPart(Table, tablename="partial_part"):
    """One part of such a file: where it begins; its bytes lie in the store. No two begin at one place."""

    id = Varchar(length=32, primary_key=True, default=None)
    upload = Varchar(length=32)
    begins = BigInt()
    size = Integer()
