"""消息: every message leads its reader to its act, in whatever state that is by then, and tells of its SMS."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from portal.accounts.delegation import Delegation
from portal.cases.apply import acting, draft
from portal.cases.life.case import Case, move
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.time import rounds
from portal.citizen.home.home import LINK_LIFE
from portal.citizen.home.leading import leads_to
from portal.core.outside.gateways import Report
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.notices import account, send
from portal.notices.staff import tell_staff
from portal.notices.write import texts
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import (
    REVIEWER,
    citizen,
    current,
    make_benefit,
    make_case,
    make_decided,
    make_draft,
    make_person,
    make_staff,
)
from tests.helpers.post import work
from tests.helpers.seen import heading

pytestmark = pytest.mark.usefixtures("database")
ME, HE, SHE = "13800000101", "13800000103", "13800000114"
# Everything a citizen may be told of a case; what happened to it since does not matter.
CODES = sorted(set(texts()) - {"N13x", "N13r", "N23x", "N25", "N25r", "N26"})


async def link_of(code: str) -> str:
    return f"/s/{await fetch_value('SELECT link FROM notice WHERE code = $1', code)}"


async def asked(case: Case) -> Case:
    return await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])


async def withdrawn(case: Case) -> Case:
    return await move(case, "withdraw", citizen(await make_person("ms-14")))


async def unchanged(case: Case) -> Case:
    return case


async def denied(case: Case) -> Case:
    return await make_decided(case, passed=False)


LATER: list[Callable[[Case], Awaitable[Case]]] = [unchanged, asked, withdrawn, make_decided, denied]


# -- to the act ----------------------------------------------------------------------------------


async def test_a_message_leads_to_the_correction_it_asks_for_and_is_read_from_then_on(client: Client) -> None:
    case = await asked(await make_case())
    await client.sign_in(ME)
    await client.get("/meishan/notices")
    unread = client.text.count("新</span>")
    (there,) = find(client, "样要补充或改正")

    await client.get(there)

    assert client.path == f"/meishan/cases/{case.number}/corrections/1"
    await client.get("/meishan/notices")
    assert client.text.count("新</span>") == unread - 1
    assert "都看过了" in client.text


def find(client: Client, words: str) -> list[str]:
    """Return where the messages with *words* lead."""
    links = re.findall(r'href="(/meishan/notices/[\w-]+)">([^<]*)<', client.text)
    return [address for address, text in links if words in text]


async def test_the_sms_and_the_list_lead_to_the_same_page(client: Client) -> None:
    case = await make_case()
    await asked(case)
    await client.sign_in(ME)
    await client.get("/meishan/notices")
    for code, words in (("N07", "样要补充或改正"), ("N05", "的申请已受理")):
        (listed,) = find(client, words)
        await client.get(listed)
        by_list = client.path
        await client.get(await link_of(code))
        assert client.path == by_list
        await client.get("/meishan/notices")


@pytest.mark.parametrize("later", LATER)
async def test_whatever_became_of_the_case_each_message_leads_its_person_somewhere(
    later: Callable[[Case], Awaitable[Case]], client: Client
) -> None:
    await make_person("ms-14")
    case = await later(await make_case("ms-14"))
    await client.sign_in(SHE)

    for there in sorted({await leads_to(code, case.id, case.person) for code in CODES}):
        await client.get(there)
        assert client.status == 200, there


@pytest.mark.parametrize("state", ["active", "refused", "revoked", "expired", "uploaded", "rejected"])
@pytest.mark.parametrize("later", LATER)
async def test_whatever_became_of_case_and_delegation_each_message_leads_the_proxy_somewhere(
    later: Callable[[Case], Awaitable[Case]], state: str, client: Client
) -> None:
    who, known, case = await care.by_proxy()
    case = await later(case)
    await care.become(known, state)
    await client.sign_in(HE)

    for there in sorted({await leads_to(code, case.id, who.id) for code in CODES}):
        await client.get(there)
        assert client.status == 200, there


@pytest.mark.parametrize("scopes", [("apply", "view"), ("apply", "view", "collect_mail"), ("apply", "view", "correct")])
@pytest.mark.parametrize("later", LATER)
async def test_a_proxy_with_few_rights_is_led_only_where_they_may_go(
    later: Callable[[Case], Awaitable[Case]], scopes: tuple[str, ...], client: Client
) -> None:
    who, _, case = await care.by_proxy(scopes=scopes)
    case = await later(case)
    await client.sign_in(HE)

    for there in sorted({await leads_to(code, case.id, who.id) for code in CODES}):
        await client.get(there)
        assert client.status == 200, there


async def test_a_message_about_a_deleted_draft_leads_home_and_one_about_the_account_to_the_settings(
    client: Client,
) -> None:
    case = await make_draft()
    await rounds.MESSAGE_DUE.send(case, "N17", "x")
    await draft.delete(case, expired=True)
    await account.told(case.person, case.city)
    await client.sign_in(ME)
    await client.get("/meishan/notices")
    for words, page in (("草稿已删除", "/meishan/me"), ("新设备登录", "/meishan/settings")):
        (there,) = find(client, words)
        await client.get(there)
        assert client.path == page
        await client.get("/meishan/notices")


async def test_a_strangers_message_is_not_found(client: Client) -> None:
    await make_case()
    mine = await fetch_value("SELECT id FROM notice WHERE channel = 'in_app'")
    await make_person("ms-10")
    await client.sign_in("13800000110")

    await client.get(f"/meishan/notices/{mine}")

    assert client.status == 404
    assert await fetch_value("SELECT read_at FROM notice WHERE id = $1", mine) is None


async def test_a_link_older_than_a_week_leads_to_the_messages_and_not_to_nothing(client: Client) -> None:
    await make_case()
    link = await link_of("N05")
    await client.sign_in(ME)
    clock.shift(clock.ahead() + LINK_LIFE + timedelta(hours=1))

    await client.get(link)
    assert client.path == "/meishan/login"
    await client.sign_in(ME)
    await client.get(link)

    assert (client.path, client.status) == ("/meishan/notices", 200)


async def test_a_clerks_message_leads_to_its_case(client: Client) -> None:
    member = await make_staff()
    case = await make_case()
    await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1", case.id, member.id)
    case = await asked(await current(case))
    await tell_staff(case, [member.id], "N12", "x", n=1)
    await tell_staff(case, [member.id], "N23x", "x")
    await client.staff_sign_in(member.login)
    await client.get("/staff/notices")
    links = re.findall(r'href="(/staff/notices/[\w-]+)">([^<]*)<', client.text)

    (to_case,) = [address for address, text in links if "补充了" in text]
    await client.get(to_case)
    assert client.path == f"/staff/cases/{case.number}"
    assert await fetch_value("SELECT count(*) FROM notice WHERE person = $1 AND read_at IS NULL", member.id) == 1


# -- what became of the SMS ----------------------------------------------------------------------


async def test_a_message_says_whether_its_sms_was_sent_has_arrived_or_failed(client: Client) -> None:
    await make_case()
    await client.sign_in(ME)
    await client.get("/meishan/notices")
    assert "短信还没有发出" in client.text

    await work()
    await client.get("/meishan/notices")
    assert "短信已经发出：" in client.text
    provider = await fetch_value("SELECT provider_id FROM notice WHERE code = 'N05' AND channel = 'sms'")
    await send.take_report(Report(str(provider), arrived=True, reason=""))
    provider = await fetch_value("SELECT provider_id FROM notice WHERE code = 'N03' AND channel = 'sms'")
    await send.take_report(Report(str(provider), arrived=False, reason="ABSENT"))
    await client.get("/meishan/notices")

    assert "短信已经送到：" in client.text
    assert "短信没有送到" in client.text


async def test_a_message_without_an_sms_says_so(client: Client) -> None:
    await make_case()
    await execute("DELETE FROM notice WHERE channel = 'sms'")
    await client.sign_in(ME)
    await execute("DELETE FROM notice WHERE channel = 'sms'")

    await client.get("/meishan/notices")

    assert "没有另发短信" in client.text
    assert "短信已经发出" not in client.text


# -- a proxy whose right has ended ---------------------------------------------------------------


async def refused(*, reported: bool = False) -> tuple[Delegation, Case]:
    """Return a delegation to which its principal said no, and the draft under it."""
    known = await care.propose(await make_person("ms-03"), "ms-14", "online")
    case = await care.ready(known)
    await acting.send_for_consent(case, known, case.submit_token)
    await acting.refuse(await care.again(known), reported=reported)
    return await care.again(known), await current(case)


async def test_after_a_no_the_sms_the_messages_and_the_bookmark_lead_the_proxy_to_the_letter(client: Client) -> None:
    known, case = await refused()
    home = f"/meishan/delegations/{known.id}"
    await client.sign_in(HE)
    await client.get("/meishan/notices")
    (listed,) = find(client, "没有确认委托")

    for address in (await link_of("N04"), listed, f"/meishan/apply/{case.id}", f"/meishan/apply/{case.id}/person"):
        await client.get(address)
        assert (client.path, client.status) == (home, 200)
        assert "没有同意您代办" in client.text
        assert "您正在为" not in client.text
    await client.post(f"{home}/letter")
    assert (client.path, client.status) == (home, 200)
    await client.get(f"/meishan/apply/{case.id}/materials")
    assert "授权委托书" in client.text


async def test_a_proxy_the_principal_does_not_know_is_told_and_offered_nothing(client: Client) -> None:
    known, case = await refused(reported=True)
    await client.sign_in(HE)

    await client.get(f"/meishan/apply/{case.id}")

    assert client.path == f"/meishan/delegations/{known.id}"
    assert "不认识您" in client.text
    assert "改用委托书" not in client.text
    assert "再办一份委托" not in client.text


@pytest.mark.parametrize(("state", "said"), [("revoked", "已经结束"), ("expired", "到期了"), ("refused", "没有通过")])
async def test_when_a_delegation_has_ended_bookmarks_say_so_and_a_stranger_still_finds_nothing(
    state: str, said: str
) -> None:
    _, known, case = await care.by_proxy()
    held = await make_benefit("ms-01")
    over = await care.become(await care.propose(await make_person("ms-03"), "ms-01"), state)
    await care.become(known, state)
    await make_person("ms-10")
    async with Client() as proxy, Client() as stranger:
        await proxy.sign_in(HE)
        await stranger.sign_in("13800000110")
        for page in ("", "/decision", "/delivery", "/conversation"):
            address = f"/meishan/cases/{case.number}{page}"
            await proxy.get(address)
            assert (proxy.path, proxy.status) == (f"/meishan/delegations/{known.id}", 200)
            assert said in proxy.text
            assert case.number[-4:] not in proxy.text
            assert (await stranger.get(address)).status_code == 404
        await proxy.get(f"/meishan/benefits/{held.id}/renewals/new")
        assert proxy.path == f"/meishan/delegations/{over.id}"
        assert (await proxy.get(f"/meishan/cases/{case.number}/progress")).status_code == 404


# -- whom I act for ------------------------------------------------------------------------------


async def test_who_applied_for_a_parent_sees_that_case_at_home_and_never_that_there_is_none(client: Client) -> None:
    _, _, case = await care.by_proxy()
    await client.sign_in(HE)

    await client.get("/meishan/me")

    assert heading(client) == "我的办件"
    assert "我替谁办" in client.text
    assert "徐文" in client.text
    assert f'href="/meishan/cases/{case.number}"' in client.text
    assert "还没有" not in client.text


async def test_who_has_asked_to_act_and_not_begun_is_led_to_begin(client: Client) -> None:
    known = await care.propose(await make_person("ms-03"), "ms-14")
    await client.sign_in(HE)

    await client.get("/meishan/me")

    assert f'href="/meishan/delegations/{known.id}"' in client.text
    assert "开始申请" in client.text


async def test_whom_one_acts_for_no_longer_is_not_among_them(client: Client) -> None:
    _, known, _ = await care.by_proxy()
    await care.become(known, "revoked")
    await client.sign_in(HE)

    await client.get("/meishan/me")

    assert "徐文" not in client.text
    assert heading(client) == "我的办件"
