"""Pages of a renewal: from 我的 to the receipt, for oneself and for somebody else."""

from datetime import timedelta
from pathlib import Path

import pytest

from portal.cases.apply import renewal
from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import case_by_number
from portal.cases.time import reminders
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.documents import keep
from portal.notices import inbox
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from tests.helpers import care, walk
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import make_benefit, make_decided, make_draft, make_person
from tests.helpers.seen import errors, heading

pytestmark = pytest.mark.usefixtures("database")
MOBILE, PROXY = "13800000101", "13800000103"


async def held_until(days: int, **of: str) -> Benefit:
    """Return a benefit that ends so many days from now."""
    made = await make_benefit(**of)  # type: ignore[arg-type]
    assert made.ends_on
    clock.shift(made.ends_on - timedelta(days=days) - clock.today())
    await benefit.turn_over()
    found = await benefit.benefit(made.id)
    assert found
    return found


async def comes_back(client: Client, no: str = "ms-01", mobile: str = MOBILE) -> None:
    """Sign in, and after a long silence say who it is."""
    await client.sign_in(mobile)
    if client.path == "/meishan/login/identity":
        who = care.record(no)
        await client.post(client.path, {"id_number": who.id_number, "card_no": who.card_no})


def page_of(held: Benefit) -> str:
    return f"/meishan/benefits/{held.id}/renewals/new"


async def test_a_benefit_is_renewed_with_new_evidence_only(client: Client, files: Path) -> None:
    await make_person("ms-01")
    await comes_back(client)
    home = await walk.fill_in(client, "meishan")
    await walk.sign(client, home, "张丽")
    gave = await case_by_number(client.path.split("/")[3])
    assert gave
    (held,) = await benefit.of_case(await make_decided(gave))
    assert held.ends_on
    clock.shift(held.ends_on - timedelta(days=30) - clock.today())
    await benefit.turn_over()
    await comes_back(client)
    await client.get("/meishan/me")
    assert "请在到期前申请续期" in client.text
    await client.get(page_of(held))
    assert heading(client) == "申请续期"
    assert "现在的待遇能不能接着报销，请打 028-12393 问清楚" in client.text

    await client.post(page_of(held))
    assert heading(client) == "办理清单"
    assert "（续期）" in client.text
    draft = client.path
    kept = [file.slot for file in await keep.documents(draft.rsplit("/", 1)[-1])]
    assert kept == ["identity"]
    await walk.answer(client, draft, "diagnosis")
    await walk.answer(client, draft, "delivery")
    for number, slot in enumerate(slots(REGIONS["meishan"], ANSWERS)):
        if slot.material == "medical_records":
            await walk.upload(client, draft, slot.id, walk.photo(20 + number))
    await client.get(f"{draft}/paper")
    assert "申请表（续期）" in client.text
    await walk.sign(client, draft, "张丽")

    assert heading(client) == "提交成功"
    assert "（续期）" in client.text
    await client.get(page_of(held))
    assert "这个病种有一件正在办" in client.text


async def test_pressed_twice_it_leads_to_the_same_task_list_and_a_new_application_to_another(client: Client) -> None:
    held = await held_until(30)
    await comes_back(client)
    found = []

    for page in (page_of(held), page_of(held), "/meishan/apply/new"):
        await client.get(page)
        await client.post(page)
        found.append(client.path)

    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("days", "said"), [(91, "起可以申请续期"), (90, "请在到期前申请续期"), (-1, "这项待遇已经结束")]
)
async def test_the_page_says_when_it_opens_and_when_it_is_over(client: Client, days: int, said: str) -> None:
    held = await held_until(days)
    await comes_back(client)

    await client.get(page_of(held))
    assert said in client.text
    await client.get("/meishan/apply/new")
    await client.post(page_of(held))

    assert client.status == (200 if days == 90 else 409)


async def test_in_a_renewal_the_disease_cannot_be_changed(client: Client) -> None:
    case = await renewal.begin(await held_until(30), None, MOBILE)
    await comes_back(client)
    await client.get(f"{walk.home_of(case)}/disease")

    await client.post(f"{walk.home_of(case)}/disease", {"disease": "M03900"})

    assert errors(client) == {"disease": "续期和复审只办原来的病种。要办别的病种，请另外申请。"}


async def test_applying_anew_for_what_is_held_says_until_when_and_leads_to_the_renewal(client: Client) -> None:
    held = await held_until(120)
    case = await make_draft(answers={"mobile": MOBILE})
    await comes_back(client)
    page = f"{walk.home_of(case)}/disease"

    await client.get(page)
    await client.post(page, {"disease": "M01600"})
    early = client.text
    clock.shift(clock.ahead() + timedelta(days=60))
    await comes_back(client)
    await client.get(page)
    await client.post(page, {"disease": "M01600"})

    assert "以后可以申请续期" in early
    assert (client.status, heading(client)) == (409, "这个病种已经通过")
    assert "现在可以申请续期" in client.text
    assert page_of(held) in client.text


async def test_what_was_filled_in_before_it_was_held_is_not_sent_in(client: Client) -> None:
    ready = await walk.ready()
    await comes_back(client)
    await client.get(f"{walk.home_of(ready)}/signature")
    await make_benefit("ms-10", months=0)
    await execute("UPDATE benefit SET person = $1", ready.person)

    await client.post(f"{walk.home_of(ready)}/signature", {"declared": "yes", "signature": "张丽"})

    assert (client.status, "长期有效，不用再申请" in client.text) == (409, True)


async def test_a_benefit_of_somebody_else_is_not_there(client: Client) -> None:
    held = await held_until(30, no="ms-10")
    await make_person("ms-01")
    await comes_back(client)

    for page in (page_of(held), f"/xinxing/benefits/{held.id}/renewals/new", "/meishan/benefits/x/renewals/new"):
        await client.get(page)
        assert client.status == 404
    await client.get("/meishan/apply/new")
    await client.post(page_of(held))

    assert client.status == 404
    assert await fetch_value("SELECT count(*) FROM cases WHERE kind = 'renewal'") == 0


async def test_a_proxy_renews_with_a_delegation_in_scope_and_without_one_it_is_not_there(client: Client) -> None:
    held = await held_until(30)
    known = await care.propose(await make_person("ms-03"), "ms-01", "online")
    await comes_back(client, "ms-03", PROXY)
    await client.get(page_of(held))
    assert client.status == 404  # nothing is proven yet
    known = await care.become(known, "active")
    await client.get(f"/meishan/delegations/{known.id}")
    assert page_of(held) in client.text

    await client.get(page_of(held))
    await client.post(page_of(held))

    assert heading(client) == "办理清单"
    assert await fetch_value("SELECT delegation FROM cases WHERE kind = 'renewal'") == known.id
    await execute("UPDATE delegation SET scope = 'view receive' WHERE id = $1", known.id)
    await client.get(page_of(held))
    assert client.status == 404


async def test_the_link_in_the_reminder_leads_there_and_a_proxy_who_is_out_loses_the_message(client: Client) -> None:
    held = await held_until(30)
    known = await care.become(await care.propose(await make_person("ms-03"), "ms-01"), "active")
    await reminders.remind()
    link = await fetch_value(
        "SELECT link FROM notice WHERE code = 'N25' AND person = $1 AND channel = 'sms'", held.person
    )
    await comes_back(client)

    await client.get(f"/s/{link}")
    there = client.path
    seen = await inbox.messages(known.proxy)
    await care.become(known, "revoked")

    assert there == page_of(held)
    assert [("可提前续期" in one.text) for one in seen] == [True]
    assert await inbox.messages(known.proxy) == []
    assert await inbox.unread(known.proxy) == 0


async def test_a_re_review_waits_for_its_person_until_its_day(client: Client) -> None:
    held = await make_benefit(disease="M00500")
    assert held.rereview_on
    clock.shift(held.rereview_on - clock.today())
    await benefit.turn_over()
    await reminders.ask_again()
    await comes_back(client)
    await client.get("/meishan/me")
    assert "待遇需要复审" in client.text

    await client.get(page_of(held))
    assert (heading(client), "复审期间，待遇照常" in client.text) == ("复审", True)
    await client.post(page_of(held))

    assert heading(client) == "办理清单"
    assert "（复审）" in client.text
    assert "前提交" in client.text
    assert await fetch_value("SELECT count(*) FROM cases WHERE kind = 'rereview'") == 1
