"""《门诊慢特病病种待遇认定申请表》: filled in from the answers, or blank, to be filled in by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from portal.accounts.person import Person
from portal.accounts.register import Insured
from portal.core.tools.paper import pdf
from portal.questions.catalogue import journey
from portal.questions.rules import birth_in, sex_in
from portal.regions.load import Region

# A fixed date in the blank PDF, so that its bytes change only when the rules change.
BLANK_MADE = datetime(2026, 1, 1, tzinfo=UTC)


class Part(msgspec.Struct, frozen=True):
    """A block of the form: a heading and rows of label and answer."""

    heading: str
    rows: list[tuple[str, str]]


class Form(msgspec.Struct, frozen=True):
    """The content of the form, for the page and the PDF."""

    title: str
    parts: list[Part]
    promise: str
    signer: str


PROMISE = "本人承诺：填写的内容和提交的材料真实、完整。"
OFFICE = Part("以下由单位填写", [("医疗机构意见", ""), ("专家意见", ""), ("经办机构意见", "")])


def filled(
    region: Region,
    who: Person,
    record: Insured | None,
    answers: Mapping[str, str],
    *,
    proxy: tuple[Person, str] | None = None,
    kind: str = "",
) -> Form:
    """Return the form with a person's answers.

    Args:
        region: the city of the form.
        who: the insured person.
        record: the person's record in the register of the insured; None if not found.
        answers: the answers of the application.
        proxy: the proxy who signs, and the relation to the insured person; None without a proxy.
        kind: 续期 or 复审; empty for a first application.
    """
    parts = [Part("申请人", _of_person(who, record)), *_of_answers(region, answers)]
    if proxy is None:
        return _form(region, parts, who.name, kind)
    rows = [("姓名", proxy[0].name), ("证件号码", proxy[0].id_number), ("和申请人的关系", proxy[1])]
    return _form(region, [*parts, Part("代办人", rows)], f"{proxy[0].name}（代办）", kind)


def blank(region: Region) -> Form:
    """Return the form with labels and empty answers."""
    person = ["姓名", "证件类型、号码", "性别", "出生日期", "参保地", "险种"]
    parts = [Part("申请人", [(label, "") for label in person]), *_of_answers(region, {"delivery": "mail"}, empty=True)]
    return _form(region, parts, "")


def _form(region: Region, parts: list[Part], signer: str, kind: str = "") -> Form:
    return Form(region.rules.service.form_title_zh + (f"（{kind}）" if kind else ""), [*parts, OFFICE], PROMISE, signer)


def _of_person(who: Person, record: Insured | None) -> list[tuple[str, str]]:
    rows = [("姓名", who.name), ("证件号码", who.id_number)]
    born = birth_in(who.id_number) if who.id_type in ("resident_id", "hmt_residence") else None
    if born:
        rows += [("性别", sex_in(who.id_number)), ("出生日期", f"{born.year}年{born.month}月{born.day}日")]
    if record:
        rows += [("险种", record.insurance_words), ("参保状态", record.status_words)]
    return rows


def _of_answers(region: Region, answers: Mapping[str, str], *, empty: bool = False) -> list[Part]:
    parts = []
    for step in journey(region, answers):
        if step.page == "questions" and step.questions:
            rows = [(label, "" if empty else str(shown)) for _, label, shown in step.rows(answers, region)]
            parts.append(Part(step.title, rows))
    return parts


async def as_pdf(form: Form, made: datetime) -> bytes:
    """Return the form as PDF/A-3a with PDF/UA-1 tags.

    Raises:
        CannotPrint: the form has a character that none of our fonts contains.
    """
    return await pdf("letters/form", msgspec.to_builtins(form), made)


async def blank_pdf(region: Region) -> bytes:
    """Return the blank form as PDF, cached for each city."""
    if region.id not in _blank:
        _blank[region.id] = await as_pdf(blank(region), BLANK_MADE)
    return _blank[region.id]


_blank: dict[str, bytes] = {}
