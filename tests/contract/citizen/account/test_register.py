"""Registration with every kind of document and name; a mismatch ends with people; a new phone needs a step-up."""

from datetime import timedelta
from html import unescape

import pytest

from portal.accounts import checks, person, phones
from portal.core.store.crypto import opened_json
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.faces import photo, portrait
from tests.helpers.factories import make_person, make_staff
from tests.helpers.seen import heading, refused, typed

pytestmark = pytest.mark.usefixtures("database")

PHONE = "13911110000"
CARD = {"card_no": "M00000099", "consent": "yes"}
BORN = {"born-year": "1988", "born-month": "3", "born-day": "7", "sex": "F"}


async def register(client: Client, **fields: str) -> None:
    await client.sign_in(PHONE)
    await client.post("/meishan/register", {**CARD, **fields})


@pytest.mark.parametrize(
    ("document", "number", "kept", "more"),
    [
        ("resident_id", "11010519491231002X", "resident_id", {}),
        ("resident_id", "511402195503150026", "resident_id", {}),
        ("household", "511402201210120024", "resident_id", {}),
        ("hmt_residence", "810000199408230021", "hmt_residence", {}),
        ("hmt_residence", "820000199001010010", "hmt_residence", {}),
        ("hmt_residence", "830000199201300022", "hmt_residence", {}),
        ("resident_id", "830000199201300022", "hmt_residence", {}),
        ("fpr", "931111198505051234", "fpr_2023", {}),
        ("fpr", "USA110088030700", "fpr_2017", BORN),
        ("hm_permit", "H12345678", "hm_permit", BORN),
        ("hm_permit", "M1234567890", "hm_permit", BORN),
        ("tw_permit", "12345678", "tw_permit", BORN),
        ("passport", "E12345678", "passport", BORN),
    ],
)
async def test_every_kind_of_document_is_taken(
    client: Client, document: str, number: str, kept: str, more: dict[str, object] | dict[str, str]
) -> None:
    await register(client, name="马林", document=document, id_number=number, **more)

    assert client.path == "/meishan/me", client.text[:3000]
    assert await fetch_value("SELECT id_type FROM person") == kept
    assert await fetch_value("SELECT level FROM person") == person.STATED
    assert bool(await fetch_value("SELECT count(*) FROM birth")) == bool(more)


@pytest.mark.parametrize(
    ("document", "number", "said"),
    [
        ("resident_id", "110105194912310021", "可能有一位填错了"),
        ("resident_id", "110105490101002", "已经停用"),
        ("household", "51140220121012002", "您填了 17 位"),
        ("hmt_residence", "511402195503150026", "810000、820000 或 830000 开头"),
        ("fpr", "511402195503150026", "9 开头"),
        ("fpr", "US110088030700", "应该是 18 位"),
        ("hm_permit", "A12345678", "H 或 M"),
        ("tw_permit", "1234567", "8 位数字"),
        ("passport", "E1", "5 到 17 位"),
        ("passport", "护照12345", "5 到 17 位"),
        ("dragon", "1", "应该是 18 位"),
    ],
)
async def test_a_number_that_its_document_cannot_have_is_told_and_kept(
    client: Client, document: str, number: str, said: str
) -> None:
    await register(client, name="马林", document=document, id_number=number, **BORN)

    assert said in refused(client)["id_number"]
    assert typed(client, "id_number") == number


async def test_a_document_that_tells_no_birth_asks_for_it(client: Client) -> None:
    await register(client, name="MARIA DEL CARMEN", document="passport", id_number="E12345678")
    missing = refused(client)
    open_ = '<details class="spaced" open' in client.text
    await client.post(
        "/meishan/register",
        {
            **CARD,
            "name": "MARIA DEL CARMEN",
            "document": "passport",
            "id_number": "E12345678",
            **BORN,
            "born-month": "13",
        },
    )

    assert list(missing) == ["born", "sex"]
    assert open_
    assert refused(client) == {"born": "出生日期不对。请检查年、月、日。"}
    assert typed(client, "born-month") == "13"


async def test_day_of_birth_and_sex_are_sealed(client: Client) -> None:
    await register(client, name="马林", document="passport", id_number="E12345678", **BORN)
    id = await fetch_value("SELECT id FROM person")

    kept = bytes(await fetch_value("SELECT content FROM birth"))

    assert b"1988" not in kept
    assert opened_json(kept, f"birth.content:{id}") == {"born": "1988-03-07", "sex": "F"}


@pytest.mark.parametrize(
    "name",
    [
        "阿卜杜热西提·买买提",
        "古丽巴哈尔·阿不都克里木·吐尔逊",
        "阿" * 25,
        "阿不都热依木·阿不都热合曼·玉苏甫江·买买提吐尔逊·阿吾提·阿不都热依木·阿不都热合曼·玉苏甫江·买买提吐尔逊",
        "李𠅤",
        "Maria Del Carmen",
    ],
)
async def test_a_name_is_kept_as_it_is(client: Client, name: str) -> None:
    await register(client, name=name, document="resident_id", id_number="511402195503150026")

    assert client.path == "/meishan/me"
    assert name in unescape(client.text)


@pytest.mark.parametrize("dot", "•‧・･⋅∙.．。")
async def test_a_dot_that_looks_alike_becomes_the_right_one_and_this_is_said(client: Client, dot: str) -> None:
    await register(client, name=f"迪丽热巴{dot}某某", document="resident_id", id_number="511402195503150026")

    assert client.path == "/meishan/registered"
    assert "迪丽热巴·某某" in client.text
    assert "名字中间的点已经统一写成“·”" in client.text
    assert "/meishan/me" in client.text


async def test_a_character_of_private_use_is_kept_and_warned_about(client: Client) -> None:
    await register(client, name="李\ue123", document="resident_id", id_number="511402195503150026")

    assert "电脑少见的字" in client.text


async def test_a_dot_typed_right_is_not_said_to_have_been_changed(client: Client) -> None:
    await register(client, name="迪丽热巴·李\ue123", document="resident_id", id_number="511402195503150026")

    assert client.path == "/meishan/registered"
    assert "电脑少见的字" in client.text
    assert "名字中间的点已经统一" not in client.text


# -- what does not agree -------------------------------------------------------------------------

HOMOPHONE = {"name": "张莉", "id_number": "511400197102140026", "card_no": "M00000001", "document": "resident_id"}


async def to_staff(client: Client) -> None:
    """Type a name that sounds the same, insist on it, and ask staff."""
    await register(client, **HOMOPHONE)
    assert "姓名和证件号对不上" in refused(client)["name"]
    await client.post("/meishan/register", {**CARD, **HOMOPHONE, "action": "check"})
    assert heading(client) == "身份核对"
    await client.post(client.path)


async def at_the_desk(desk: Client) -> str:
    """Sign a reviewer in and open the first check; return its address."""
    await make_staff()
    await desk.staff_sign_in("meishan-reviewer")
    await desk.get("/staff/identities")
    id = desk.text.partition('href="/staff/identities/')[2].partition('"')[0]
    await desk.get(f"/staff/identities/{id}")
    return desk.path


async def test_a_name_that_does_not_match_goes_to_people_and_they_let_it_pass(client: Client) -> None:
    await to_staff(client)
    waiting = client.text
    async with Client() as desk:
        address = await at_the_desk(desk)
        seen = desk.text
        await desk.post(address, {"action": "pass"})
        assert desk.path == "/staff/identities"
    await client.get(client.path)
    passed = client.text
    await client.sign_in(PHONE)

    assert "已经交给工作人员了" in waiting
    assert "张莉" in seen and "张丽" in seen and HOMOPHONE["id_number"] in seen
    assert "核对好了" in passed
    assert client.path == "/meishan/me"
    assert "张莉" in client.text
    assert await fetch_value("SELECT count(*) FROM audit WHERE act = 'read_identity'") == 1
    assert await fetch_value("SELECT count(*) FROM audit WHERE act = 'identity_passed'") == 1


async def test_or_they_refuse_it_with_a_reason_and_the_person_can_try_again(client: Client) -> None:
    await to_staff(client)
    async with Client() as desk:
        address = await at_the_desk(desk)
        await desk.post(address, {"action": "refuse"})
        assert refused(desk) == {"reason": "请选一条不通过的理由。"}
        await desk.post(address, {"action": "refuse", "reason": "wrong_name"})
    await client.get(client.path)

    assert "没有核对成功：姓名和证件号对不上。" in client.text
    assert "再填一次" in client.text
    assert await fetch_value("SELECT count(*) FROM person") == 0


async def test_two_clerks_at_once_decide_once(client: Client) -> None:
    await to_staff(client)
    async with Client() as desk:
        address = await at_the_desk(desk)
        fields = {**desk.hidden, "action": "pass"}
        first = await desk.http.post(address, data=fields)
        second = await desk.http.post(address, data=fields)

    assert (first.status_code, second.status_code) == (303, 409)
    assert await fetch_value("SELECT count(*) FROM person") == 1


async def test_the_list_of_the_desk_is_masked_and_of_one_s_own_city(client: Client) -> None:
    await to_staff(client)
    await make_staff(region="xinxing")
    async with Client() as desk, Client() as elsewhere:
        await at_the_desk(desk)
        await desk.get("/staff/identities")
        await elsewhere.staff_sign_in("xinxing-reviewer")
        await elsewhere.get("/staff/identities")
        assert "张*" in desk.text and "张莉" not in desk.text and HOMOPHONE["id_number"] not in desk.text
        assert "现在没有要核对的" in elsewhere.text


async def test_a_clerk_of_another_city_finds_nothing_there(client: Client) -> None:
    await to_staff(client)
    id = client.path.rpartition("/")[2]
    await make_staff(region="xinxing")
    async with Client() as elsewhere:
        await elsewhere.staff_sign_in("xinxing-reviewer")
        await elsewhere.get(f"/staff/identities/{id}")
        assert elsewhere.status == 404


async def test_a_check_is_seen_with_the_phone_that_asked_only(client: Client) -> None:
    await to_staff(client)
    address = client.path
    async with Client() as other:
        await other.sign_in("13911110001")
        await other.get(address)
        assert other.status == 404


async def test_what_was_typed_for_a_check_is_sealed(client: Client) -> None:
    await to_staff(client)

    kept = bytes(await fetch_value("SELECT content FROM identity_check"))

    assert HOMOPHONE["id_number"].encode() not in kept
    assert "张莉".encode() not in kept


async def test_nobody_tries_out_identities_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.citizen.account.register.TRIES", 3)
    for _ in range(3):
        await register(client, **HOMOPHONE)

    await client.post("/meishan/register", {**CARD, **HOMOPHONE})

    assert client.status == 429


# -- another phone -------------------------------------------------------------------------------

SAME = {"name": "张丽", "id_number": "511400197102140026", "card_no": "M00000001", "document": "resident_id"}


async def with_a_new_phone(client: Client) -> str:
    """Say that the phone has changed, and return where it is settled."""
    await make_person()
    await register(client, **SAME)
    assert "我换了手机号" in refused(client)["id_number"]
    await client.post("/meishan/register", {**CARD, **SAME, "action": "check"})
    assert "换成这个手机号以前，要核对是您本人" in client.text
    return client.path


async def test_a_new_phone_is_let_in_by_the_face_and_the_old_one_is_told(client: Client) -> None:
    check = (await with_a_new_phone(client)).rpartition("/")[2]
    await client.get(f"/meishan/face?check={check}")
    await client.post("/meishan/face", {"consent": "yes"})

    await client.upload(client.path, photo(portrait()), photo(portrait(shift=25)))

    assert client.path == "/meishan/me"
    assert "张丽" in client.text
    assert len(await phones.phones_of(str(await fetch_value("SELECT id FROM person")))) == 2
    assert await fetch_value("SELECT count(*) FROM notice WHERE code = 'N35' AND channel = 'sms'") >= 2
    async with Client() as later:
        await later.sign_in(PHONE)
        assert later.path == "/meishan/me"


async def test_or_by_people(client: Client) -> None:
    where = await with_a_new_phone(client)
    await client.post(where)
    async with Client() as desk:
        address = await at_the_desk(desk)
        await desk.post(address, {"action": "pass"})

    await client.sign_in(PHONE)

    assert client.path == "/meishan/me"
    assert "张丽" in client.text


async def test_without_a_step_up_the_new_phone_shows_nothing(client: Client) -> None:
    await with_a_new_phone(client)

    await client.get("/meishan/me")

    assert client.path == "/meishan/register"
    assert "张丽" not in client.text
    assert len(await phones.phones_of(str(await fetch_value("SELECT id FROM person")))) == 1


async def test_the_face_does_not_help_who_typed_another_name(client: Client) -> None:
    await make_person()
    await register(client, **{**SAME, "name": "张莉"})
    await client.post("/meishan/register", {**CARD, **SAME, "name": "张莉", "action": "check"})
    check = client.path.rpartition("/")[2]
    await client.get(f"/meishan/face?check={check}")
    await client.post("/meishan/face", {"consent": "yes"})

    await client.upload(client.path, photo(portrait()))

    assert client.status == 422
    assert await fetch_value("SELECT count(*) FROM person_phone") == 1


async def test_whoever_closed_the_account_comes_back_by_a_step_up(client: Client) -> None:
    who = await make_person()
    from portal.accounts import consents

    await consents.close(who.id)
    await register(client, **SAME)
    await client.post("/meishan/register", {**CARD, **SAME, "action": "check"})
    check = await checks.check_of_phone(client.path.rpartition("/")[2], await person.phone_of(PHONE))
    assert check
    from portal.regions.load import REGIONS

    await checks.settle(check, by="clerk", role="staff", region=REGIONS["meishan"])

    await client.sign_in(PHONE)
    assert client.path == "/meishan/me"
    assert await fetch_value("SELECT count(*) FROM closed_account") == 0


async def test_one_person_signs_in_with_each_of_several_phones(client: Client) -> None:
    who = await make_person()
    await phones.add_phone(who.id, await person.phone_of("13900000001"))

    for mobile in ("13800000101", "13900000001"):
        async with Client() as one:
            await one.sign_in(mobile)
            assert one.path == "/meishan/me"


async def test_a_recycled_number_lets_its_new_owner_register_and_see_nothing_of_the_old(client: Client) -> None:
    old = await make_person()
    clock.shift(timedelta(days=120))
    await client.sign_in("13800000101")
    await client.get("/meishan/register")

    await client.post(
        "/meishan/register",
        {**CARD, "name": "迪丽努尔·艾合买提", "id_number": "650000199607070024", "card_no": "M00000008"},
    )

    assert client.path == "/meishan/me"
    assert "迪丽努尔" in client.text
    assert old.name not in client.text
