"""The export of all data we hold about a person, as JSON for machines or as PDF for people."""

from datetime import datetime
from typing import Any

import msgspec

from portal.accounts import consents, devices
from portal.accounts.person import Person
from portal.accounts.phones import phones_of
from portal.cases.benefits.benefit import Benefit, benefits_of
from portal.cases.benefits.standing import standing_of, state_words
from portal.cases.life.case import Case, answers_of, cases_of, history
from portal.cases.mail import envelopes
from portal.cases.mail.envelopes import Delivery
from portal.cases.talk import conversation
from portal.core.store import typed
from portal.core.tools import clock
from portal.core.tools.paper import pdf
from portal.documents import keep
from portal.documents.keep import Document
from portal.letters.letter import Letter, letters
from portal.notices import inbox
from portal.questions.catalogue import journey
from portal.questions.identity import LABELS
from portal.regions.load import REGIONS

VERSION = 1


async def everything(person: Person) -> dict[str, Any]:
    """Return all data about *person* as plain values; files only by name, their contents stand with the cases."""
    return {
        "format": VERSION,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "person": {
            "name": person.name,
            "document": person.id_type,
            "number": person.id_number,
            "card_no": person.card_no,
            "real_name_level": person.level,
        },
        "phones": [number for _, number in await phones_of(person.id)],
        "consents": [_consent(consent) for consent in await consents.consents_of(person.id)],
        "sessions": [_session(session) for session in await devices.open_sessions(person.id)],
        "cases": [await _case(case) for case in await _cases(person)],
        "benefits": [_benefit(benefit) for region in REGIONS for benefit in await benefits_of(person.id, region)],
        "typed": [_typed(page, fields) for page, fields in (await typed.typed_by(person.id)).items()],
        "messages": [{"at": message.at, "text": message.text} for message in await inbox.messages(person.id, 1000)],
    }


async def _cases(person: Person) -> list[Case]:
    return [case for region in REGIONS for case in await cases_of(person.id, region)]


def _typed(page: str, fields: typed.Fields) -> dict[str, Any]:
    """Return what stands in a form that was not sent."""
    return {"page": page, "fields": [{"name": name, "text": text} for name, text in fields]}


def _consent(consent: consents.Given) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "version": consent.version,
        "given_at": consent.given_at,
        "withdrawn_at": consent.withdrawn_at,
    }


def _session(session: devices.Open) -> dict[str, Any]:
    return {"device": session.device, "since": session.made_at, "seen_at": session.seen_at}


async def _case(case: Case) -> dict[str, Any]:
    return {
        "region": case.region,
        "number": case.number,
        "state": case.state,
        "submitted_at": case.submitted_at,
        "answers": answers_of(case),
        "events": [{"at": event.at, "what": event.action} for event in await history(case)],
        "files": [_file(document) for document in await keep.documents(case.id)],
        "conversation": [_message(message) for message in await conversation.messages(case)],
        "letters": [_letter(letter) for letter in await letters(case.id)],
        "mail": [_envelope(envelope) for envelope in await envelopes.of_case(case)],
    }


def _file(document: Document) -> dict[str, Any]:
    return {"name": document.name, "kind": document.kind, "bytes": document.size}


def _message(message: conversation.Message) -> dict[str, Any]:
    return {
        "at": message.at,
        "by_office": message.by_staff,
        "text": message.text,
        "files": [document.name for document in message.files],
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {"kind": letter.kind, "title": letter.title, "issued_at": letter.issued_at}


def _envelope(envelope: Delivery) -> dict[str, Any]:
    return {
        "state": envelope.state,
        "ordered_at": envelope.made_at,
        "waybill": envelope.waybill,
        "to": envelope.where,
    }


def _benefit(benefit: Benefit) -> dict[str, Any]:
    return {
        "region": benefit.region,
        "disease": benefit.code,
        "state": benefit.state_on(clock.today()),
        "starts_on": benefit.starts_on,
        "ends_on": benefit.ends_on,
    }


async def as_json(person: Person) -> bytes:
    """Return all data about *person* as indented JSON in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(await everything(person)), indent=1)


class Part(msgspec.Struct, frozen=True):
    """A table of the PDF: its heading, and ``(label, value)`` of its rows."""

    heading: str
    rows: list[tuple[str, str]]


async def as_pdf(person: Person) -> bytes:
    """Return all data about *person* as a PDF.

    Raises:
        CannotPrint: a character that our font does not have.
    """
    given_consents = await consents.consents_of(person.id)
    messages = await inbox.messages(person.id, 1000)
    parts = [
        await _about(person),
        Part("同意过的", [(consent.purpose, _day(consent.given_at)) for consent in given_consents]),
        *[await _about_case(case) for case in await _cases(person)],
        Part("填了还没有提交的", await _not_sent(person)),
        Part("消息", [(_day(message.at), message.text) for message in messages]),
    ]
    shown = [msgspec.to_builtins(part) for part in parts if part.rows]
    return await pdf("citizen/account/settings/export", {"title": "我的个人信息", "parts": shown}, clock.now())


async def _not_sent(person: Person) -> list[tuple[str, str]]:
    pages = await typed.typed_by(person.id)
    texts = [text for fields in pages.values() for _, text in fields if not text.isascii()]
    return [("填的内容", text) for text in texts]


async def _about(person: Person) -> Part:
    numbers = [number for _, number in await phones_of(person.id)]
    rows = [
        ("姓名", person.name),
        ("证件", LABELS.get(person.id_type, "")),
        ("证件号码", person.id_number),
        ("社保卡号", person.card_no),
        ("手机", "、".join(numbers)),
    ]
    return Part("本人", rows)


async def _about_case(case: Case) -> Part:
    city = case.city
    answers = answers_of(case)
    answered = [
        (str(label), str(shown))
        for step in journey(city, answers)
        if step.page == "questions"
        for _, label, shown in step.rows(answers, city)
        if shown
    ]
    rows = [
        ("状态", state_words(case, await standing_of(case))),
        *answered,
        *[("文件", document.name) for document in await keep.documents(case.id)],
        *[("文书", letter.title) for letter in await letters(case.id)],
    ]
    return Part(f"{city.short} {case.number}", rows)


def _day(moment: datetime) -> str:
    """Return the day as ``2026-11-30``, in UTC as it is stored."""
    return str(moment)[:10]
