"""In by SMS code; at the first visit, who you are; out again, on the server too."""

from datetime import timedelta

import pytest

from portal.accounts.register import Demo
from portal.core.outside.sms import demo_messages
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.factories import make_draft, make_person
from tests.helpers.seen import errors, heading, refused, typed

NEWCOMER = {
    "name": "迪丽努尔·艾合买提",
    "id_number": "650000199607070024",
    "card_no": "M00000008",
    "consent": "yes",
}
PHONE = "13800000108"


async def to_the_code(client: Client, phone: str = PHONE) -> str:
    """Go to where the code is asked for, and return the code."""
    await client.get("/meishan/login")
    await client.post("/meishan/login", {"mobile": phone})
    return (await demo_messages(phone.replace(" ", ""), 1))[0].rpartition("#")[2]


async def test_at_the_first_visit_phone_code_and_identity_lead_in(client: Client) -> None:
    await client.sign_in(PHONE)
    assert heading(client) == "实名注册"

    await client.post("/meishan/register", NEWCOMER)

    assert client.path == "/meishan/me"
    assert "迪丽努尔·艾合买提" in client.text


async def test_the_second_time_phone_and_code_are_enough(client: Client) -> None:
    await make_person("ms-01")

    code = await to_the_code(client, "138 0000 0101")
    await client.post("/meishan/login/code", {"code": code})

    assert client.path == "/meishan/me"
    assert "张丽" in client.text


async def test_a_phone_number_that_is_none_is_shown_again_to_be_mended(client: Client) -> None:
    await client.get("/meishan/login")

    await client.post("/meishan/login", {"mobile": "1380013"})

    assert refused(client) == {"mobile": "手机号应该是 11 位，1 开头。请再检查一次。"}
    assert typed(client, "mobile") == "1380013"


async def test_a_wrong_code_says_how_many_tries_are_left(client: Client) -> None:
    await make_person("ms-01")
    code = await to_the_code(client, "13800000101")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    said = []
    for _ in range(5):
        await client.post("/meishan/login/code", {"code": wrong})
        said.append(refused(client)["code"])

    assert [f"还可以试 {left} 次" in text for text, left in zip(said, (4, 3, 2, 1), strict=False)] == [True] * 4
    assert "试的次数太多了" in said[-1]
    await client.post("/meishan/login/code", {"code": code})
    assert client.status == 422


async def test_a_code_that_ran_out_is_told_as_such(client: Client) -> None:
    await make_person("ms-01")
    code = await to_the_code(client, "13800000101")
    clock.shift(timedelta(minutes=6))

    await client.post("/meishan/login/code", {"code": code})

    assert "验证码过期了" in refused(client)["code"]


async def test_a_code_may_be_pasted_with_spaces_and_full_width_digits(client: Client) -> None:
    await make_person("ms-01")
    code = await to_the_code(client, "13800000101")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    await client.post("/meishan/login/code", {"code": f" {wide[:3]} {wide[3:]} "})

    assert client.path == "/meishan/me"


async def test_who_asks_for_another_code_too_soon_hears_how_long_to_wait(client: Client) -> None:
    await to_the_code(client)
    await client.post("/meishan/login/code", {"action": "again"})
    soon = client.text
    clock.shift(timedelta(seconds=61))
    await client.post("/meishan/login/code", {"action": "again"})

    assert "秒后可以再发一次" in soon
    assert "验证码已经重新发送" in client.text
    assert len(await demo_messages(PHONE)) == 2


async def test_the_page_of_a_code_shows_the_phone_masked_and_no_code(client: Client) -> None:
    code = await to_the_code(client)

    assert "138****0108" in client.text
    assert PHONE not in client.text
    assert code not in client.text


@pytest.mark.parametrize(
    "address", ["/meishan/login/code", "/meishan/login/code?c=nothing", "/meishan/login/code?c=%00"]
)
async def test_without_a_challenge_there_is_no_page_for_a_code(client: Client, address: str) -> None:
    await client.get(address)

    assert client.path == "/meishan/login"


async def test_the_code_of_another_browser_is_of_no_use(client: Client) -> None:
    await make_person("ms-01")
    code = await to_the_code(client, "13800000101")
    challenge = client.hidden["c"]
    async with Client() as thief:
        await thief.get("/meishan/login")
        await thief.post("/meishan/login/code", {"c": challenge, "code": code})
        assert thief.path == "/meishan/login"


async def test_everything_wrong_with_an_identity_is_said_at_once_and_stays_typed(client: Client) -> None:
    await client.sign_in(PHONE)

    await client.post("/meishan/register", {"name": "张3", "id_number": "650000199607070025", "card_no": "1"})

    said = refused(client)
    assert list(said) == ["name", "id_number", "card_no", "consent"]
    assert "可能有一位填错了" in said["id_number"]
    assert (typed(client, "name"), typed(client, "id_number"), typed(client, "card_no")) == (
        "张3",
        "650000199607070025",
        "1",
    )


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": "迪丽努尔·艾合买"}, "name", "姓名和证件号对不上"),
        ({"card_no": "M00000001"}, "card_no", "社保卡号和证件号对不上"),
        ({"card_no": "6217000012345678901"}, "card_no", "这是银行卡号"),
        ({"card_no": "650000199607070024"}, "card_no", "这是银行卡号或身份证号"),
        ({"card_no": ""}, "card_no", "请填写社保卡号"),
        ({"card_no": "社保卡12345678"}, "card_no", "1 个字母加 8 位数字"),
        ({"id_number": ""}, "id_number", "请填写证件号码"),
        ({"id_number": "65000019960707002"}, "id_number", "您填了 17 位"),
        ({"name": ""}, "name", "请填写姓名"),
        ({"consent": ""}, "consent", "同意后打勾"),
    ],
)
async def test_what_does_not_agree_is_told_at_its_field(
    client: Client, changed: dict[str, str], field: str, said: str
) -> None:
    await client.sign_in(PHONE)

    await client.post("/meishan/register", {**NEWCOMER, **changed})

    assert said in refused(client)[field]
    assert await fetch_value("SELECT count(*) FROM person") == 0


async def test_a_name_with_another_dot_and_a_number_with_spaces_are_the_same_person(client: Client) -> None:
    await client.sign_in(PHONE)
    written = {"name": "迪丽努尔•艾合买提", "id_number": "650000 19960707 0024", "card_no": "m 00000008"}

    await client.post("/meishan/register", {**NEWCOMER, **written})

    assert client.path == "/meishan/registered"
    assert heading(client) == "注册好了"
    assert "名字中间的点已经统一写成“·”" in client.text
    assert "迪丽努尔·艾合买提" in client.text


async def test_an_identity_of_another_phone_is_not_taken_over(client: Client) -> None:
    await make_person("ms-08")
    await client.sign_in("13900000000")

    await client.post("/meishan/register", NEWCOMER)

    assert "已经用别的手机号注册过" in refused(client)["id_number"]


async def test_when_the_register_is_silent_people_can_register_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "unreachable", True)
    await client.sign_in(PHONE)

    await client.post("/meishan/register", NEWCOMER)

    assert client.path == "/meishan/me"


async def test_one_phone_of_two_people_asks_who_it_is(client: Client) -> None:
    await make_person("ms-02")
    second = await make_person("ms-03")
    await client.sign_in("13800000103")
    asked = (client.path, heading(client))

    await client.post("/meishan/login/person", {"person": second.id})

    assert asked == ("/meishan/login/person", "您是哪一位？")
    assert client.path == "/meishan/me"
    assert "黄小燕" in client.text
    assert "黄德贵" not in client.text


async def test_the_people_behind_a_phone_are_shown_masked(client: Client) -> None:
    await make_person("ms-02")
    await make_person("ms-03")

    await client.sign_in("13800000103")

    assert "黄*贵" in client.text
    assert "511***********0011" in client.text
    for secret in ("黄德贵", "黄小燕", "511400193509300011"):
        assert secret not in client.text


async def test_nobody_is_chosen_who_is_not_behind_the_phone(client: Client) -> None:
    await make_person("ms-02")
    await make_person("ms-03")
    stranger = await make_person("ms-01")
    await client.sign_in("13800000103")

    await client.post("/meishan/login/person", {"person": stranger.id})

    assert client.status == 404
    await client.get("/meishan/me")
    assert client.path == "/meishan/login/person"


async def test_a_phone_alone_opens_no_page_of_a_citizen_but_leads_to_who_it_is(client: Client) -> None:
    await client.sign_in(PHONE)

    await client.get("/meishan/apply/new")

    assert (client.path, client.status) == ("/meishan/register", 200)
    assert client.hidden["next"] == "/meishan/apply/new"


async def test_who_wanted_to_go_somewhere_gets_there_after_signing_in(client: Client) -> None:
    case = await make_draft()
    await client.get(f"/meishan/apply/{case.id}/disease")
    assert client.path == "/meishan/login"

    await client.post("/meishan/login", {"mobile": "13800000101"})
    code = (await demo_messages("13800000101", 1))[0].rpartition("#")[2]
    await client.post("/meishan/login/code", {"code": code})

    assert client.path == f"/meishan/apply/{case.id}/disease"


async def test_who_is_in_already_is_not_asked_again(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")

    await client.get("/meishan/login")

    assert client.path == "/meishan/me"


async def test_after_half_an_hour_one_is_out_and_told_that_nothing_is_lost(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")
    clock.shift(timedelta(minutes=31))

    await client.get(f"/meishan/apply/{case.id}/person")

    assert client.path == "/meishan/login"
    assert "填过的内容都存好了" in client.text
    await client.sign_in("13800000101")
    await client.get(f"/meishan/apply/{case.id}/person")
    assert heading(client) == "申请人信息"


async def test_signing_out_ends_the_session_on_the_server(client: Client) -> None:
    await make_person("ms-01")
    await client.sign_in("13800000101")
    cookies = dict(client.http.cookies)
    await client.get("/meishan/logout")

    await client.post("/meishan/logout", follow=False)

    assert client.page.headers["clear-site-data"] == '"cache", "storage"'
    client.http.cookies.update(cookies)
    await client.get("/meishan/me")
    assert client.path == "/meishan/login"


async def test_a_good_page_has_no_error_summary(client: Client) -> None:
    await client.get("/meishan/login")

    assert errors(client) == {}
    assert "error-summary" not in client.text
