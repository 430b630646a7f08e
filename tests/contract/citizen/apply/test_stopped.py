"""What stops an application is told at the first page that can know it, and on every page after that."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from portal.accounts.register import Demo, Insured, demo_people
from portal.cases.apply import acting
from portal.core.store.database import execute
from portal.core.tools import clock
from tests.helpers import care, walk
from tests.helpers.client import Client
from tests.helpers.factories import make_benefit, make_case, make_person
from tests.helpers.seen import errors, heading

STOPPED = [
    (
        "ms-05",
        "meishan",
        "13800000105",
        "您的医保现在是暂停状态。恢复后就可以提交。怎样恢复、到哪里办，请打",
    ),
    ("ms-13", "meishan", "13800000113", "您在这里的医保已经终止，现在不能申请。"),
    ("xx-04", "xinxing", "13800000004", "您的医保费还没有交齐。请先补交，再来提交。"),
    ("xx-01", "meishan", "13800000001", "您在新星市参加医保，不在眉山市。请到新星市申请。"),
]
OPEN_STEPS = ("person", "disease", "diagnosis", "form", "materials", "delivery", "notify")


async def begin(client: Client, no: str, mobile: str, region: str) -> str:
    """Sign in and press 开始填写; return where the draft lives."""
    await make_person(no)
    await client.sign_in(mobile, region)
    return await walk.begin(client, region)


def set_record(monkeypatch: pytest.MonkeyPatch, no: str, **changed: Any) -> None:
    """Have the register say something else of a demo person."""
    known: Insured = care.record(no)
    monkeypatch.setitem(demo_people(), known.id_number, structs.replace(known, **changed))


@pytest.mark.parametrize(("no", "region", "mobile", "why"), STOPPED)
async def test_who_cannot_submit_is_told_before_the_first_answer_and_goes_on_only_by_choice(
    client: Client, no: str, region: str, mobile: str, why: str
) -> None:
    home = await begin(client, no, mobile, region)
    assert "现在还不能提交" in client.text, "the list of steps"
    assert why in client.text

    for step in OPEN_STEPS:
        await client.get(f"{home}/{step}")
        assert (client.path, heading(client)) == (f"{home}/insurance", "参保信息")
    assert why in client.text
    assert "您填的内容、传的文件会给您留 30 天。" in client.text

    await client.post(f"{home}/insurance")
    assert (client.status, errors(client)) == (422, {"prepare": "现在还不能提交。想先准备材料，请点“先准备材料”。"})
    assert 'id="prepare"' in client.text

    await client.post(f"{home}/insurance", {"action": "prepare"})
    assert client.path == f"{home}/person"
    for page in ("", "/insurance", "/review"):
        await client.get(home + page)
        assert why in client.text, "it goes on being said"
    assert "去签名提交" not in client.text
    await client.get(f"{home}/person")
    assert client.path == f"{home}/person", "the choice is remembered"


async def test_who_is_insured_in_another_city_of_ours_finds_the_way_there(client: Client) -> None:
    home = await begin(client, "xx-01", "13800000001", "meishan")

    for page in ("", "/insurance", "/review"):
        await client.get(home + page)
        assert '<a href="/xinxing/apply/new">去新星市申请</a>' in client.text


async def test_who_is_insured_in_a_city_that_is_none_of_ours_is_told_its_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_record(monkeypatch, "ms-01", region="成都市")

    home = await begin(client, "ms-01", "13800000101", "meishan")
    await client.get(f"{home}/insurance")

    assert "您在成都市参加医保，不在眉山市。请到成都市申请。" in client.text


async def test_who_has_paid_asks_once_more_and_can_go_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    home = await begin(client, "xx-04", "13800000004", "xinxing")
    set_record(monkeypatch, "xx-04", arrears=False)

    await client.get(f"{home}/insurance")
    assert "您的医保费还没有交齐" in client.text
    await client.post(f"{home}/insurance", {"action": "again"})

    assert "您的医保费还没有交齐" not in client.text
    await client.post(f"{home}/insurance")
    assert client.path == f"{home}/person"


async def test_the_register_is_asked_once_for_many_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    find = Demo.find

    async def counted(self: Demo, id_number: str) -> Insured | None:
        asked.append(id_number)
        return await find(self, id_number)

    home = await begin(client, "ms-01", "13800000101", "meishan")
    monkeypatch.setattr(Demo, "find", counted)
    for page in ("", "/insurance", "/person", "/disease", "/materials", "/review"):
        await client.get(home + page)
    assert asked == []

    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    await client.get(f"{home}/review")
    assert len(asked) == 1, "before the signature an old record is renewed"


async def test_a_register_that_does_not_answer_stops_nobody_and_is_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "unreachable", True)

    home = await begin(client, "ms-05", "13800000105", "meishan")
    await client.get(f"{home}/insurance")

    assert "现在查不到参保信息，不是您的问题。您可以先填、先提交，我们会人工核对。" in client.text
    await client.post(f"{home}/insurance")
    assert client.path == f"{home}/person"


async def test_whose_disease_is_under_way_is_told_when_choosing_it(client: Client) -> None:
    case = await make_case()
    await client.sign_in("13800000101")
    home = await walk.begin(client, "meishan")

    await walk.answer(client, home, "disease", {"disease": "M01600"})
    assert (client.status, heading(client)) == (409, "这个病种已经在办")
    assert f"/meishan/cases/{case.number}" in client.text

    await client.get(f"{home}/disease")
    await client.post(f"{home}/disease", {"disease": "M01600", "action": "save"})
    for page in ("", "/review"):
        await client.get(home + page)
        assert "这个病种您已经交过一次申请，正在办，不用再交。" in client.text
        assert f'<a href="/meishan/cases/{case.number}">看办理进度</a>' in client.text


async def test_whose_disease_is_recognised_already_is_told_on_the_list_and_before_signing(client: Client) -> None:
    ready = await walk.ready()
    await make_benefit("ms-10", months=0)
    await execute("UPDATE benefit SET person = $1", ready.person)
    await client.sign_in("13800000101")

    for page in ("", "/review", "/signature"):
        await client.get(walk.home_of(ready) + page)
        assert "长期有效，不用再申请" in client.text
    assert client.path.endswith("/review"), "nobody is asked to sign what cannot be sent"


async def test_a_proxy_is_told_about_the_other_person_once_the_proof_is_verified_and_nothing_before(
    client: Client,
) -> None:
    known = await care.propose(await make_person("ms-03"), "ms-05")
    case = await acting.begin(known, "13800000103")
    await client.sign_in("13800000103")
    home = walk.home_of(case)

    await client.get(home)
    assert "暂停" not in client.text
    await client.get(f"{home}/person")
    assert client.path == f"{home}/person"

    await care.become(known, "active")
    await client.get(home)
    assert "对方的医保现在是暂停状态。" in client.text
    await client.get(f"{home}/person")
    assert client.path == f"{home}/insurance"
    assert "对方的医保现在是暂停状态。" in client.text
    assert "您的医保" not in client.text
