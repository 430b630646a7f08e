"""Issue the letters of a move, in its transaction. A letter never changes once it is issued.

Its content is composed here from the case, the region and ``texts.toml``, stored encrypted with its
digest, and shown identically as a page and as a PDF.
"""

import tomllib
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Formatter
from typing import Any, Literal

import msgspec

from portal.accounts.person import Person, person
from portal.accounts.staff import member
from portal.cases.experts.seats import given, seats
from portal.cases.life.case import Case, Event, clock_on, history, last_days_of
from portal.cases.life.deadlines import DEEMS, promised, take_back_until
from portal.cases.life.moves import SUBMITS, Move
from portal.cases.life.words import KINDS
from portal.cases.papers import corrections, sent
from portal.cases.papers.complete import open_points
from portal.cases.papers.defects import Defect, example_of
from portal.cases.result import decision
from portal.cases.result.opinion import FINDINGS, VERDICTS, opinion_of
from portal.core.store.crypto import seal_bytes, token
from portal.core.store.database import execute, fetch_value, insert
from portal.core.tools import clock
from portal.core.tools.i18n import long_day
from portal.core.tools.settings import SETTINGS
from portal.core.web.pages import hour
from portal.documents import keep
from portal.letters.kinds import CERTIFICATE, NOT_ISSUED
from portal.letters.objecting import ways_to_object
from portal.letters.tables import Letter as LetterTable
from portal.letters.verify import new_code
from portal.questions.materials import names as slot_names
from portal.regions.catalogue import BadFile
from portal.regions.load import Region

TEXTS = Path(__file__).parent / "texts.toml"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of one kind of letter."""

    title: str
    rows: list[str]
    body: list[str]
    lists: list[Literal["defects", "reasons", "appeal", "opinions"]] = []


class Items(msgspec.Struct, frozen=True):
    """A numbered list in a letter, with its heading."""

    heading: str
    items: list[str]


class Content(msgspec.Struct, frozen=True):
    """The content of a letter, for the page and the PDF."""

    kind: str
    title: str
    number: str
    rows: list[tuple[str, str]]
    body: list[str]
    lists: list[Items]
    agency: str
    issued_on: str
    code: str
    verify_at: str
    sample: bool

    @property
    def shows_number(self) -> bool:
        """Whether the number stands above the text; a certificate has it among its rows."""
        return self.kind != CERTIFICATE


@cache
def texts() -> dict[str, Text]:
    """Return all kinds of letters by their L number."""
    return msgspec.convert(tomllib.loads(TEXTS.read_text()), dict[str, Text])


def fits(region: Region) -> None:
    """Check that a city's own paragraphs belong to a letter that exists and use only the variables of that letter.

    Raises:
        BadFile: names the file, the letter and the fault.
    """
    for kind, own in region.letters.items():
        if kind not in texts():
            raise BadFile(f"{region.at}letters.toml: there is no letter {kind}")
        try:
            used = {name for part in own.body for _, name, _, _ in Formatter().parse(part) if name is not None}
        except ValueError as error:
            raise BadFile(f"{region.at}letters.toml: {kind}: {error}") from error
        known = {name for part in texts()[kind].body for _, name, _, _ in Formatter().parse(part) if name}
        strange = used - known - {"applicant", "number_name"}
        if strange:
            raise BadFile(f"{region.at}letters.toml: {kind}: {sorted(strange)} is not among what this letter knows")


async def issue(case: Case, event: Event, move: Move) -> None:
    """Issue the letters that *move* names; if the application is taken back, make its earlier letters void."""
    if move.action == "take_back":
        await execute("UPDATE letter SET void_at = $2 WHERE case_id = $1 AND void_at IS NULL", case.id, event.at)
    for kind in move.letters.split():
        if kind not in NOT_ISSUED:
            await _issue(case, event, kind)


async def _issue(case: Case, event: Event, kind: str) -> None:
    who = await person(case.person)
    assert who
    count = int(await fetch_value("SELECT count(*) FROM letter WHERE case_id = $1", case.id))
    number = f"{case.number}-{count + 1:02}"
    code = new_code()
    content = msgspec.json.encode(await _content(case, event, kind, who, number, code))
    id = token()
    await insert(
        LetterTable,
        id=id,
        case_id=case.id,
        event_id=event.id,
        person=case.person,
        kind=kind,
        number=number,
        code=code,
        content=seal_bytes(content, f"letter.content:{id}"),
        digest=sha256(content).digest(),
        issued_at=event.at,
    )


async def _content(case: Case, event: Event, kind: str, who: Person, number: str, code: str) -> Content:
    text = texts()[kind]
    own = case.city.letters.get(kind)
    words = await _words(case, event, who, code)
    return Content(
        kind=kind,
        title=text.title,
        number=number,
        rows=[(ROWS[name], words[name]) for name in text.rows if words[name]],
        body=[paragraph.format(**words) for paragraph in (own.body if own else text.body)],
        lists=[await _items(name, case) for name in text.lists],
        agency=case.city.rules.agency.name_zh,
        issued_on=long_day(clock.day_of(event.at)),
        code=code,
        verify_at=f"{SETTINGS.public_origin}/v/{code}",
        sample=case.city.sample(),
    )


LAST_ROWS = {"acceptance": "accept_by", "decision": "due"}
ROWS = {
    "number": "编号",
    "applicant": "申请人",
    "name": "姓名",
    "id_number": "证件号码",
    "matter": "事项",
    "received": "收到时间",
    "accepted": "受理时间",
    "asked": "告知时间",
    "answer_by": "补正期限",
    "materials": "材料",
    "accept_by": "最晚受理",
    "accept_about": "预计受理",
    "due": "最晚办完",
    "due_about": "预计办完",
    "decided": "决定日期",
    "disease": "认定病种",
    "tier": "待遇类别",
    "starts": "待遇开始",
    "period": "有效期",
    "rereview": "复审",
    "evidence": "查看的材料",
    "basis": "依据",
    "correction_basis": "依据",
    "code": "核验码",
}


async def _words(case: Case, event: Event, who: Person, code: str) -> dict[str, str]:
    region = case.city
    rules = case.city.rules
    files = await sent.documents(case)
    notice = await corrections.open_correction(case)
    day = long_day(clock.day_of(event.at))
    moment = f"{day} {hour(event.at)}"
    found: dict[str, str] = {
        "number": f"{case.number[:4]} {case.number[4:8]} {case.number[8:]}",
        "number_name": rules.query.number_name_zh,
        "applicant": who.masked_name,
        "name": who.name,
        "id_number": who.masked_number,
        "matter": rules.service.name_zh + (f"（{KINDS[case.kind]}）" if case.kind in KINDS else ""),
        "received": moment,
        "asked": moment,
        "decided": day,
        "answer_by": long_day(notice.answer_by) if notice else "",
        "materials": f"{len(files)} 份，共 {sum(file.pages for file in files)} 页",
        "basis": f"{rules.eligibility.catalogue_basis_zh}（目录版本 {case.catalogue_version}）",
        "correction_basis": rules.correction.basis_zh,
        "code": code,
        "note": event.note,
        "take_back": _hour_of(case.submitted_at, case),
    }
    found |= _last_days(case, event)
    found["accepted"], found["acceptance"] = await _acceptance(case, event, moment, files)
    decided = await decision.diseases(case)
    found["evidence"] = "、".join(_names(case, _proving(files, decided)))
    disease = next(iter(decided), None)
    found |= _of_disease(disease, region) if disease else {}
    return found


def _hour_of(submitted: datetime | None, case: Case) -> str:
    return hour(take_back_until(submitted, case.city)) if submitted else ""


def _last_days(case: Case, event: Event) -> dict[str, str]:
    """Return the office's last days by the clock that ends on each, and the sentence about the result.

    A row says 预计 instead of 最晚 if the calendar of that year is not published.
    """
    found = dict.fromkeys(("accept_by", "accept_about", "due", "due_about", "due_sentence"), "")
    days = last_days_of(case)
    if event.action in SUBMITS:  # a city that accepts at once has not done so yet
        days = promised(clock.day_of(event.at), case.city, unverified=case.unverified)
    for last in days:
        day = long_day(last.day)
        stem = "accept" if last.of == "acceptance" else "due"
        found[f"{stem}_about" if last.provisional else LAST_ROWS[last.of]] = day
        if last.of == "decision":
            found["due_sentence"] = f"最晚 {day} 告诉您结果。"
            if last.provisional:
                found["due_sentence"] = f"预计 {day} 告诉您结果，以公布的放假安排为准。"
    return found


async def _acceptance(case: Case, event: Event, moment: str, files: list[keep.Document]) -> tuple[str, str]:
    """Return since when the case counts as accepted, and the sentence that says so and what is still open."""
    ticking = clock_on(case, await history(case))
    if ticking.deemed and ticking.accepted_on and event.action == DEEMS:
        day = long_day(ticking.accepted_on)
        return f"视为受理，从 {day} 起算", f"到期没有作出是否受理的决定，依照规定视为受理，办理时间从 {day} 起算。"
    lacking = open_points(case, files)
    if lacking:
        return moment, f"我们已经受理。{'；'.join(lacking)}。审核时需要的，我们会一次告知。"
    return moment, "材料形式齐全，我们已经受理。"


def _names(case: Case, files: list[keep.Document]) -> list[str]:
    named = slot_names(case.city)
    return list(dict.fromkeys(named.get(file.slot, "补正材料") for file in files))


def _proving(files: list[keep.Document], decided: list[decision.Decided]) -> list[keep.Document]:
    """Return those of *files* by which criteria were found met or not; all, if nothing was marked."""
    marked = {proof.file for disease in decided for proof in disease.proofs.values() if proof.file}
    return [file for file in files if file.id in marked] or files


def _of_disease(disease: decision.Decided, region: Any) -> dict[str, str]:
    known = region.diseases[disease.code]
    rereview = f"每 {known.rereview_months} 个月复审一次" if known.rereview_months else ""
    return {
        "disease": f"{known.name_zh}（{known.code}）",
        "tier": f"{known.tier} 类",
        "starts": long_day(disease.starts_on) if disease.starts_on else "",
        "period": _period(disease.starts_on, disease.ends_on),
        "rereview": rereview,
    }


def _period(start: date | None, end: date | None) -> str:
    if start is None:
        return ""
    return f"至 {long_day(end)}" if end else "长期有效"


async def _items(name: str, case: Case) -> Items:
    if name == "defects":
        notice = await corrections.open_correction(case)
        found = await corrections.defects(notice, ()) if notice else []
        return Items("需要补正", [_of_defect(defect, case.city) for defect in found])
    if name == "reasons":
        failed = [disease for disease in await decision.diseases(case) if not disease.passed]
        return Items("理由", [str(said) for disease in failed for said in disease.reasons.sentences()])
    if name == "opinions":
        return Items("意见", await _opinions(case))
    return Items("不同意怎么办", ways_to_object(case.city))


def _of_defect(defect: Defect, region: Region) -> str:
    """Return what is asked for, why, and how it would be right."""
    right = example_of(defect, region)
    how = "" if not right else f"例如：{right}" if defect.question else f"应当：{right}"
    parts = [f"{defect.name(region)}：{defect.said}", how]
    return "。".join(str(part).rstrip("。") for part in parts if part) + "。"


async def _opinions(case: Case) -> list[str]:
    """Return each expert's opinion in one sentence, for each disease and criterion."""
    said = []
    for place in given(await seats(case.id)):
        expert = await member(place.expert)
        for code, one in opinion_of(place).items():
            texts = case.city.criteria[code].numbered()
            found = "；".join(f"{text}：{FINDINGS[one.findings[number]]}" for number, text in texts)
            name = expert.name if expert else "已停用的专家"
            said.append(f"{name}，{VERDICTS[one.verdict]}。{found}。{one.words}")
    return said
