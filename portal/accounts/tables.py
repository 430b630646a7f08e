"""Tables of people and staff. Names, numbers and phones are sealed; hashes are keyed."""

from piccolo.columns import BigInt, Boolean, Bytea, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Person(Table, tablename="person"):
    """A person with a verified identity; the account of the portal."""

    id = Varchar(length=32, primary_key=True, default=None)
    name = Bytea(default=None)
    id_type = Varchar(length=20)
    id_number = Bytea(default=None)
    id_hash = Bytea(default=None, unique=True)
    card_no = Bytea(null=True, default=None)
    level = Integer()  # 实名等级: 1 stated, 2 agrees with the insurance register, 3 with a face check
    made_at = Timestamptz(default=None)


class Phone(Table, tablename="phone"):
    """A phone that received a code. A phone is not a person: it may serve several."""

    id = Varchar(length=32, primary_key=True, default=None)
    number = Bytea(default=None)
    number_hash = Bytea(default=None, unique=True)
    made_at = Timestamptz(default=None)


class PersonPhone(Table, tablename="person_phone"):
    """Which phones a person signs in with."""

    id = Varchar(length=70, primary_key=True, default=None)
    person = ForeignKey(Person, null=False, default=None)
    phone = ForeignKey(Phone, null=False, default=None, index=True)
    made_at = Timestamptz(default=None)


class Challenge(Table, tablename="challenge"):
    """A code that was sent to a phone, for one browser."""

    id = Varchar(length=32, primary_key=True, default=None)
    phone = Bytea(default=None)
    browser = Bytea(default=None)
    code = Bytea(default=None)
    code_ends_at = Timestamptz(default=None)
    older_code = Bytea(null=True, default=None)
    older_ends_at = Timestamptz(null=True, default=None)
    tries = Integer()
    sent_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)


class Consent(Table, tablename="consent"):
    """What a person agreed to, in which version, and when they took it back."""

    id = Varchar(length=32, primary_key=True, default=None)
    person = ForeignKey(Person, null=False, default=None, index=True)
    purpose = Varchar(length=40)
    version = Varchar(length=20)
    given_at = Timestamptz(default=None)
    withdrawn_at = Timestamptz(null=True, default=None)


class Delegation(Table, tablename="delegation"):
    """One person acts for another: in what, until when, proved how. Phones and reasons are sealed."""

    id = Varchar(length=32, primary_key=True, default=None)
    region = Varchar(length=40)
    principal = ForeignKey(Person, null=False, default=None, index=True)
    proxy = ForeignKey(Person, null=False, default=None, index=True)
    route = Varchar(length=12)
    relation = Varchar(length=20)
    scope = Varchar(length=120)
    disease = Varchar(length=12, default="")
    starts_on = Date(default=None)
    ends_on = Date(default=None)
    state = Varchar(length=12)
    principal_phone = Bytea(null=True, default=None)
    proxy_phone = Bytea(null=True, default=None)
    link = Varchar(length=12, default="", index=True)
    reported = Boolean(default=False)
    reason = Bytea(null=True, default=None)
    decided_by = Varchar(length=32, default="")
    made_at = Timestamptz(default=None)
    asked_at = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class Staff(Table, tablename="staff"):
    """A member of staff of one agency."""

    id = Varchar(length=32, primary_key=True, default=None)
    login = Varchar(length=40, unique=True)
    name = Text()
    region = Varchar(length=40)
    roles = Varchar(length=200)
    password = Text()
    active = Boolean(default=True)
    made_at = Timestamptz(default=None)


class Expert(Table, tablename="expert"):
    """What is known of an expert of the pool: the specialties (space between), and the own hospital."""

    staff = Varchar(length=32, primary_key=True, default=None)
    region = Varchar(length=40, index=True)
    specialties = Varchar(length=200)
    hospital = Varchar(length=200, default="")


class SecondFactor(Table, tablename="second_factor"):
    """What a member of staff proves beside the password: a TOTP secret, and the last step that was used."""

    staff = Varchar(length=32, primary_key=True, default=None)
    secret = Bytea(default=None)
    last_step = BigInt()
    made_at = Timestamptz(default=None)
    confirmed_at = Timestamptz(null=True, default=None)


class StaffSetup(Table, tablename="staff_setup"):
    """A set-up code handed to a member of staff: by whom, until when it holds. The code is computed from the row."""

    staff = Varchar(length=32, primary_key=True, default=None)
    nonce = Bytea(default=None)
    given_by = Varchar(length=32)
    made_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)


class RecoveryCode(Table, tablename="recovery_code"):
    """A used recovery code, as a keyed hash; it replaces the second factor once."""

    id = Bytea(primary_key=True, default=None)
    staff = Varchar(length=32, index=True)
    used_at = Timestamptz(null=True, default=None)


class Passkey(Table, tablename="passkey"):
    """A key pair in a phone, computer or security key of a member of staff; only the public half is here."""

    id = Varchar(length=32, primary_key=True, default=None)
    staff = Varchar(length=32, index=True)
    credential_id = Bytea(default=None, unique=True)
    public_key = Bytea(default=None)
    sign_count = BigInt()
    name = Varchar(length=40)
    made_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)


class Device(Table, tablename="device"):
    """A browser that a person has signed in with; its id is a keyed hash of the person and the browser's cookie."""

    id = Bytea(primary_key=True, default=None)
    person = Varchar(length=32, index=True)
    agent = Varchar(length=200)
    first_at = Timestamptz(default=None)
    last_at = Timestamptz(default=None)


class PhoneUse(Table, tablename="phone_use"):
    """When a person last signed in with a phone; operators give unused numbers to other people."""

    id = Varchar(length=70, primary_key=True, default=None)
    last_at = Timestamptz(default=None)


class IdentityCheck(Table, tablename="identity_check"):
    """An identity that staff must check: it differs from the register, or its account has another phone."""

    id = Varchar(length=32, primary_key=True, default=None)
    region = Varchar(length=40)
    kind = Varchar(length=12)
    phone = Varchar(length=32, index=True)
    person = Varchar(length=32)
    content = Bytea(default=None)
    state = Varchar(length=12)
    reason = Varchar(length=40)
    decided_by = Varchar(length=32)
    made_at = Timestamptz(default=None)
    decided_at = Timestamptz(null=True, default=None)


class FaceCheck(Table, tablename="face_check"):
    """The outcome of comparing a face; the picture itself is not kept."""

    id = Varchar(length=32, primary_key=True, default=None)
    person = Varchar(length=32, index=True)
    purpose = Varchar(length=12)
    provider = Varchar(length=20)
    reference = Varchar(length=64)
    live = Varchar(length=12)
    score = Integer()
    passed = Boolean(default=False)
    reason = Varchar(length=20)
    consent = Varchar(length=20)
    at = Timestamptz(default=None)


class Birth(Table, tablename="birth"):
    """Day of birth and sex of a person whose document does not tell them, sealed."""

    person = Varchar(length=32, primary_key=True, default=None)
    content = Bytea(default=None)


class ClosedAccount(Table, tablename="closed_account"):
    """A person who has closed the account; cases stay as long as the law wants."""

    person = Varchar(length=32, primary_key=True, default=None)
    at = Timestamptz(default=None)
