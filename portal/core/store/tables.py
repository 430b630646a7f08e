"""Tables of the machinery. Moments are UTC; hashes are raw bytes; no column holds a secret in the open."""

from piccolo.columns import Bytea, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class Session(Table, tablename="session"):
    """Somebody's session; its id is the SHA-256 of what the cookie holds."""

    id = Bytea(primary_key=True, default=None)
    subject = Varchar(length=64)
    via = Varchar(length=64, default="")
    roles = Varchar(length=200)
    agent = Varchar(length=200, default="")
    made_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None, index=True)
    idle_seconds = Integer()


class RateLimit(Table, tablename="rate_limit"):
    """Hits of one subject under one rule since a window began."""

    key = Bytea(primary_key=True, default=None)
    hits = Integer()
    ends_at = Timestamptz(default=None, index=True)


class Outbox(Table, tablename="outbox"):
    """Work that must follow a commit; see `outbox.py` and `jobs.py`."""

    id: Serial
    key = Varchar(length=160, unique=True)
    kind = Varchar(length=40)
    payload = Text()
    added_at = Timestamptz(default=None)
    run_at = Timestamptz(default=None)
    tries = Integer()
    claimed_until = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)
    failed_at = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)


class Audit(Table, tablename="audit"):
    """Who did or saw what, to whom, why; each row's hash seals the one before."""

    id: Serial
    at = Timestamptz(default=None)
    actor = Varchar(length=64)
    role = Varchar(length=40)
    act = Varchar(length=60)
    thing = Varchar(length=100, index=True)
    about = Varchar(length=64, default="", index=True)
    why = Text(default="")
    hash = Bytea(default=None)


class SentSms(Table, tablename="sent_sms"):
    """A message the demo gateway kept instead of sending it."""

    id = Varchar(length=32, primary_key=True, default=None)
    phone_hash = Bytea(default=None, index=True)
    text = Bytea(default=None)
    template = Varchar(length=20)
    sent_at = Timestamptz(default=None)


class SentMessage(Table, tablename="sent_message"):
    """A message that a gateway took, by the provider's id, and what it reported; no phone, no words."""

    id = Varchar(length=64, primary_key=True, default=None)
    template = Varchar(length=20)
    channel = Varchar(length=10)
    state = Varchar(length=12)
    reason = Varchar(length=60, default="")
    sent_at = Timestamptz(default=None)
    reported_at = Timestamptz(null=True, default=None)


class KeptPost(Table, tablename="kept_post"):
    """A form that came after its session had ended, sealed until its sender has signed in again."""

    id = Varchar(length=32, primary_key=True, default=None)
    subject = Varchar(length=64)
    content = Bytea(default=None)
    made_at = Timestamptz(default=None)


class Typed(Table, tablename="typed"):
    """What somebody typed into a form and has not sent yet; its id is a keyed hash of owner and page."""

    id = Bytea(primary_key=True, default=None)
    owner = Varchar(length=64, default="", index=True)
    page = Varchar(length=400, default="", index=True)
    content = Bytea(default=None)
    kept_at = Timestamptz(default=None, index=True)
