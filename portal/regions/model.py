"""The schema of ``region.toml``: frozen structs, checked when loaded; unknown keys are refused.

Names of texts end in ``_zh``; names of numbers contain the unit.
"""

from typing import Literal

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of ``region.toml``."""


class Identity(Section, frozen=True):
    """The city itself: names, codes, calendars, languages."""

    id: str
    name_zh: str
    name_en: str
    short_zh: str
    division_code: str
    insurance_area_code: str
    timezone: Literal["Asia/Shanghai"]
    calendars: list[str]
    languages: list[str]
    legal_nature: Literal["public_service"]


class Agency(Section, frozen=True):
    """The office that accepts and decides cases; every letter ends with its name."""

    name_zh: str
    authority_zh: str
    post_to_zh: str = ""  # postal address for papers; if empty, people are told to call


class Service(Section, frozen=True):
    """The service: official name, other names, cost, visits, and both time limits in working days."""

    name_zh: str
    name_en: str
    alias_zh: list[str]
    audience_zh: str
    form_title_zh: str
    fee_zh: str
    visits_required: int
    slogan_zh: str
    statutory_limit_workdays: int
    promised_limit_workdays: int


class Eligibility(Section, frozen=True):
    """The conditions for applying."""

    insured_in_region: bool
    insurance_types: list[Literal["employee", "resident"]]
    status_required: Literal["normal"]
    on_arrears: Literal["block_submit", "warn"]
    disease_in_catalogue: bool
    catalogue_basis_zh: str
    when_unverifiable: Literal["accept_and_flag"]


class Catalogue(Section, frozen=True):
    """The edition of the disease catalogue in ``diseases.csv``."""

    version: str
    effective_from: str
    notice_zh: str


class SignIn(Section, frozen=True):
    """The ways to sign in, and the proof of identity needed before applying."""

    real_name_required: bool
    first_use: list[Literal["register", "real_name", "bind_id_card", "bind_social_security_card"]]
    login: list[Literal["sms_code", "face"]]
    face_must_have_alternative: bool


class Proxy(Section, frozen=True):
    """Acting for somebody else."""

    allowed: bool
    self_only_by_default: bool
    requires: list[str]
    guardian_requires: list[str]
    letter_max_months: int
    online_consent: Literal["optional", "instead_of_letter", "off"]
    consent_days: int
    relations_zh: list[str]
    scopes: list[Literal["apply", "correct", "view", "receive", "collect_mail", "withdraw", "appeal"]]
    adult_years: int
    guardian_consent_below_years: int
    principals_before_review: int


class Channel(Section, frozen=True):
    """An official channel to the service, and its purpose."""

    id: str
    name_zh: str
    name_en: str
    path_zh: list[str]
    device_zh: str = ""
    functions_zh: list[str] = []
    benefit_zh: str = ""
    after_zh: str = ""


class Material(Section, frozen=True):
    """A row of the list of materials, with the six published columns."""

    id: str
    name_zh: str
    name_en: str
    necessity: Literal["required", "soft_required", "conditional"]
    copy_type: Literal["original", "copy"]
    media: Literal["paper", "electronic"]
    paper_copies: int
    source_zh: str
    when: Literal["", "proxy", "guardian"] = ""
    any_of: list[str] = []
    must_contain: list[list[str]] = []
    ways: list[Literal["fill_online", "download_fill_upload"]] = []
    examples_zh: list[str] = []
    quality_zh: str = ""
    hospital_level_min: int = 0
    designated_hospital: bool = False
    stamp_required: bool = False
    online_form: Literal["", "scan_or_photo"] = ""
    paper_original: Literal["not_needed", "keep_for_inspection", "mail_in"] = "not_needed"
    template_from_zh: list[str] = []
    formats: list[str] = []  # empty or 0: as in [uploads]; 0 files means no separate limit
    max_file_mib: int = 0
    max_files: int = 0


class Uploads(Section, frozen=True):
    """The accepted file formats, and the limits of size and number (MiB = 1,048,576 bytes)."""

    formats: list[str]
    converted: list[str]
    max_file_mib: int
    max_files_per_case: int
    max_files_per_message: int
    max_total_mib: int
    camera_zh: str


class Step(Section, frozen=True):
    """A stage of the case as people see it; with *query_zh* it is a row of the published table."""

    id: str
    state: str
    name_zh: str
    actor: Literal["citizen", "system", "reviewer", "expert", "approver"]
    plain_zh: str = ""  # in everyday words, for the guide
    short_zh: str = ""
    limit_zh: str = ""
    query_zh: list[str] = []
    note_zh: str = ""


class Draft(Section, frozen=True):
    """How long a draft is kept."""

    kept_days: int
    warn_days_before: list[int]


class TakeBack(Section, frozen=True):
    """取回修改: for how many minutes after submitting an application can be taken back."""

    minutes: int


class Acceptance(Section, frozen=True):
    """受理: automatic at submission, or by a reviewer within a number of working days."""

    automatic: bool
    limit_workdays: int
    limit_workdays_delegated: int
    deemed_acceptance: bool


class Clock(Section, frozen=True):
    """The office's time limits, in working days from acceptance."""

    starts: Literal["acceptance"]
    limit_workdays: int
    covers: list[str]


class Extension(Section, frozen=True):
    """延期: how the office may extend its time limit."""

    allowed: bool
    max_times: int
    workdays: int
    reason_required: bool
    told_before_due: bool


class Correction(Section, frozen=True):
    """补正: how many notices (0: any number) and how long the citizen has, in calendar days."""

    enabled: bool
    at_most: int
    days_to_answer: int
    citizen_extensions: int
    extension_days: int
    remind_days_before: list[int]
    pauses_clock: bool
    resume: Literal["continue", "restart"]
    on_overdue: Literal["lapse"]
    basis_zh: str = ""  # the rule that the notice rests on, printed on it


class Supplement(Section, frozen=True):
    """The states in which a citizen may add materials without being asked."""

    allowed_in: list[str]


class Experts(Section, frozen=True):
    """专家鉴定: how many opinions (0: no experts), and in how many working days each."""

    required: int
    on_split: Literal["third_expert"]
    opinion_workdays: int
    pause_for_experts: bool


class Publicity(Section, frozen=True):
    """公示, an optional stage, and how many working days it lasts."""

    enabled: bool
    workdays: int = 5


class Decision(Section, frozen=True):
    """The conditions for a decision."""

    reasons_required: bool
    appeal_required: bool
    diseases_per_case: int
    acceptor_may_approve: bool = False  # for offices too small to separate the two


class Appeal(Section, frozen=True):
    """The ways to object to a decision, printed on every refusal."""

    agency_zh: str
    recheck_days: int
    reconsideration_body_zh: str
    reconsideration_days: int
    court_zh: str
    litigation_months: int
    handle_workdays: int
    complaint_zh: list[str]


class Effect(Section, frozen=True):
    """The day from which a benefit is valid."""

    start: Literal["on_approval", "next_day", "next_month_first"]
    validity: Literal["per_disease"]
    rereview: Literal["per_disease"]
    validity_default_months: int
    max_diseases: int


class Renewal(Section, frozen=True):
    """续期: when it opens, when people are reminded, which papers stay valid; how long a re-review can be sent."""

    opens_days_before: int
    remind_days_before: list[int]
    grace_until_decision: bool
    keeps_materials: list[str] = []
    rereview_days: int = 30


class Delivery(Section, frozen=True):
    """How the result reaches people."""

    options: list[str]
    certificate: bool
    mail: bool
    mail_fee_zh: str
    send_workdays: int
    couriers_zh: list[str] = []  # couriers that carry the office's mail; N23 names the courier
    refused_zh: str = ""  # how letters are served to people who refuse electronic service


class Notices(Section, frozen=True):
    """Channels of messages, and the signature every SMS begins with."""

    channels: list[Literal["sms", "in_app", "official_account"]]  # what the city has published
    in_app_name_zh: str
    sign_zh: str
    connected: list[Literal["official_account"]] = []  # beside SMS and the portal: what is published and can be sent by


class Query(Section, frozen=True):
    """The city's names for the list of cases and the case number."""

    pages_zh: list[str]
    number_name_zh: str


class Contact(Section, frozen=True):
    """The contacts for questions."""

    hotline: str
    hotline_fallback: str
    hotline_name_zh: str
    customer_service_zh: str
    online_consult: bool
    consult_workdays: int
    policy_note_zh: str
    hours_zh: str


class Rating(Section, frozen=True):
    """好差评: how people rate the service."""

    enabled: bool
    invite_again_days: int
    fix_workdays: int


class Retention(Section, frozen=True):
    """How long records are kept."""

    ended_without_decision_months: int
    decided_years_after_validity: int


class Question(Section, frozen=True):
    """A row of the FAQ."""

    id: str
    topic_zh: str
    q_zh: str
    a_zh: str
    q_en: str = ""
    a_en: str = ""

    def question(self, language: str) -> str:
        """Return the question in *language*; in Chinese if it has no translation."""
        return (self.q_en if language == "en" else "") or self.q_zh

    def answer(self, language: str) -> str:
        """Return the answer in *language*; in Chinese if it has no translation."""
        return (self.a_en if language == "en" else "") or self.a_zh


class Rules(Section, frozen=True):
    """A whole ``region.toml``."""

    schema: Literal[1]
    region: Identity
    agency: Agency
    service: Service
    eligibility: Eligibility
    catalogue: Catalogue
    identity: SignIn
    proxy: Proxy
    channels: list[Channel]
    materials: list[Material]
    uploads: Uploads
    labels: dict[str, str]
    steps: list[Step]
    draft: Draft
    take_back: TakeBack
    acceptance: Acceptance
    clock: Clock
    extension: Extension
    correction: Correction
    supplement: Supplement
    experts: Experts
    publicity: Publicity
    decision: Decision
    appeal: Appeal
    effect: Effect
    renewal: Renewal
    delivery: Delivery
    notices: Notices
    query: Query
    contact: Contact
    rating: Rating
    retention: Retention
    marks: dict[str, str]
    faq: list[Question] = []
