"""委托别人替我办: a principal begins it with a code to their own phone, the proxy accepts, and nobody acts before."""

import re
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation
from portal.cases.apply import acting
from portal.core.outside.sms import demo_messages
from portal.core.store import audit
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.notices import inbox
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import make_person, make_staff
from tests.helpers.seen import errors, heading

pytestmark = pytest.mark.usefixtures("database")
ME, PROXY = "13800000101", "13800000103"  # 张丽 asks, 黄小燕 acts
MINE, THEIRS = "ms-01", "ms-03"
ASKED = "有人请您帮忙办门诊待遇"


def form(no: str = THEIRS, **other: object) -> dict[str, object]:
    """Return what 张丽 writes about the person who is to act for her."""
    one, today = care.record(no), clock.today()
    return {
        "proxy_name": one.name,
        "proxy_number": one.id_number,
        "proxy_relation": "子女",
        "offered_private": "none",
        "scope": list(care.SCOPES),
        **care.days("until", today.year + (today.month > 6), (today.month + 5) % 12 + 1, 1),
        **other,
    }


async def write(client: Client, no: str = THEIRS, **other: object) -> str:
    """Sign in as 张丽, write down whom she asks; return where that lives."""
    await make_person(MINE)
    await client.sign_in(ME)
    await client.get("/meishan/delegations/offer")
    await client.post("/meishan/delegations/offer", form(no, **other))
    return client.path


async def confirm(client: Client, home: str) -> None:
    """Have a code sent and type it."""
    await client.get(home)
    await client.post(f"{home}/code")
    code = (await demo_messages(ME, 1))[0].rpartition("#")[2]
    await client.post(f"{home}/phone", {"code": code})


async def at(home: str) -> Delegation:
    """Return the delegation that lives at *home*."""
    found = await delegations.delegation(home.rpartition("/")[2])
    assert found
    return found


async def told(who: str) -> list[str]:
    """Return what stands in somebody's messages."""
    return [one.text for one in await inbox.messages(who)]


async def offered(client: Client) -> str:
    """Have 张丽 ask 黄小燕, who has an account; return where that lives."""
    await make_person(THEIRS)
    home = await write(client)
    await confirm(client, home)
    return home


async def test_who_is_asked_accepts_and_then_fills_in_for_the_principal() -> None:
    async with Client() as me, Client() as proxy:
        await make_person(THEIRS)
        home = await write(me)
        assert "现在还没有告诉对方" in me.text
        await confirm(me, home)
        assert (me.path, "等代办人同意" in me.text) == (home, True)

        await proxy.sign_in(PROXY)
        await proxy.get("/meishan/me")
        assert ASKED in proxy.text
        await proxy.get("/meishan/delegations")
        assert "愿意还是不愿意" in proxy.text
        await proxy.get(home)
        assert "张丽 请您帮忙办门诊待遇" in proxy.text
        await proxy.post(f"{home}/acceptance", {"action": "agree"})
        assert "开始填写" in proxy.text

        await proxy.post(f"{home}/applications")
        assert heading(proxy) == "办理清单"
        assert '您正在为 <span class="nowrap">张*</span> 办理' in proxy.text
    known = await at(home)
    assert known.state == "active"
    assert any("已同意代您办理" in text for text in await told(known.principal))
    assert any("您已同意代张*办理" in text for text in await told(known.proxy))


async def test_nobody_is_told_and_nothing_is_seen_before_the_principals_code() -> None:
    async with Client() as me, Client() as proxy:
        await make_person(THEIRS)
        home = await write(me)
        await proxy.sign_in(PROXY)

        await proxy.get("/meishan/me")
        assert ASKED not in proxy.text
        await proxy.get("/meishan/delegations")
        assert "张丽" not in proxy.text
        for address in (home, f"{home}/code"):
            await proxy.get(address)
            assert proxy.status == 404
    known = await at(home)
    assert (known.state, known.told) == ("asked", False)
    assert await told(known.proxy) == []


async def test_a_wrong_code_confirms_nothing_and_the_right_one_does(client: Client) -> None:
    await make_person(THEIRS)
    home = await write(client)
    await client.post(f"{home}/code")

    await client.post(f"{home}/phone", {"code": "000"})

    assert "验证码不对" in errors(client)["code"]
    assert (await at(home)).state == "asked"
    await client.post(f"{home}/phone", {"code": (await demo_messages(ME, 1))[0].rpartition("#")[2]})
    assert (await at(home)).state == "offered"


async def test_before_the_proxy_accepts_they_may_do_nothing() -> None:
    async with Client() as me, Client() as proxy:
        home = await offered(me)
        await proxy.sign_in(PROXY)
        await proxy.get(home)

        await proxy.post(f"{home}/applications")

        assert proxy.status == 404
    known = await at(home)
    assert not any(known.allows(act, clock.today()) for act in delegations.SCOPES)


async def test_a_proxy_who_does_not_want_to_says_so_and_the_principal_hears_it() -> None:
    async with Client() as me, Client() as proxy:
        home = await offered(me)
        await proxy.sign_in(PROXY)
        await proxy.get(home)

        await proxy.post(f"{home}/acceptance", {"action": "decline"})

        assert "没有同意" in proxy.text
        await proxy.get("/meishan/apply/new")
        await proxy.post(f"{home}/acceptance", {"action": "agree"})
        assert "没有同意" in proxy.text  # said is said
    known = await at(home)
    assert known.state == "refused"
    assert any("没有接受您的委托" in text for text in await told(known.principal))


async def test_the_principal_cannot_accept_in_the_proxys_place(client: Client) -> None:
    home = await offered(client)
    await client.get(home)

    await client.post(f"{home}/acceptance", {"action": "agree"})

    assert client.path == home
    assert (await at(home)).state == "offered"


@pytest.mark.parametrize("confirmed", [True, False])
async def test_the_principal_takes_it_back_with_one_press(client: Client, confirmed: bool) -> None:
    await make_person(THEIRS)
    home = await write(client)
    if confirmed:
        await confirm(client, home)
    await client.get(home)

    await client.post(f"{home}/revocation")

    assert "已经撤销" in client.text
    known = await at(home)
    assert known.state == "revoked"
    assert any("委托已结束" in text for text in await told(known.proxy)) == confirmed  # who never knew hears nothing


async def test_who_does_not_answer_in_time_is_asked_no_more(client: Client) -> None:
    home = await offered(client)
    clock.shift(timedelta(days=8))

    await acting.run_out()

    known = await at(home)
    assert known.state == "expired"
    assert any("没有接受您的委托" in text for text in await told(known.principal))


async def test_the_answers_are_the_same_whether_the_proxy_has_an_account_or_not() -> None:
    pages = []
    for account in (True, False):
        async with Client() as me:
            if account:
                await make_person("ms-14")
            home = await write(me, "ms-14" if account else "ms-13")
            first = me.text
            await confirm(me, home)
            names = [care.record(no).name[0] for no in ("ms-14", "ms-13")]
            pages.append([clean(text, home, names) for text in (first, me.text)])
            assert (await at(home)).state == "offered"

    assert pages[0] == pages[1]


def clean(text: str, home: str, names: list[str]) -> str:
    """Return the main part of a page without what names one offer."""
    main = text.partition("<main")[2].partition("</main>")[0].replace(home, "")
    for name in names:
        main = main.replace(f"{name}*", "")
    return re.sub(r'name="csrf" value="[^"]*"', "", main)


async def test_an_sms_goes_to_the_number_on_record_and_never_to_another_that_was_typed(client: Client) -> None:
    await make_person(THEIRS)
    home = await write(client, proxy_mobile="13812345678")

    await confirm(client, home)

    assert (await at(home)).proxy_phone == PROXY


MISTAKES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "oneself": (MINE, {}, "proxy_number", "这是您自己的身份证号"),
    "a name with a slip": (THEIRS, {"proxy_name": "黄小雁"}, "proxy_name", "姓名和身份证号对不上"),
    "a wrong digit": (THEIRS, {"proxy_number": "511400198405050103"}, "proxy_number", "身份证号不对"),
    "no name": (THEIRS, {"proxy_name": ""}, "proxy_name", "请填写对方的姓名"),
    "the same phone typed": (THEIRS, {"proxy_mobile": ME}, "same_phone", "对方的手机号和您的一样"),
    "no scope": (THEIRS, {"scope": ["view"]}, "scope", "请至少选“填写和提交申请”"),
    "a day gone by": (THEIRS, care.days("until", 2025, 1, 1), "until", "这一天已经过去了"),
    "for ever": (THEIRS, care.days("until", 2031, 1, 1), "until", "委托最长 12 个月"),
    "no relation": (THEIRS, {"proxy_relation": ""}, "proxy_relation", "请选您和对方的关系"),
    "a child": ("ms-06", {}, "proxy_number", "不满 18 岁的人不能替别人办"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_is_said_and_what_was_typed_stays(client: Client, mistake: str) -> None:
    no, other, place, said = MISTAKES[mistake]

    await write(client, no, **other)

    assert client.status == 422
    assert said in errors(client)[place]
    assert str(form(no, **other)["proxy_number"]) in client.text
    assert await fetch_value("SELECT count(*) FROM delegation") == 0


async def test_a_proxy_of_many_waits_for_the_office_and_hears_nothing_until_then() -> None:
    async with Client() as me, Client() as clerk:
        who = await make_person(THEIRS)
        for no in ("ms-05", "ms-07", "ms-11", "ms-12", "ms-13"):
            await care.propose(who, no)
        home = await write(me)
        await confirm(me, home)
        assert "等经办机构同意后才能开始" in me.text
        assert await told(who.id) == []

        await make_staff("reviewer")
        await clerk.staff_sign_in("meishan-reviewer")
        here = f"/staff/delegations/{home.rpartition('/')[2]}"
        await clerk.get(here)
        await clerk.post(here, {"action": "release"})

    assert (await at(home)).state == "offered"
    assert any("请您代办门诊待遇认定" in text for text in await told(who.id))


async def test_every_step_is_noted_with_who_took_it() -> None:
    async with Client() as me, Client() as proxy:
        home = await offered(me)
        await proxy.sign_in(PROXY)
        await proxy.get(home)
        await proxy.post(f"{home}/acceptance", {"action": "agree"})

    known = await at(home)
    log = [(row.act, row.actor) for row in await audit.done_to(f"delegation:{known.id}")]
    assert log == [
        ("offer_delegation", known.principal),
        ("delegation_offered", known.principal),
        ("delegation_active", known.proxy),
    ]


async def test_where_a_letter_is_needed_the_page_says_so_and_offers_nothing(client: Client) -> None:
    await make_person("xx-01")
    await client.sign_in("13800000001", "xinxing")

    await client.get("/xinxing/delegations")

    assert "再上传您签名的委托书" in client.text
    await client.get("/xinxing/delegations/offer")
    assert client.status == 404


async def test_a_stranger_finds_nothing() -> None:
    async with Client() as me, Client() as stranger:
        home = await offered(me)
        await make_person("ms-14")
        await stranger.sign_in("13800000114")

        await stranger.get(home)
        assert stranger.status == 404
        await stranger.get("/meishan/apply/new")
        await stranger.post(f"{home}/acceptance", {"action": "agree"})
        assert stranger.status == 404
    assert (await at(home)).state == "offered"
