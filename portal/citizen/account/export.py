"""Everything we hold about a person, for them to take away: as JSON for machines, as PDF for people."""

from typing import Any

import msgspec

from portal.accounts import consents, devices
from portal.accounts.person import Person
from portal.accounts.phones import phones_of
from portal.cases.benefits.benefit import Benefit, benefits_of
from portal.cases.life.case import Case, answers_of, cases_of, history
from portal.cases.mail import envelopes
from portal.cases.talk import conversation
from portal.core.tools import clock
from portal.core.tools.paper import pdf
from portal.documents import keep
from portal.letters.letter import letters
from portal.notices import inbox
from portal.questions.catalogue import journey
from portal.questions.identity import LABELS
from portal.regions.load import REGIONS

VERSION = 1


async def everything(who: Person) -> dict[str, Any]:
    """Return what we hold, as plain values; files are named, their contents are in the cases."""
    return {
        "format": VERSION,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "person": {
            "name": who.name,
            "document": who.id_type,
            "number": who.id_number,
            "card_no": who.card_no,
            "real_name_level": who.level,
        },
        "phones": [number for _, number in await phones_of(who.id)],
        "consents": [
            {"purpose": one.purpose, "version": one.version, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
            for one in await consents.consents_of(who.id)
        ],
        "sessions": [
            {"device": one.device, "since": one.made_at, "seen_at": one.seen_at}
            for one in await devices.open_sessions(who.id)
        ],
        "cases": [await _case(one) for region in REGIONS for one in await cases_of(who.id, region)],
        "benefits": [_benefit(one) for region in REGIONS for one in await benefits_of(who.id, region)],
        "messages": [{"at": one.at, "text": one.text} for one in await inbox.messages(who.id, 1000)],
    }


async def _case(case: Case) -> dict[str, Any]:
    return {
        "region": case.region,
        "number": case.number,
        "state": case.state,
        "submitted_at": case.submitted_at,
        "answers": answers_of(case),
        "events": [{"at": one.at, "what": one.action} for one in await history(case)],
        "files": [{"name": one.name, "kind": one.kind, "bytes": one.size} for one in await keep.documents(case.id)],
        "conversation": [
            {"at": one.at, "by_office": one.by_staff, "text": one.text, "files": [file.name for file in one.files]}
            for one in await conversation.messages(case)
        ],
        "letters": [
            {"kind": one.kind, "title": one.title, "issued_at": one.issued_at} for one in await letters(case.id)
        ],
        "mail": [
            {"state": one.state, "ordered_at": one.made_at, "waybill": one.waybill, "to": one.where}
            for one in await envelopes.of_case(case)
        ],
    }


def _benefit(one: Benefit) -> dict[str, Any]:
    return {
        "region": one.region,
        "disease": one.code,
        "state": one.state_on(clock.today()),
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
    }


async def as_json(who: Person) -> bytes:
    """Return everything as JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(await everything(who)), indent=1)


async def as_pdf(who: Person) -> bytes:
    """Return everything as a PDF to read.

    Raises:
        CannotPrint: a character that our font does not have.
    """
    held = await everything(who)
    parts = [
        {
            "heading": "本人",
            "rows": [
                ("姓名", who.name),
                ("证件", LABELS.get(who.id_type, "")),
                ("证件号码", who.id_number),
                ("社保卡号", who.card_no),
                ("手机", "、".join(held["phones"])),
            ],
        },
        {"heading": "同意过的", "rows": [(one["purpose"], str(one["given_at"])[:10]) for one in held["consents"]]},
        *[part for region in REGIONS for one in await cases_of(who.id, region) for part in await _case_part(one)],
        {"heading": "消息", "rows": [(str(one["at"])[:10], one["text"]) for one in held["messages"]]},
    ]
    plain = [
        {"heading": part["heading"], "rows": [(str(label), str(shown)) for label, shown in part["rows"]]}
        for part in parts
        if part["rows"]
    ]
    return await pdf("citizen/account/settings/export", {"title": "我的个人信息", "parts": plain}, clock.now())


async def _case_part(case: Case) -> list[dict[str, Any]]:
    region, answers = case.city, answers_of(case)
    rows = [
        (label, shown)
        for step in journey(region, answers)
        if step.page == "questions"
        for _, label, shown in step.rows(answers, region)
        if shown
    ]
    rows += [("文件", one.name) for one in await keep.documents(case.id)]
    rows += [("文书", one.title) for one in await letters(case.id)]
    return [{"heading": f"{region.short} {case.number}", "rows": [("状态", region.label(case.state)), *rows]}]
