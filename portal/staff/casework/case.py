"""``/staff/cases/{no}``: one case with its papers; files; acceptance. Every look at a file is noted."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from portal.accounts.delegation import delegation
from portal.accounts.delegation_states import STATES
from portal.accounts.person import Person, masked_phone, person
from portal.accounts.staff import Member
from portal.accounts.staff import member as member_by_id
from portal.cases.apply.eligibility import insured_of, standing
from portal.cases.apply.ready import SIGNED
from portal.cases.desk import access, calls, notes
from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, answers_of, clock_on, history, may, move
from portal.cases.life.deadlines import take_back_until
from portal.cases.life.moves import IN_HAND, NotAllowed, Role, State
from portal.cases.life.words import DID, KINDS
from portal.cases.mail import envelopes
from portal.cases.mail.delivery import may_order
from portal.cases.mail.originals import kept_on_paper
from portal.cases.mail.serving import service
from portal.cases.papers import sent
from portal.cases.papers.corrections import as_sent
from portal.cases.papers.supplement import upload_slot
from portal.cases.result import decision
from portal.cases.result.opinion import Split, split
from portal.cases.talk import conversation
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.documents.keep import Document
from portal.documents.scanning import unsafe
from portal.letters import letter as letters
from portal.questions.catalogue import journey
from portal.questions.delivery import sends_mail
from portal.questions.materials import SELF_CHECKS, names
from portal.questions.model import Step
from portal.staff.casework.viewer import picture, viewer
from portal.staff.shared.mine import CASEWORK, acting, case_named, file_named, member, roles_of
from portal.staff.shared.nav import links

# What the desk offers as buttons, where each leads, and what it is called.
ACTIONS = {
    "accept": ("acceptance", "受理"),
    "draft_decision": ("decision", "拟定认定意见"),
    "ask_correction": ("corrections/new", "一次性告知补正"),
    "invite_experts": ("appraisals", "请专家鉴定"),
    "change_panel": ("appraisals", "专家鉴定"),
    "decide": ("approval", "审批"),
    "send_back": ("approval", "审批"),
    "publish": ("approval", "审批"),
    "not_accept": ("acts/non-acceptance", "不予受理"),
    "cancel_correction": ("acts/cancellation", "取消补正要求"),
    "extend_deadline": ("acts/extension", "延长办理时间"),
    "uphold_objection": ("acts/upholding", "异议成立，重新审核"),
    "revoke_benefit": ("acts/revocation", "撤销待遇"),
}


class StaffCaseController(Controller):
    """One case of one's city."""

    path = "/staff/cases/{no:str}"
    opt = {"who": CASEWORK}
    dependencies = {"me": Provide(member), "case": Provide(case_named)}

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Member],
        case: NamedDependency[Case],
        file: FromQuery[str] = "",
        leaf: FromQuery[int] = 1,
        zoom: FromQuery[int] = 100,
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Show answers, insurance record, files, clock, and what may be done now."""
        await access.note(me, "read_case", case)
        return page(
            request,
            "staff/casework/case/show",
            **await case_view(case, me),
            links=links(request, me),
            files=await sent.documents(case),
            viewer=await viewer(case, file, leaf, zoom, turn),
            self_checks=SELF_CHECKS,
            call=await calls.waiting_for(case),
        )

    @get("/files/{doc:str}/pages/{number:int}", dependencies={"file": Provide(file_named)})
    async def picture(
        self,
        me: NamedDependency[Member],
        case: NamedDependency[Case],
        file: NamedDependency[Document],
        number: FromPath[int],
        turn: FromQuery[int] = 0,
    ) -> Response[bytes]:
        """Show one page of a file as a picture, and note who looked."""
        return await picture(me, case, file, number, turn)

    @get("/letters/{id:str}")
    async def letter(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Member],
        case: NamedDependency[Case],
        id: FromPath[str],
    ) -> Response[bytes]:
        """Show a letter as the citizen has it."""
        row = found(await letters.letter(case.id, id, desk=True))
        await access.note(me, "read_letter", case, thing=f"letter:{row.id}")
        content = row.opened()
        return page(
            request,
            "staff/casework/case/letter",
            region=case.city,
            me=me,
            links=links(request, me),
            case=case,
            letter=row,
            content=content,
            qr=letters.qr(content.verify_at),
        )

    @get("/person")
    async def unmasked(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], case: NamedDependency[Case]
    ) -> Response[bytes]:
        """Show the numbers in full, for a call or a comparison; the citizen sees who looked."""
        who = found(await person(case.person))
        await access.note(me, "unmask", case)
        phones = answers_of(case)
        return page(
            request,
            "staff/casework/case/person",
            region=case.city,
            me=me,
            links=links(request, me),
            case=case,
            who=who,
            phones=list(dict.fromkeys(phones[name] for name in ("mobile", "notify_mobile") if phones.get(name))),
        )

    @post("/acceptance", opt={"who": ("reviewer",)})
    async def accept(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], case: NamedDependency[Case]
    ) -> Response[bytes]:
        """Accept the application formally; the clock of the decision starts."""
        seen(case, form_of(request)["row_version"])
        try:
            await move(case, "accept", acting(me, Role.REVIEWER))
        except NotAllowed as error:
            raise Stale(await who_moved(case)) from error
        return see_other(f"/staff/cases/{case.number}")


def seen(case: Case, row_version: str) -> None:
    """Leave with the 409 page when the case is not the one that the clerk looked at.

    Raises:
        Stale: it has moved on.
    """
    if row_version != str(case.row_version):
        raise Stale("这件刚才有了变化，您看到的不是最新的。请打开最新的页面再办。")


async def who_moved(case: Case) -> str:
    """Return what happened last to a case and by whom, for the clerk who came second."""
    events = await history(case)
    if not events:
        return ""
    by = await member_by_id(events[-1].actor)
    did = DID.get(events[-1].action, "")
    return Said("这件已经由{name}办理：{did}。", name=by.name if by else "申请人或系统", did=did)


async def case_view(case: Case, me: Member) -> dict[str, Any]:
    """Return what every page about a case shows."""
    region, events, answers = case.city, await history(case), answers_of(case)
    who = found(await person(case.person))
    record = insured_of(case)
    roles = roles_of(me)
    known = names(region)
    actions = list(dict.fromkeys(one.action for role in roles for one in may(case, role)))
    return {
        "region": region,
        "me": me,
        "case": case,
        "events": [(event, DID.get(event.action, event.action), await _name(event.actor, who)) for event in events],
        "clock": clock_on(case, events),
        "today": clock.today(),
        "left": _left(case),
        "who": who,
        "record": record,
        "standing": standing(record, region, reachable=case.insured is not None),
        "answers": answers,
        "kind": KINDS.get(case.kind, ""),
        "phone": masked_phone(answers.get("mobile", "")),
        "rows": [(step.title, _rows(step.rows(answers, region))) for step in journey(region, answers) if _plain(step)],
        "hospital": region.hospitals.get(answers.get("hospital", "")),
        "named": {SIGNED.id: SIGNED.name, **known, **{upload_slot(slot): name for slot, name in known.items()}},
        "buttons": buttons(case, actions, roles),
        "take_back_until": take_back_until(case.submitted_at, region) if case.submitted_at else None,
        "may_take_back": "take_back" in [one.action for one in may(case, Role.INSURED_PERSON)],
        "notices": await as_sent(case),
        "letters": await letters.letters(case.id, desk=True),
        "originals": bool(kept_on_paper(region)),
        "mail": await envelopes.latest(case) if case.ended else None,
        **await _service(case),
        "decided": await decision.diseases(case),
        **await _by_proxy(case),
        "opinions": await _opinions(case),
        "unsafe": await sent.handed_in(case, await unsafe(case.id)),
        "assigned": await member_by_id(case.assigned_to) if case.assigned_to else None,
        **await _said(case),
    }


async def _said(case: Case) -> dict[str, Any]:
    """Return what colleagues noted down, and what was written to and by the citizen."""
    return {
        "notes": [(note, await member_by_id(note.member)) for note in await notes.notes(case)],
        "messages": await conversation.messages(case),
    }


def buttons(case: Case, actions: list[str], roles: list[Role]) -> list[tuple[str, str]]:
    """Return where each open action leads and what it is called, in table order, and what moves no case."""
    found_ = list(dict.fromkeys(ACTIONS[action] for action in actions if action in ACTIONS))
    used_up = not case.ended and "ask_correction" not in [one.action for one in may(case, Role.REVIEWER)]
    if Role.SUPERVISOR in roles and used_up and case.at in IN_HAND:
        found_.append(("acts/permission", "允许再告知一次补正"))
    if Role.REVIEWER in roles and case.at is State.PUBLICITY:
        found_.append(("acts/objection", "登记公示异议"))
    return found_


async def _by_proxy(case: Case) -> dict[str, Any]:
    """Return who acts for the person and how that stands, or nothing."""
    known = await delegation(case.delegation)
    if known is None:
        return {"delegation": None, "proxy": None, "delegation_state": ""}
    state = STATES[known.state_on(clock.today())]
    return {"delegation": known, "proxy": await person(known.proxy), "delegation_state": state}


async def _service(case: Case) -> dict[str, Any]:
    """Return how letters are served, and in words (with the kind of the status) how the next or the last one is."""
    held, known = await letters.letters(case.id), await service(case)
    at = held[-1].issued_at if case.ended and held else clock.now()
    return {"service": known, "served": await _served(case, electronic=known.electronic(at))}


async def _served(case: Case, *, electronic: bool) -> tuple[str, str]:
    if electronic:
        return "done", "申请人同意电子送达"
    if not sends_mail(case.city):
        return "yours", "没有同意电子送达，本地不邮寄，请按本地的办法送达"
    if may_order(case) and await envelopes.latest(case) is None:
        return "yours", "没有同意电子送达，须邮寄；没有地址，请问申请人寄到哪里"
    return "yours", "没有同意电子送达，结果文书须邮寄"


async def _opinions(case: Case) -> Split | None:
    """Return how the experts' opinions stand, where anybody was asked."""
    panel = await seats(case.id) if case.city.rules.experts.required else []
    return split(case, panel, [one.code for one in await decision.diseases(case)]) if panel else None


def _plain(step: Step) -> bool:
    return step.page == "questions"


def _rows(rows: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return label and answer; a phone is masked (unmasking is a logged act of its own)."""
    return [
        (label, masked_phone(shown.replace(" ", "")) if "mobile" in name and shown else shown)
        for name, label, shown in rows
    ]


def _left(case: Case) -> int:
    today = clock.today()
    return case.city.calendar.between(today, case.due_on) if case.due_on else 0


async def _name(actor: str, who: Person) -> str:
    if actor == who.id:
        return who.masked_name
    proxy = await person(actor)
    if proxy:
        return Said("代办人 {name}", name=proxy.masked_name)
    by = await member_by_id(actor)
    return by.name if by else "系统"
