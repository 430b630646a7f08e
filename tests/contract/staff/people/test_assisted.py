"""Somebody without a phone applies at the counter: typed in by a clerk, signed on paper; or confirmed by SMS."""

import re
from io import BytesIO

import pytest
from PIL import Image

from portal.accounts.register import demo_people
from portal.cases.apply import assisted
from portal.cases.apply.ready import Incomplete
from portal.cases.life.case import case_by_number, history
from portal.cases.life.moves import State
from portal.core.outside.sms import demo_messages
from portal.core.store.audit import entries
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.notices.send import send
from portal.regions.load import REGIONS
from tests.helpers.answers import STEPS, fields
from tests.helpers.client import Client
from tests.helpers.factories import make_person, make_staff

PEOPLE = {one.no: one for one in demo_people().values()}
NEW = PEOPLE["ms-08"]  # has no account yet
FILLED = {
    **fields(*STEPS, offered=False),
    "electronic_delivery": "",
    "without.medical_records.diagnosis_certificate": "yes",
    "without.medical_records.inpatient_record": "yes",
}


def photo(shade: int) -> tuple[str, bytes, str]:
    made = BytesIO()
    Image.effect_noise((900, 1200), 40 + shade).convert("RGB").save(made, "JPEG")
    return ("照片.jpg", made.getvalue(), "image/jpeg")


async def begun(client: Client, mobile: str = "") -> str:
    """Sign a clerk in and begin for the newcomer; return where it is filled in."""
    if not await fetch_value("SELECT 1 FROM staff WHERE login = 'clerk'"):
        await make_staff(login="clerk")
    await client.staff_sign_in("clerk")
    await client.get("/staff/assisted")
    who = {"name": NEW.name, "id_number": NEW.id_number, "card_no": NEW.card_no, "mobile": mobile, "channel": "counter"}
    await client.post("/staff/assisted", who)
    return client.path


async def test_somebody_without_a_phone_applies_by_a_signed_form(client: Client) -> None:
    home = await begun(client)
    await client.post(home, FILLED)
    assert client.status == 200, re.findall(r'<li><a href="#[^<]*', client.text)
    await client.post(f"{home}/submission")
    assert client.status == 422
    assert "请打印申请表，请本人签名" in client.text
    for turn, slot in enumerate(("identity", "medical_records.exam_report", "signed_form")):
        await client.get(home)
        await client.upload(f"{home}/materials/{slot}", photo(turn))
        assert client.status == 200, client.text[-1500:]

    await client.get(home)
    await client.post(f"{home}/submission")

    number = client.path.rpartition("/")[2]
    case = await case_by_number(number)
    assert case, re.findall(r"<li><a href=\"#[^<]*", client.text)
    assert case.at is State.REVIEWING  # Meishan accepts at once
    assert "本人签名的申请表" in client.text
    sent = (await history(case))[0]
    clerk = await fetch_value("SELECT id FROM staff WHERE login = 'clerk'")
    assert (sent.actor, sent.on_behalf_of) == (clerk, case.person)
    acts = [row.act for row in await entries(thing=f"case:{case.id}", actor=str(clerk))]
    assert {"assist", "submit", "confirm_assisted"} <= set(acts)
    assert (
        await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms'") == 0
    )  # there is no phone to send one to


async def test_somebody_with_a_phone_gets_a_message_that_leads_to_the_filled_in_draft(client: Client) -> None:
    home = await begun(client, "13800000108")
    await client.post(home, {**FILLED, "mobile": "13800000108", "notify_mobile": "13800000108"})
    for number, slot in enumerate(("identity", "medical_records.exam_report")):
        await client.upload(f"{home}/materials/{slot}", photo(number))
        await client.get(home)

    await client.post(f"{home}/confirmation")

    assert "已在" in client.text, re.findall(r"<li><a href=\"#[^<]*", client.text)
    by_day()
    notice = str(await fetch_value("SELECT id FROM notice WHERE code = 'N38' AND channel = 'sms'"))
    await send(notice)
    message = await demo_messages("13800000108", 1)
    link = re.search(r"/s/[\w-]+", message[0])
    assert link
    async with Client() as citizen:
        await citizen.sign_in("13800000108")
        await citizen.get(link[0])
        assert citizen.path == f"/meishan/apply/{home.rpartition('/')[2]}"
        await citizen.get(f"{citizen.path}/signature")
        await citizen.post(citizen.path, {"declared": "yes", "signature": NEW.name})
        assert "提交成功" in citizen.text


def by_day() -> None:
    """Let it be noon: at night messages wait for the morning."""
    now = clock.now().astimezone(clock.BEIJING)
    clock.shift(now.replace(hour=12, minute=0) - now)


async def test_who_it_is_must_be_complete_and_agree_with_what_is_known(client: Client) -> None:
    known = await make_person()
    await make_staff(login="clerk")
    await client.staff_sign_in("clerk")
    await client.get("/staff/assisted")

    await client.post("/staff/assisted", {})
    for said in ("请填写身份证号", "请选本人在哪里"):
        assert said in client.text
    who = {"name": "李四", "id_number": known.id_number, "channel": "phone"}
    await client.post("/staff/assisted", who)
    assert "姓名和证件号对不上" in client.text
    await client.post("/staff/assisted", {**who, "name": known.name, "mobile": "12"})
    assert "手机号应该是 11 位" in client.text
    await client.post("/staff/assisted", {**who, "name": known.name})

    assert client.path.startswith("/staff/assisted/")
    assert await fetch_value("SELECT count(*) FROM person") == 1


async def test_wrong_answers_are_kept_and_said_and_stop_the_submission(client: Client) -> None:
    home = await begun(client)

    await client.post(home, {**FILLED, "disease": "", "diagnosed_on-day": "45"})

    assert client.status == 422
    assert 'value="45"' in client.text
    await client.get(home)
    await client.post(f"{home}/submission")
    assert client.status == 422
    assert "请打印申请表" in client.text


async def test_a_colleague_and_another_role_cannot_open_what_somebody_enters(client: Client) -> None:
    home = await begun(client)
    for role, login, status in (("reviewer", "colleague", 404), ("supervisor", "chief", 403)):
        await make_staff(role, login=login)
        async with Client() as other:
            await other.staff_sign_in(login)
            await other.get(home)
            assert other.status == status


async def test_answers_typed_in_an_old_form_stay_on_the_page(client: Client) -> None:
    home = await begun(client)
    await execute("UPDATE cases SET row_version = row_version + 1 WHERE id = $1", home.rpartition("/")[2])

    await client.post(home, FILLED)

    assert client.status == 409
    assert "这一次没有保存" in client.text
    assert '<option value="眉山市人民医院" selected' in client.text or 'value="眉山市人民医院"' in client.text
    await client.post(home, FILLED)
    assert client.status == 200


async def test_nothing_is_taken_for_a_case_that_has_been_sent(client: Client) -> None:
    home = await begun(client)
    key = home.rpartition("/")[2]
    await client.get(home)
    await execute("UPDATE cases SET state = 'reviewing' WHERE id = $1", key)

    await client.upload(f"{home}/materials/identity", photo(1))

    assert client.status == 409


@pytest.mark.usefixtures("database")
async def test_an_application_is_not_sent_before_everything_is_there() -> None:
    clerk, who = await make_staff(), await make_person()
    case = await assisted.begin(clerk.id, who.id, REGIONS["meishan"], "counter", "")

    with pytest.raises(Incomplete):
        await assisted.submit(case, clerk.id)


async def test_asking_twice_for_the_confirmation_writes_one_message(client: Client) -> None:
    home = await begun(client, "13800000108")
    await client.post(home, {**FILLED, "mobile": "13800000108", "notify_mobile": "13800000108"})
    for number, slot in enumerate(("identity", "medical_records.exam_report")):
        await client.upload(f"{home}/materials/{slot}", photo(number))
        await client.get(home)

    for _ in range(2):
        await client.post(f"{home}/confirmation")
        assert client.status == 200

    assert await fetch_value("SELECT count(*) FROM notice WHERE code = 'N38' AND channel = 'sms'") == 1


@pytest.mark.usefixtures("database")
async def test_two_drafts_of_one_person_are_told_of_each_by_its_own_message() -> None:
    clerk, who = await make_staff(), await make_person()
    for region in ("meishan", "xinxing"):
        case = await assisted.begin(clerk.id, who.id, REGIONS[region], "counter", "13800000101")
        await assisted.READY.send(case)

    assert await fetch_value("SELECT count(*) FROM notice WHERE code = 'N38' AND channel = 'in_app'") == 2
