"""Papers at the desk: read in the order of the materials, marked with the reader's name, every look noted."""

from io import BytesIO

import msgspec
import pytest
from PIL import Image

from portal.cases.life.case import Case
from portal.core.store.database import fetch_all
from portal.documents import keep, pages
from portal.staff.casework.viewer import Looked, Viewer, viewer
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import citizen, make_draft, make_person, make_staff, send_in
from tests.helpers.papers import pdf
from tests.helpers.walk import home_of, photo, upload


class Noted(msgspec.Struct, frozen=True):
    """A row of the log."""

    act: str
    thing: str
    why: str


async def noted() -> list[tuple[str, str, str]]:
    rows = await fetch_all(Noted, "FROM audit WHERE act LIKE '%_document' ORDER BY id")
    return [(row.act, row.thing, row.why) for row in rows]


@pytest.fixture
async def case(client: Client) -> Case:
    """A submitted case: an identity card first, then a report of three pages for a material that comes before it."""
    made = await make_draft()
    await client.sign_in("13800000101")
    await upload(client, home_of(made), "identity", photo(1))
    await client.get(f"{home_of(made)}/materials")
    report = ("报告.pdf", pdf(3), "application/pdf")
    await client.upload(f"{home_of(made)}/materials/medical_records.exam_report", report)
    return await send_in(made, citizen(await make_person()))


async def shown(case: Case, query: str = "") -> Viewer:
    """Return the viewer a link leads to."""
    asked = dict(pair.split("=") for pair in query.split("&") if pair)
    looked = Looked(
        asked.get("file", ""), int(asked.get("leaf", 1)), int(asked.get("zoom", 100)), int(asked.get("turn", 0))
    )
    made = await viewer(case, looked)
    assert made
    return made


async def test_next_goes_through_all_pages_in_the_order_of_the_materials_and_back(case: Case) -> None:
    now, there = await shown(case), []
    while True:
        there.append((now.name(now.chosen), now.leaf))
        if not now.after:
            break
        now = await shown(case, now.after)
    back = []
    while True:
        back.append((now.name(now.chosen), now.leaf))
        if not now.before:
            break
        now = await shown(case, now.before)

    assert there == [("检查报告", 1), ("检查报告", 2), ("检查报告", 3), ("有效身份证件", 1)]
    assert back == there[::-1]


async def test_zoom_stays_on_the_next_page_and_a_turn_ends_with_its_file(case: Case) -> None:
    now = await shown(case)
    now = await shown(case, now.larger)
    now = await shown(case, now.turned)
    now = await shown(case, now.after)
    assert (now.zoom, now.turn, now.leaf) == (150, 1, 2)

    now = await shown(case, now.after)
    now = await shown(case, now.after)

    assert (now.zoom, now.turn, now.name(now.chosen)) == (150, 0, "有效身份证件")
    assert (await shown(case, now.smaller)).smaller == ""


@pytest.mark.parametrize("query", ["file=nothing", "leaf=99", "leaf=-3", "zoom=7", "turn=-1"])
async def test_an_address_somebody_has_changed_still_shows_a_page(case: Case, query: str) -> None:
    now = await shown(case, query)

    assert 1 <= now.leaf <= now.chosen.pages
    assert now.zoom in (100, 150, 200, 300)
    assert 0 <= now.turn <= 3


async def test_every_look_is_noted_and_the_picture_carries_the_reader_s_name(client: Client, case: Case) -> None:
    clerk = await make_staff()
    await client.staff_sign_in(clerk.login)
    card = next(file for file in await keep.documents(case.id) if file.slot == "identity")

    answer = await client.http.get(f"/staff/cases/{case.number}/files/{card.id}/pages/1?turn=1")

    plain, marked = await pages.picture(card, 1, further=1), answer.content
    assert Image.open(BytesIO(marked)).size == Image.open(BytesIO(plain)).size == (1200, 900)
    assert marked != plain
    assert await noted() == [("read_document", f"document:{card.id}", "")]
    assert answer.headers["cache-control"] == "private, no-store"


async def test_the_file_itself_is_sent_only_to_who_says_why_and_that_is_noted(client: Client, case: Case) -> None:
    clerk = await make_staff()
    await client.staff_sign_in(clerk.login)
    report = next(file for file in await keep.documents(case.id) if file.kind == "pdf")
    address = f"/staff/cases/{case.number}/files/{report.id}/original"

    await client.get(address)
    assert "谁下载、为什么下载都会记入日志" in client.text
    await client.post(address)
    assert client.status == 422
    assert "请选一个下载的原因。" in client.text
    assert await noted() == []
    answer = await client.post(address, {"reason": "evidence"})

    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert await noted() == [("download_document", f"document:{report.id}", "evidence")]


async def test_the_desk_of_another_city_sees_no_paper(client: Client, case: Case) -> None:
    clerk = await make_staff(region="xinxing")
    await client.staff_sign_in(clerk.login)
    card, *_ = await keep.documents(case.id)
    home = f"/staff/cases/{case.number}"

    paths = (f"{home}/viewer", f"{home}/files/{card.id}/pages/1", f"{home}/files/{card.id}/original")
    answers = [await client.http.get(path) for path in paths]

    assert {answer.status_code for answer in answers} == {404}
    assert await noted() == []


async def test_a_picture_nobody_has_is_not_found(client: Client, case: Case) -> None:
    clerk = await make_staff()
    await client.staff_sign_in(clerk.login)
    card = next(file for file in await keep.documents(case.id) if file.slot == "identity")

    answer = await client.http.get(f"/staff/cases/{case.number}/files/{card.id}/pages/9")

    assert answer.status_code == 404


async def test_the_desk_reads_what_the_citizen_has_looked_over(client: Client) -> None:
    made = await make_draft(
        answers={**ANSWERS, "checked.stamp": "yes", "within.medical_records.inpatient_record": "yes"}
    )
    case = await send_in(made, citizen(await make_person()))
    clerk = await make_staff()
    await client.staff_sign_in(clerk.login)

    await client.get(f"/staff/cases/{case.number}")

    assert "要盖章的都看得见医院公章" in client.text
    assert "每一页都传了，没有缺页" not in client.text
    assert "申请人说在别的文件里" in client.text
