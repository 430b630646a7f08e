"""``/staff/audit``: 审计: who did or saw what, why; the log can be searched, never changed."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.accounts.staff import by_login as member_by_login
from portal.accounts.staff import member as member_by_id
from portal.cases.life.case import case_by_id, case_by_number
from portal.cases.life.number import read_number
from portal.cases.life.words import DID
from portal.core.store import audit
from portal.core.store.audit import Entry
from portal.core.tools.i18n import Said
from portal.core.web.forms import clean
from portal.core.web.pages import page
from portal.core.web.sessions import form_of
from portal.regions.load import REGIONS
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

AUDITOR = ("auditor",)
CHECKED = 2000  # rows the page checks; the command checks all
# What a row's verb is called; the moves of a case have their own words.
ACTS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "add_passkey": "添加了通行密钥",
    "remove_passkey": "删除了通行密钥",
    "read_case": "看了办件",
    "read_document": "看了文件",
    "read_letter": "看了文书",
    "unmask": "看了完整号码",
    "read_address": "看了收件地址",
    "print_letters": "打印了要寄的文书",
    "add_staff": "添加了人员",
    "change_roles": "改了角色",
    "switch_off": "停用了账号",
    "switch_on": "重新启用了账号",
    "reset_sign_in": "让人重新设置登录",
    "set_up_sign_in": "设置了登录",
    "original_ask": "请申请人寄原件",
    "original_drop": "不用寄原件了",
    "original_send": "寄出了原件",
    "original_receive": "收到了原件",
    "original_check": "核对了原件",
    "original_send_back": "寄回了原件",
    "mail_order": "要求邮寄",
    "mail_change_address": "改了收件地址",
    "mail_cancel": "取消邮寄",
    "mail_print": "安排打印",
    "mail_post": "登记寄出",
    "mail_deliver": "登记签收",
    "mail_return": "登记退件",
    "mail_fix_address": "改了退件的地址",
    "mail_miss": "说没有收到邮件",
    "mail_send_again": "安排再寄一次",
    "break_glass": "写明原因，看了别人承办的办件",
    "claim": "认领",
    "assign": "分派",
    "take_over": "接手",
    "put_back": "放回待认领",
    "in_turn": "轮流分派",
    "write_note": "写了备注",
    "called_reached": "打了电话，打通了",
    "called_missed": "打了电话，没有打通",
    "write_message": "留言",
    "answer_message": "回复留言",
    "answer_by_phone": "用电话回复",
    "assist": "代为录入",
    "confirm_assisted": "确认代录的申请",
    "read_audit": "查了审计日志",
    "policy_draft": "起草了政策版本",
    "policy_edit": "改了政策草稿",
    "policy_propose": "提交了政策版本",
    "policy_give_back": "退回了政策版本",
    "policy_release": "发布了政策版本",
    "policy_withdraw": "撤回了政策版本",
    "read_reports": "看了效能",
    "download_document": "下载了文件",
    "read_identity": "看了身份核对",
    "identity_accepted": "身份核对通过",
    "identity_refused": "身份核对没有通过",
    "allow_correction": "允许再告知一次补正",
    "heard_before_revoking": "撤销前听取了意见",
    "report_seen": "看了举报",
    "add_phone": "绑定了手机",
    "remove_phone": "解绑了手机",
    "close_account": "注销了账号",
    "withdraw_consent": "撤回了同意",
    "export": "导出了资料",
    "delete_draft": "删除了草稿",
    "proxy_read": "代办人看了办件",
    "propose_delegation": "申请代办",
    "offer_delegation": "请别人代办",
    "delegation_offered": "请代办人同意委托",
    "delegation_held": "委托等经办机构同意",
    "delegation_proposed": "委托退回重新确认",
    "delegation_asked": "发短信请本人确认委托",
    "delegation_uploaded": "提交了委托书",
    "delegation_active": "委托生效",
    "delegation_rejected": "委托书没有通过核验",
    "delegation_refused": "没有同意委托",
    "delegation_revoked": "结束了委托",
    "delegation_expired": "委托到期",
}


class Filters(msgspec.Struct, frozen=True):
    """What is looked for: words of the address as they were typed."""

    number: str = ""
    login: str = ""
    act: str = ""
    before: str = ""


class AuditController(Controller):
    """The log."""

    path = "/staff/audit"
    opt = {"who": AUDITOR, "nav": Nav("审计日志")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show one page of the rows that fit, the latest first."""
        given = {name: clean(request.query_params.get(name, ""))[:60] for name in Filters.__struct_fields__}
        return await audit_page(request, me, Filters(**given), "")

    @post()
    async def check(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Check the last rows against each other, and say what came of it."""
        form_of(request)
        last, hash = await audit.head()
        first = max(last - CHECKED, 0)
        bad = await audit.broken(await audit.at_most(first))
        said = (
            Said("日志在第 {n} 行对不上：这一行或它前面的一行被改过、删过。请马上报告。", n=bad)
            if bad
            else Said(
                "最近 {n} 行都对得上。最后一行是第 {last} 行，校验码 {hash}。", n=CHECKED, last=last, hash=hash[:16]
            )
        )
        return await audit_page(request, me, Filters(), said, bad=bad is not None)


async def audit_page(
    request: Request[Any, Any, Any], me: Member, filters: Filters, said: str, *, bad: bool = False
) -> Response[bytes]:
    """Return the page of the log; looking at it is a row of its own."""
    thing, actor, nothing = await looked_for(filters, me)
    before = int(filters.before) if filters.before.isascii() and filters.before.isdigit() else 0
    rows = [] if nothing else await audit.entries(thing=thing, actor=actor, act=filters.act, before=before)
    await audit.note(actor=me.id, role="auditor", act="read_audit", thing=thing)
    shown = rows[: audit.PAGE]
    return page(
        request,
        "staff/records/audit/index",
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        filters=filters,
        acts={**ACTS, **DID},
        rows=[await row(one, me) for one in shown],
        further=shown[-1].id if len(rows) > audit.PAGE else 0,
        said=said,
        bad=bad,
    )


async def looked_for(filters: Filters, me: Member) -> tuple[str, str, bool]:
    """Return the thing and the actor that the words stand for, and whether one of them stands for nothing."""
    case = await case_by_number(read_number(filters.number)) if filters.number else None
    case = case if case and case.region == me.region else None
    by = await member_by_login(filters.login) if filters.login else None
    by = by if by and by.region == me.region else None
    nothing = bool((filters.number and not case) or (filters.login and not by))
    return f"case:{case.id}" if case else "", by.id if by else "", nothing


async def row(entry: Entry, me: Member) -> dict[str, Any]:
    """Return what the page shows of a row: the member's name, the case's number, no name of a citizen.

    The log is one for all cities; of another city's cases and staff only the identifiers are shown.
    """
    by = await member_by_id(entry.actor)
    case = await case_by_id(entry.thing.removeprefix("case:")) if entry.thing.startswith("case:") else None
    case = case if case and case.region == me.region else None
    return {
        "entry": entry,
        "who": (by.name if by.region == me.region else "别的城市的工作人员")
        if by
        else {"system": "系统", "": "没有登录的人"}.get(entry.actor, "申请人"),
        "did": ACTS.get(entry.act) or DID.get(entry.act, entry.act),
        "number": case.number if case else "",
        "thing": "" if case else entry.thing,
    }
