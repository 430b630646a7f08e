"""Acting for somebody: by the principal's own word, by a letter, as a guardian; and the mistakes people make."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pikepdf
import pytest

from portal.accounts.delegation import delegation, of_principal, of_proxy
from portal.accounts.person import NAMED, REGISTERED, bind, known_as, person, phone_of
from portal.cases.apply import acting, draft
from portal.cases.life.case import Case, case_by_id, case_by_number, history, move
from portal.cases.life.moves import State
from portal.cases.life.number import read_number
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.outside.sms import demo_messages
from portal.core.store.database import execute, fetch_value
from portal.core.store.jobs import run_rounds
from portal.core.tools import clock
from portal.regions.load import REGIONS
from tests.helpers import care, walk
from tests.helpers.client import Client
from tests.helpers.factories import APPROVER, REVIEWER, make_case, make_person, make_staff, send_in
from tests.helpers.post import work
from tests.helpers.seen import errors, heading

pytestmark = pytest.mark.usefixtures("database")
HE, SHE = "13800000103", "13800000114"


@pytest.fixture(autouse=True)
def noon(own_clock: None) -> None:
    """Let it be noon: at night an SMS waits."""
    local = clock.now().astimezone(clock.BEIJING)
    clock.shift(timedelta(hours=12 - local.hour))


async def number_on(client: Client) -> str:
    (number,) = re.findall(r'id="number">([\d ]+)<', client.text)
    return read_number(number)


async def test_the_principal_agrees_with_a_code_to_their_own_phone_and_the_application_is_in() -> None:
    await make_person("ms-14")
    await make_person("ms-03")
    async with Client() as proxy, Client() as principal:
        await proxy.sign_in(HE)
        home = await care.ask_for(proxy, "meishan", "ms-14", "online")
        draft = await care.fill_in(proxy, home)
        assert '您正在为 <span class="nowrap">徐*</span> 办理' in proxy.text
        await walk.sign(proxy, draft, "黄小燕")
        assert (proxy.path, "等委托人确认" in proxy.text) == (home, True)
        await work()

        link = await care.link_sent_to(SHE)
        await principal.get(link)
        assert "黄小燕" not in principal.text
        await care.prove_phone(principal, link, SHE)
        for words in ("黄小燕", "徐文", "糖尿病", "填写和提交申请", "我同意", "我不同意", "我不认识这个人"):
            assert words in principal.text
        await principal.post(link, {"action": "agree"})

        assert heading(principal) == "您已经同意，申请已经提交"
        case = await case_by_number(await number_on(principal))
        assert case
        assert case.at is State.REVIEWING
        await proxy.get(f"/meishan/cases/{case.number}")
        assert heading(proxy) == "办理进度"


async def texts_to(phone: str) -> str:
    """Return everything that was sent to a phone."""
    await work()
    return "\n".join(await demo_messages(phone))


async def test_both_are_told_when_it_is_asked_submitted_decided_and_withdrawn() -> None:
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14", "online")
    case = await care.ready(known)

    case = await acting.send_for_consent(case, known, case.submit_token)
    assert "黄*燕申请代您办理" in await texts_to(SHE)
    assert "已请徐*确认委托" in await texts_to(HE)
    case = await acting.consent(await care.again(known))
    await move(case, "withdraw", acting.acting(known))

    for phone in (HE, SHE):
        told = await texts_to(phone)
        for words in ("已收到申请", "已受理", "已撤回"):
            assert words in told
    events = await history(case)
    assert [(event.action, event.role) for event in events] == [
        ("send_for_consent", "proxy"),
        ("consent", "insured_person"),
        ("accept", "system"),
        ("withdraw", "proxy"),
    ]
    assert (events[-1].actor, events[-1].on_behalf_of) == (who.id, case.person)


@pytest.mark.parametrize(("word", "said"), [("refuse", "您没有同意"), ("stranger", "您不认识这个人")])
async def test_a_principal_who_says_no_puts_the_proxy_out_at_once(word: str, said: str) -> None:
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14", "online")
    case = await care.ready(known)
    await acting.send_for_consent(case, known, case.submit_token)
    await work()
    async with Client() as proxy, Client() as principal:
        await proxy.sign_in(HE)
        link = await care.link_sent_to(SHE)
        await care.prove_phone(principal, link, SHE)
        await principal.post(link, {"action": word})

        assert said in heading(principal)
        await proxy.get(f"/meishan/apply/{case.id}")
        assert proxy.path == f"/meishan/delegations/{known.id}"
        back = await case_by_id(case.id)
        assert back
        assert back.at is State.DRAFT
        assert "没有确认委托" in await texts_to(HE)
        assert (await care.again(known)).reported == (word == "stranger")


async def test_a_proxy_cannot_answer_in_the_principals_place() -> None:
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14", "online")
    case = await care.ready(known)
    await acting.send_for_consent(case, known, case.submit_token)
    await work()
    link = await care.link_sent_to(SHE)
    async with Client() as proxy, Client() as stranger:
        await proxy.sign_in(HE)
        await proxy.get(link)
        assert proxy.status == 404
        await proxy.get("/meishan/delegations")
        await proxy.post(link, {"action": "agree"})
        assert proxy.status == 404

        await stranger.sign_in("13800000101")
        await stranger.get(link)
        assert "黄小燕" not in stranger.text
        await stranger.post(link, {"action": "agree"})
        assert stranger.status == 403

    assert (await care.again(known)).state == "asked"


async def test_a_question_nobody_answers_goes_back_after_seven_days_and_a_letter_may_take_its_place() -> None:
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14", "online")
    case = await care.ready(known)
    await acting.send_for_consent(case, known, case.submit_token)
    await work()
    link = await care.link_sent_to(SHE)
    clock.shift(clock.ahead() + timedelta(days=7, hours=1))

    await run_rounds()

    async with Client() as proxy:
        await proxy.get(link)
        assert proxy.status == 404
        await proxy.sign_in(HE)
        await proxy.get(f"/meishan/delegations/{known.id}")
        assert "本人没有用短信确认" in proxy.text
        await proxy.post(f"/meishan/delegations/{known.id}/letter")
        await proxy.get(f"/meishan/apply/{case.id}/materials")
        assert "授权委托书" in proxy.text


async def a_case_by_letter(proxy: Client) -> Case:
    """Have 张伟 apply for his mother by letter, in the browser; return the case."""
    await make_person("xx-03")
    await proxy.sign_in("13800000003", "xinxing")
    home = await care.ask_for(proxy, "xinxing", "xx-02", "letter", same_phone="yes")
    await proxy.get(f"{home}/letter")
    for words in ("授权委托书", "李秀英", "张伟", "不得转委托", "见证人签名"):
        assert words in proxy.text
    draft = await care.fill_in(proxy, home, "13800000003")
    await proxy.get(f"{draft}/insurance")
    assert "委托确认以后，才能看对方的参保信息" in proxy.text
    assert "居民医保" not in proxy.text
    await walk.sign(proxy, draft, "李秀英")
    assert errors(proxy) == {"signature": "您是代办人，请签您自己的姓名：张伟。"}
    await walk.sign(proxy, draft, "张伟")
    case = await case_by_number(await number_on(proxy))
    assert case
    return case


class AtTheDesk(NamedTuple):
    """A letter at the desk: who sent it, the clerk who has its page open, and where that is."""

    proxy: Client
    clerk: Client
    case: Case
    page: str


@asynccontextmanager
async def letter_at_the_desk() -> AsyncIterator[AtTheDesk]:
    """Have 张伟 apply for his mother by letter, and a clerk open it."""
    await make_staff("reviewer", "xinxing")
    async with Client() as proxy, Client() as clerk:
        case = await a_case_by_letter(proxy)
        page = f"/staff/delegations/{case.delegation}"
        await clerk.staff_sign_in("xinxing-reviewer")
        await clerk.get(page)
        yield AtTheDesk(proxy, clerk, case, page)


async def test_with_a_letter_staff_verify_before_anything_is_accepted() -> None:
    await make_staff("reviewer", "xinxing")
    async with Client() as proxy, Client() as clerk:
        case = await a_case_by_letter(proxy)
        assert (case.at, case.unverified) == (State.SUBMITTED, True)
        await clerk.staff_sign_in("xinxing-reviewer")
        await clerk.get(f"/staff/cases/{case.number}")
        assert "委托还没有核验，先核验" in clerk.text
        assert f'action="/staff/cases/{case.number}/acceptance"' not in clerk.text
        await clerk.post(f"/staff/cases/{case.number}/acceptance")
        assert clerk.status == 409

        await clerk.get("/staff/delegations")
        assert "李*英" in clerk.text
        here = f"/staff/delegations/{case.delegation}"
        await clerk.get(here)
        for words in ("李秀英", "张伟", "授权委托书", "代办人身份证明", "两个人用同一个手机号"):
            assert words in clerk.text
        await clerk.post(here, {"action": "reject"})
        assert errors(clerk) == {"reason": "请选不通过的原因。"}
        await clerk.post(here, {"action": "verify"})
        await clerk.get(f"/staff/cases/{case.number}")
        await clerk.post(f"/staff/cases/{case.number}/acceptance")

        accepted = await case_by_id(case.id)
        assert accepted
        assert accepted.at is State.REVIEWING
        assert "代办人 张*" in clerk.text


async def test_a_letter_that_cannot_be_read_is_mended_by_a_correction_and_verified_again() -> None:
    async with letter_at_the_desk() as (proxy, clerk, case, here):
        await clerk.post(here, {"action": "reject", "reason": "unreadable"})
        new = f"/staff/cases/{case.number}/corrections/new"
        await clerk.get(new)
        await clerk.post(new, {"reason-authorization_letter": "unreadable"})

        notice = f"/xinxing/cases/{case.number}/corrections/1"
        await proxy.get(notice)
        assert "授权委托书" in proxy.text
        await walk.explain_all(proxy, notice, "重新拍了")

        await clerk.get(here)
        assert "等经办机构核验" in clerk.text


async def test_a_letter_that_the_principal_did_not_sign_puts_the_proxy_out() -> None:
    async with letter_at_the_desk() as (proxy, clerk, case, here):
        await clerk.post(here, {"action": "reject", "reason": "fraud"})

        await proxy.get(f"/xinxing/cases/{case.number}")
        assert proxy.path == f"/xinxing/delegations/{case.delegation}"


async def test_in_meishan_a_letter_waits_for_staff_and_is_accepted_at_once_when_verified() -> None:
    await make_staff("reviewer")
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14")
    case = await care.ready(known)
    case = await send_in(case, acting.acting(known))
    assert case.at is State.SUBMITTED

    await acting.verify(await care.again(known), REVIEWER)

    done = await case_by_id(case.id)
    assert done
    assert done.at is State.REVIEWING
    assert "代您办事的材料已核验" in await texts_to(SHE)
    assert "委托书核验有结果了" in await texts_to(HE)


async def test_nobody_verifies_a_letter_that_was_taken_back() -> None:
    async with letter_at_the_desk() as (_, clerk, case, here):
        taken = await case_by_id(case.id)
        assert taken
        known = await delegation(case.delegation)
        assert known
        await draft.take_back(taken, acting.acting(known))

        await clerk.post(here, {"action": "verify"})

        assert clerk.status == 409
        await clerk.get(here)
        assert "通过核验" not in clerk.text


async def test_a_guardian_applies_for_a_child_with_the_proof_of_relationship(client: Client) -> None:
    await make_person("xx-07")
    await client.sign_in("13800000007", "xinxing")

    home = await care.ask_for(client, "xinxing", "xx-06", "guardian")
    assert "孩子不满 14 岁，要监护人同意处理孩子的个人信息" in errors(client)["guardian_consent"]
    home = await care.ask_for(client, "xinxing", "xx-06", "guardian", guardian_consent="yes")
    draft_home = await care.fill_in(client, home, "13800000007")
    await client.get(f"{draft_home}/materials")
    assert "监护关系证明" in client.text
    assert "授权委托书" not in client.text
    await walk.sign(client, draft_home, "刘洋")

    case = await case_by_number(await number_on(client))
    assert case
    assert case.unverified
    child = await person(case.person)
    assert child
    assert (child.name, child.level) == ("刘梓涵", NAMED)


MISTAKES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "for oneself": ("ms-03", {}, "principal_number", "这是您自己的身份证号"),
    "a name with a slip": ("ms-14", {"principal_name": "徐雯"}, "principal_name", "姓名和身份证号对不上"),
    "a wrong digit": ("ms-14", {"principal_number": "511400198405050103"}, "principal_number", "身份证号不对"),
    "the same phone typed": ("ms-14", {"principal_mobile": HE}, "same_phone", "对方的手机号和您的一样"),
    "the same phone on record": ("ms-02", {}, "same_phone", "短信只会到您这里"),
    "an SMS to oneself": ("ms-02", {"route": "online"}, "route", "不能用短信确认"),
    "no scope": ("ms-14", {"scope": ["view"]}, "scope", "请至少选“填写和提交申请”"),
    "a letter of last year": ("ms-14", care.days("ends_on", 2025, 1, 1), "ends_on", "已经过期了"),
    "a letter for ever": ("ms-14", care.days("ends_on", 2031, 1, 1), "ends_on", "委托最长 12 个月"),
    "the days turned round": ("ms-14", care.days("starts_on", 2030, 1, 1), "ends_on", "不能早于开始"),
    "a child without a guardian": ("ms-06", {}, "route", "要由监护人办"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_is_said_and_what_was_typed_stays(client: Client, mistake: str) -> None:
    no, other, place, said = MISTAKES[mistake]
    await make_person("ms-03")
    await client.sign_in(HE)

    await care.ask_for(client, "meishan", no, **{"route": "letter", **other})

    assert client.status == 422
    assert said in errors(client)[place]
    assert str(care.form(no, **{"route": "letter", **other})["principal_number"]) in client.text
    assert await fetch_value("SELECT count(*) FROM delegation") == 0


async def test_a_child_cannot_act_for_others(client: Client) -> None:
    await make_person("ms-06")
    await client.sign_in("13899999999")

    await care.ask_for(client, "meishan", "ms-14", "letter")

    assert "不满 18 岁的人不能替别人办" in errors(client)["principal_name"]


async def test_a_strictly_private_disease_is_for_a_proxy_only_when_the_letter_names_it(client: Client) -> None:
    who = await make_person("ms-03")
    known = await care.become(await care.propose(who, "ms-14"), "active")
    case = await care.ready(known)
    await client.sign_in(HE)
    await client.get(f"/meishan/apply/{case.id}/disease")

    await client.post(f"/meishan/apply/{case.id}/disease", {"disease": "M02100"})

    assert "涉及隐私" in errors(client)["disease"]


async def test_the_principal_revokes_with_one_press_and_the_proxy_is_out_at_once() -> None:
    _, known, case = await care.by_proxy()
    await make_person("ms-14")
    async with Client() as proxy, Client() as principal:
        await proxy.sign_in(HE)
        await proxy.get(f"/meishan/cases/{case.number}")
        assert proxy.status == 200
        await claim(principal)
        await principal.get(f"/meishan/delegations/{known.id}")
        await principal.post(f"/meishan/delegations/{known.id}/revocation")

        assert "已经撤销" in principal.text
        await proxy.get(f"/meishan/cases/{case.number}/events")
        assert proxy.status == 404
        await proxy.get(f"/meishan/cases/{case.number}")
        assert proxy.path == f"/meishan/delegations/{known.id}"
        assert "您不能再查看或办理" in await texts_to(HE)
        await principal.get(f"/meishan/cases/{case.number}")
        assert "结束了委托" in principal.text


async def claim(principal: Client) -> None:
    """Have 徐文 register, whom a proxy had only named until then."""
    known = await known_as(care.record("ms-14").id_number)
    if known and known.level == NAMED:
        await principal.get("/meishan/login")
        await principal.post("/meishan/login", {"mobile": SHE})
        code = (await demo_messages(SHE, 1))[0].rpartition("#")[2]
        await principal.post("/meishan/login/code", {"code": code})
        one = care.record("ms-14")
        fields = {"name": one.name, "id_number": one.id_number, "card_no": one.card_no, "consent": "yes"}
        await principal.post("/meishan/register", fields)
    else:
        await principal.sign_in(SHE)


async def test_who_was_only_named_by_a_proxy_registers_later_and_sees_what_was_done_for_them(client: Client) -> None:
    _, _, case = await care.by_proxy()

    await claim(client)
    await client.get("/meishan/me")

    assert f"/meishan/cases/{case.number}" in client.text
    one = await person(case.person)
    assert one
    assert one.level == REGISTERED


async def test_nobody_takes_over_a_person_who_has_an_account() -> None:
    await make_person("ms-14")
    one = care.record("ms-14")

    bound = await bind(
        phone_id=await phone_of(HE), name=one.name, id_type=one.id_type, id_number=one.id_number,
        card_no=one.card_no, consent_version="test",
    )  # fmt: skip

    assert bound.problem == "bound_elsewhere"


async def test_a_delegation_ends_with_its_last_day_and_the_case_stays_with_the_principal(client: Client) -> None:
    _, known, case = await care.by_proxy()
    await execute("UPDATE delegation SET ends_on = $2 WHERE id = $1", known.id, clock.today() - timedelta(days=1))
    await client.sign_in(HE)

    await client.get(f"/meishan/cases/{case.number}")
    await run_rounds()

    assert client.path == f"/meishan/delegations/{known.id}"
    assert (await care.again(known)).state == "expired"
    assert [event.action for event in await history(case)][-1] == "end_delegation"


async def test_a_proxy_does_only_what_the_letter_says(client: Client) -> None:
    who = await make_person("ms-03")
    known = await care.become(await care.propose(who, "ms-14", scopes=("apply", "view")), "active")
    case = await care.ready(known)
    case = await send_in(case, acting.acting(known))
    await client.sign_in(HE)

    await client.get(f"/meishan/cases/{case.number}")
    assert "撤回申请" not in client.text
    await client.get(f"/meishan/cases/{case.number}/withdrawal")
    assert client.status == 404
    await client.get(f"/meishan/cases/{case.number}/decision")
    assert client.status == 404


async def test_a_proxy_withdraws_only_with_a_code(client: Client) -> None:
    _, _, case = await care.by_proxy()
    await client.sign_in(HE)
    here = f"/meishan/cases/{case.number}/withdrawal"
    await client.get(here)
    await client.post(here)
    await client.post(here, {"code": "000000"})
    assert "code" in errors(client)
    assert (await case_by_id(case.id)).at is State.REVIEWING  # type: ignore[union-attr]

    code = next(text for text in await demo_messages(HE) if "验证码" in text).rpartition("#")[2]
    await client.post(here, {"code": code})

    assert (await case_by_id(case.id)).at is State.WITHDRAWN  # type: ignore[union-attr]


async def test_both_are_told_of_the_decision() -> None:
    _, _, case = await care.by_proxy()
    (disease,) = await decision.diseases(case)
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, True, 24, Reasons())])

    await decision.decide(case, APPROVER)

    for phone in (HE, SHE):
        assert "认定已通过" in await texts_to(phone)


async def test_a_proxy_learns_nothing_of_what_else_the_person_applied_for(client: Client) -> None:
    await make_person("ms-14")
    own = await make_case("ms-14")
    who = await make_person("ms-03")
    case = await care.ready(await care.propose(who, "ms-14"))
    await client.sign_in(HE)

    await walk.sign(client, f"/meishan/apply/{case.id}", "黄小燕")

    assert (client.status, heading(client)) == (409, "现在还不能提交")
    assert own.number not in client.text
    assert "已经在办" not in client.text


async def test_two_people_in_one_care_never_mix(client: Client) -> None:
    who = await make_person("ms-03")
    first = await care.become(await care.propose(who, "ms-14"), "active")
    second = await care.become(await care.propose(who, "ms-08"), "active")
    await client.sign_in(HE)

    one, other = await acting.begin(first, HE), await acting.begin(second, HE)
    own = await draft.begin(who.id, REGIONS["meishan"], {})

    assert len({one.id, other.id, own.id}) == 3
    await client.get(f"/meishan/apply/{one.id}/person")
    assert "徐文" in client.text
    assert "迪丽努尔" not in client.text
    await client.get("/meishan/me")
    assert f"/meishan/apply/{own.id}" in client.text
    own_cases, _, others = client.text.partition("我替谁办")
    assert one.id not in own_cases
    assert one.id in others
    assert "您正在为" not in client.text


async def test_somebody_who_acts_for_many_waits_for_the_office(client: Client) -> None:
    who = await make_person("ms-03")
    await make_staff("reviewer")
    for no in ("ms-01", "ms-04", "ms-05", "ms-08", "ms-09"):
        await care.propose(who, no)
    await client.sign_in(HE)

    home = await care.ask_for(client, "meishan", "ms-14", "letter")
    assert "等经办机构同意后才能开始" in client.text
    await client.post(f"{home}/applications")
    assert client.status == 404
    async with Client() as clerk:
        await clerk.staff_sign_in("meishan-reviewer")
        await clerk.get(f"/staff/delegations/{home.rpartition('/')[2]}")
        assert "还替另外 5 个人办" in clerk.text
        await clerk.post(clerk.path, {"action": "release"})
    await client.get(home)
    await client.post(f"{home}/applications")
    assert heading(client) == "办理清单"


async def test_the_roster_shows_everybody_with_the_next_thing_to_do_and_finds_one(client: Client) -> None:
    who = await make_person("ms-03")
    for no in ("ms-14", "ms-08", "ms-01"):
        await care.propose(who, no)
    _, _, case = await care.by_proxy("ms-04")
    await care.become(await care.propose(who, "ms-05"), "revoked")
    await client.sign_in(HE)

    await client.get("/meishan/delegations")
    for words in ("徐文", "开始申请", "吴刚", "等经办机构处理", "已经撤销", "共 5 人"):
        assert words in client.text
    assert case.number not in client.text
    await client.post("/meishan/delegations", {"q": "徐"})
    assert "徐文" in client.text
    assert "吴刚" not in client.text
    await client.post("/meishan/delegations", {"q": "0038"})
    assert "吴刚" in client.text
    assert "徐" not in client.page.url.query.decode()


async def test_the_letter_is_a_pdf_that_everybody_can_read(client: Client) -> None:
    who = await make_person("ms-03")
    known = await care.propose(who, "ms-14")
    await client.sign_in(HE)

    await client.get(f"/meishan/delegations/{known.id}/letter.pdf")

    assert client.page.content.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(client.page.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).lower().startswith("zh")


async def test_a_citizen_sees_who_looked_at_the_papers_when_and_why(client: Client) -> None:
    _, _, case = await care.by_proxy()
    await make_staff("reviewer")
    async with Client() as proxy, Client() as clerk:
        await proxy.sign_in(HE)
        await proxy.get(f"/meishan/cases/{case.number}")
        await clerk.staff_sign_in("meishan-reviewer")
        await clerk.get(f"/staff/cases/{case.number}")
    await claim(client)

    await client.get("/meishan/access")

    assert heading(client) == "谁看过我的资料"
    assert "代办人 黄*燕</span>" not in client.text
    assert re.search("代办人 黄\\*燕 代您看了办件", client.text)
    assert re.search("经办机构 .*受理审核员.* 看了您的办件", client.text)
    assert "reviewer of meishan" not in client.text


async def test_nobody_sees_who_looked_at_the_papers_of_another(client: Client) -> None:
    await care.by_proxy()
    await client.sign_in("13800000101") if await make_person("ms-01") else None

    await client.get("/meishan/access")

    assert "还没有人看过" in client.text
    assert await of_proxy((await make_person("ms-01")).id, "meishan") == []
    assert await of_principal((await make_person("ms-01")).id, "meishan") == []
