"""邮寄与下载: order at any time after the end, change the address until it is printed, say that it has not come."""

import re
from datetime import timedelta

import msgspec
import pytest

from portal.accounts.delegation import Delegation
from portal.cases.apply import acting
from portal.cases.desk import calls
from portal.cases.life.case import Case
from portal.cases.mail import delivery as post
from portal.cases.mail import envelopes
from portal.cases.mail.acts import Stand
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store import audit
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.letters.letter import letters
from portal.questions.delivery import ELECTRONIC
from tests.helpers import care, made
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import APPROVER, REVIEWER, make_decided, make_person, make_staff, send_in
from tests.helpers.mail import CLERK, WHERE, ended, envelope, sent_in
from tests.helpers.world import sign_in_clerk

ME, STRANGER = "13800000101", "13800000103"
OTHER = {**msgspec.to_builtins(WHERE), "recipient": "王五", "postal_address": "四川省眉山市仁寿县文林街道 9 号"}


def page_of(case: Case) -> str:
    return f"/meishan/cases/{case.number}/delivery"


async def test_a_copy_is_ordered_changed_and_cancelled_until_it_is_printed(client: Client) -> None:
    case = await ended(mail=False)
    await client.sign_in(ME)
    await client.get(f"/meishan/cases/{case.number}")
    assert f'href="{page_of(case)}"' in client.text
    await client.get(page_of(case))
    assert "随时可以要一份" in client.text

    await client.get(f"{page_of(case)}/address")
    assert 'value="张丽"' in client.text  # probably to herself
    await client.post(f"{page_of(case)}/address", {"recipient": "张3"})
    assert client.status == 422
    assert "收件人姓名里只能有汉字" in client.text
    await client.post(f"{page_of(case)}/address", msgspec.to_builtins(WHERE))
    assert client.path == page_of(case)
    assert "苏祠路" in client.text
    assert "138****0101" in client.text
    await client.get(f"{page_of(case)}/address")
    await client.post(f"{page_of(case)}/address", OTHER)
    assert "文林街道" in client.text

    await client.post(f"{page_of(case)}/cancellation")
    assert (await envelope(case)).at is Stand.CANCELLED
    await client.get(f"{page_of(case)}/address")
    await client.post(f"{page_of(case)}/address", OTHER)
    await client.get(page_of(case))
    seen = client.hidden
    await post.act(await envelope(case), "print", CLERK)
    await client.get(page_of(case))
    assert "现在不能改地址了" in client.text
    for act in ("cancellation", "missing"):
        await client.post(f"{page_of(case)}/{act}", seen)
        assert client.status == 409
    await client.get(f"{page_of(case)}/address")
    assert client.status == 409


async def test_on_its_way_one_sees_the_waybill_and_says_what_has_not_come(client: Client) -> None:
    case = await ended()
    known = await post.act(await envelope(case), "print", CLERK)
    await post.act(known, "post", CLERK, courier="邮政EMS", waybill="1234567890123")
    await client.sign_in(ME)
    await client.get(f"/meishan/cases/{case.number}")
    assert "1234567890123" in client.text
    await client.get(page_of(case))
    assert "1234567890123" in client.text

    await client.post(f"{page_of(case)}/missing")

    assert "您说没有收到，我们正在查" in client.text
    assert (await envelope(case)).missed
    assert "我没收到" not in client.text


async def test_what_came_back_asks_for_the_right_address(client: Client) -> None:
    case = await ended()
    known = await post.act(await envelope(case), "print", CLERK)
    known = await post.act(known, "post", CLERK, courier="邮政EMS", waybill="1234567890123")
    await post.act(known, "return", CLERK)
    await client.sign_in(ME)
    await client.get(f"/meishan/cases/{case.number}")
    assert "邮件被退回，请核对收件地址和电话" in client.text

    await client.get(f"{page_of(case)}/address")
    await client.post(f"{page_of(case)}/address", OTHER)

    assert "地址已改，等再次寄出" in client.text
    assert (await envelope(case)).where.recipient == "王五"


async def test_two_tabs_do_not_write_over_each_other(client: Client) -> None:
    case = await ended()
    await client.sign_in(ME)
    await client.get(f"{page_of(case)}/address")
    old = client.hidden
    await client.post(f"{page_of(case)}/address", OTHER)

    await client.post(f"{page_of(case)}/address", {**old, **msgspec.to_builtins(WHERE)})

    assert client.status == 409
    assert (await envelope(case)).where.recipient == "王五"


async def test_where_nothing_is_mailed_or_decided_and_to_others_there_is_no_such_page(client: Client) -> None:
    case, refused = await ended(), await made.refused_at_the_door()
    await make_person("ms-03")
    await client.sign_in(STRANGER)
    await client.get(page_of(case))
    assert client.status == 404
    await client.sign_in("13800000001", "xinxing")
    await client.get(f"/xinxing/cases/{refused.number}/delivery")
    assert client.status == 404
    await client.get(f"/xinxing/cases/{refused.number}")
    assert "邮寄" not in client.text


async def under_a_delegation() -> tuple[Case, Delegation]:
    """Return a decided case of 徐文 and the delegation of 黄小燕."""
    principal, proxy = await make_person("ms-14"), await make_person("ms-03")
    known = await care.become(await care.propose(proxy, "ms-14"), "active")
    case = await care.ready(known, {"disease": "M03900"})
    case = await send_in(case, acting.acting(known))
    (disease,) = await decision.diseases(case)
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, True, 24, Reasons())])
    assert case.person == principal.id
    return await decision.decide(case, APPROVER), known


@pytest.mark.parametrize(("scope", "status"), [("view", 404), ("view receive", 200), ("view collect_mail", 200)])
async def test_a_proxy_orders_only_with_the_scope_for_it(client: Client, scope: str, status: int) -> None:
    case, known = await under_a_delegation()
    await execute("UPDATE delegation SET scope = $2 WHERE id = $1", known.id, scope)
    await client.sign_in("13800000103")
    home = page_of(case)

    await client.get(home)

    assert client.status == status
    if status == 200:
        assert ("下载电子的" in client.text) == ("receive" in scope)
        await client.get(f"{home}/address")
        await client.post(f"{home}/address", OTHER)
        assert client.path == home
    assert (await envelopes.latest(case) is not None) == (status == 200)


async def test_the_first_opening_of_a_letter_is_kept_and_the_desk_sees_it(client: Client) -> None:
    case = await ended()
    row = next(one for one in await letters(case.id) if one.kind == "L09")
    certificate = next(one for one in await letters(case.id) if one.kind == "L10")
    await client.sign_in(ME)

    await client.get(f"/meishan/cases/{case.number}/letters/{row.id}")
    await client.get(f"/meishan/cases/{case.number}/decision")

    sql = "SELECT opened_at FROM letter WHERE id = $1"
    first = await fetch_value(sql, row.id)
    assert first
    assert await fetch_value(sql, certificate.id)
    assert await fetch_value("SELECT opened_at FROM letter WHERE case_id = $1 AND kind = 'L02'", case.id) is None
    clock.shift(timedelta(hours=1))
    await client.get(f"/meishan/cases/{case.number}/letters/{row.id}.pdf")
    assert await fetch_value(sql, row.id) == first
    clock.shift(timedelta())
    await make_staff("supervisor")
    await client.staff_sign_in("meishan-supervisor")
    await client.get(f"/staff/cases/{case.number}")
    assert client.text.count("申请人打开") == 2
    assert "已送到网上账号，申请人还没有打开" in client.text
    assert "邮寄：等打印" in client.text


async def test_a_proxy_who_may_only_follow_does_not_open_a_letter_for_its_person(client: Client) -> None:
    case, known = await under_a_delegation()
    row = next(one for one in await letters(case.id) if one.kind == "L02")
    await client.sign_in("13800000103")
    await execute("UPDATE delegation SET scope = 'view' WHERE id = $1", known.id)
    await client.get(f"/meishan/cases/{case.number}/letters/{row.id}")
    assert client.status == 200
    assert await fetch_value("SELECT opened_at FROM letter WHERE id = $1", row.id) is None


# -- nobody knows where to send it ---------------------------------------------------------------


async def unserved() -> Case:
    """Return a refused case of somebody who did not agree to electronic service and gave no address."""
    return await make_decided(await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": ""}), passed=False)


async def test_who_gave_no_address_is_asked_for_it_where_the_result_is_and_the_letter_is_sent(client: Client) -> None:
    case = await unserved()
    await client.sign_in("13800000101")
    await client.get(f"/meishan/cases/{case.number}")
    assert "还缺收件地址" in client.text
    await client.get(await link_of("N44"))
    assert client.path == f"/meishan/cases/{case.number}/delivery"
    assert "您没有同意网上收结果" in client.text
    assert "不用等邮寄" not in client.text

    await client.post(f"{client.path}/address", {**msgspec.to_builtins(WHERE), "postal_address": "苏祠路"})
    assert client.status == 422
    await client.post(client.path, msgspec.to_builtins(WHERE))

    assert client.path == f"/meishan/cases/{case.number}/delivery"
    assert (await envelope(case)).where == WHERE
    assert await calls.waiting("meishan") == []
    assert "还缺收件地址" not in client.text


async def link_of(code: str) -> str:
    """Return the short link in the SMS *code*."""
    return f"/s/{await fetch_value('SELECT link FROM notice WHERE code = $1', code)}"


async def test_the_desk_calls_who_gave_no_address_and_writes_it_down(client: Client) -> None:
    case = await unserved()
    await sign_in_clerk(client)
    await client.get("/staff/")
    assert "待打电话" in client.text
    await client.get("/staff/calls")
    assert "结果没有地址可寄" in client.text
    address = f"/staff/cases/{case.number}/call"
    await client.get(address)
    assert "请打电话问收件地址" in client.text

    await client.post(f"{address}/address", {"recipient": "张丽", "recipient_mobile": "1"})
    assert client.status == 422
    assert 'value="张丽"' in client.text
    await client.post(address, {"outcome": calls.MISSED})
    assert case.number in client.text.replace(" ", "")
    await client.get(address)
    await client.post(f"{address}/address", msgspec.to_builtins(WHERE))

    assert (client.path, "现在没有要打的电话。" in client.text) == ("/staff/calls", True)
    assert (await envelope(case)).where == WHERE
    await client.post(f"{address}/address", msgspec.to_builtins(WHERE))
    assert client.status == 409


async def test_a_letter_that_was_handed_over_is_served_and_stands_in_the_log(client: Client) -> None:
    case = await unserved()
    await sign_in_clerk(client)
    address = f"/staff/cases/{case.number}/call"
    await client.get(address)
    assert calls.REACHED not in re.findall(r'name="outcome"[^>]*value="(\w+)"', client.text)

    await client.post(address, {"outcome": calls.REACHED})
    assert client.status == 422
    await client.post(address, {"outcome": calls.HANDED})

    assert await calls.waiting("meishan") == []
    assert "called_handed" in [row.act for row in await audit.done_to(f"case:{case.id}")]


async def test_who_has_no_phone_either_is_a_task_that_says_so(client: Client) -> None:
    answers = {**ANSWERS, ELECTRONIC.name: "", "address": "", "mobile": "", "notify_mobile": ""}
    case = await make_decided(await sent_in(answers), passed=False)
    await sign_in_clerk(client)

    await client.get(f"/staff/cases/{case.number}/call")

    assert "没有电话。请看材料里的医院" in client.text


async def test_only_who_agreed_is_told_that_the_electronic_letter_is_as_good(client: Client) -> None:
    agreed = await ended(mail=False)
    await client.sign_in("13800000101")

    await client.get(f"/meishan/cases/{agreed.number}/delivery")

    assert "电子的和纸质的一样有效，不用等邮寄" in client.text
