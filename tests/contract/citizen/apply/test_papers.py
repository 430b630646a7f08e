"""Papers at a browser without script: turned, moved, replaced, removed, sorted; and when all that is over."""

import re

import pytest

from portal.cases.life.case import Case, answers_of, case_by_id
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.documents import keep, pages
from tests.helpers import walk
from tests.helpers.client import Client
from tests.helpers.factories import acting, add_document, make_case, make_draft, make_staff
from tests.helpers.papers import pdf
from tests.helpers.seen import errors, refused
from tests.helpers.walk import home_of, photo

SLOT = "medical_records.exam_report"


@pytest.fixture
async def case(client: Client) -> Case:
    """A draft of whoever is at the browser, with three photos for one material."""
    made = await make_draft()
    await client.sign_in("13800000101")
    await walk.upload(client, home_of(made), SLOT, photo(0), photo(1), photo(2))
    return made


async def files(case: Case, slot: str = SLOT) -> list[keep.Document]:
    return [file for file in await keep.documents(case.id) if file.slot == slot]


async def names(case: Case, slot: str = SLOT) -> list[str]:
    return [file.name for file in await files(case, slot)]


def address(file: keep.Document) -> str:
    return f"/meishan/files/{file.id}"


async def test_the_page_counts_files_and_pages_of_each_material_and_of_all(client: Client, case: Case) -> None:
    await client.get(f"{home_of(case)}/materials")

    assert "已传 3 份，共 3 页" in client.text
    assert "一共传了 3 个文件、3 页，最多 30 个。" in client.text


async def test_a_file_is_turned_and_the_page_leads_back_to_it(client: Client, case: Case) -> None:
    first, *_ = await files(case)

    answer = await client.post(f"{address(first)}/turn", follow=False)

    assert answer.headers["location"] == f"{home_of(case)}/materials#file-{first.id}"
    assert await pages.quarters_of(first) == 1
    assert f"{address(first)}/small?turned=1" in (await client.get(f"{home_of(case)}/materials")).text


async def test_one_page_of_a_scan_is_turned_while_the_others_stay(client: Client, case: Case) -> None:
    await client.upload(f"{home_of(case)}/materials/identity", ("证件.pdf", pdf(2), "application/pdf"))
    (card,) = await files(case, "identity")
    assert f'href="{address(card)}/pages"' in client.text
    await client.get(f"{address(card)}/pages")
    assert client.text.count("向右转<span") == 2

    answer = await client.post(f"{address(card)}/pages/2/turn", follow=False)

    assert answer.headers["location"] == f"{address(card)}/pages#page-2"
    assert await pages.quarters_of_pages(card) == [0, 1]
    assert f"{address(card)}/pages/2?turned=1" in (await client.get(f"{address(card)}/pages")).text
    assert (await client.get(f"{address(card)}/pages/2")).headers["content-type"] == "image/jpeg"
    assert (await client.get(f"{address(card)}/pages/3")).status_code == 404


async def test_the_pages_of_a_file_that_was_handed_in_are_looked_at_only(client: Client) -> None:
    made = await make_case()
    await add_document(made, "identity")
    (file,) = await files(made, "identity")
    await client.sign_in("13800000101")

    await client.get(f"{address(file)}/pages")

    assert client.status == 200
    assert "向右转" not in client.text
    await client.get(f"/meishan/cases/{made.number}/conversation")
    assert (await client.http.post(f"{address(file)}/pages/1/turn", data=client.hidden)).status_code == 409


async def test_a_file_is_moved_down_and_up_again(client: Client, case: Case) -> None:
    first, *_ = await files(case)

    await client.post(f"{address(first)}/position", {"to": "1"})
    assert await names(case) == ["照片1.jpg", "照片0.jpg", "照片2.jpg"]
    await client.post(f"{address(first)}/position", {"to": "0"})
    assert await names(case) == ["照片0.jpg", "照片1.jpg", "照片2.jpg"]


@pytest.mark.parametrize("to", ["", "-1", "x", "9999999"])
async def test_a_place_nobody_offers_is_not_found(client: Client, case: Case, to: str) -> None:
    first, *_ = await files(case)

    answer = await client.post(f"{address(first)}/position", {"to": to})

    assert answer.status_code == 404


async def test_removing_asks_first_and_names_the_file(client: Client, case: Case) -> None:
    first, *_ = await files(case)

    await client.get(f"{address(first)}/removal")
    assert "要删除“照片0.jpg”吗？" in client.text
    await client.post(f"{address(first)}/removal")

    assert await names(case) == ["照片1.jpg", "照片2.jpg"]


async def test_a_replacement_takes_the_place_and_the_old_one_is_gone(client: Client, case: Case) -> None:
    _, second, _ = await files(case)

    await client.get(f"{address(second)}/replacement")
    assert "用哪个文件替换“照片1.jpg”？" in client.text
    await client.upload(f"{address(second)}/replacement", ("新的.jpg", photo(7), "image/jpeg"))

    assert await names(case) == ["照片0.jpg", "新的.jpg", "照片2.jpg"]


async def test_when_the_new_file_is_refused_the_old_one_stays(client: Client, case: Case) -> None:
    _, second, _ = await files(case)
    await client.get(f"{address(second)}/replacement")

    await client.upload(f"{address(second)}/replacement", ("新的.docx", b"PK", "application/msword"))

    assert refused(client) == {"pick-new": "“新的.docx”是文档文件，我们打不开。请另存为 PDF，或者拍照上传。"}
    assert await names(case) == ["照片0.jpg", "照片1.jpg", "照片2.jpg"]


async def test_a_full_material_refuses_one_more_but_lets_one_be_replaced(client: Client) -> None:
    made = await make_draft(answers={"form_way": "download_fill_upload"})
    await client.sign_in("13800000101")
    await walk.upload(client, home_of(made), "application_form", *(photo(number) for number in range(7)))
    assert "这一项最多传 6 个文件。请先删掉用不着的，再传“照片6.jpg”。" in refused(client)["pick-application_form"]
    first, *_ = await files(made, "application_form")

    await client.get(f"{address(first)}/replacement")
    await client.upload(f"{address(first)}/replacement", ("新的.jpg", photo(8), "image/jpeg"))

    assert (await names(made, "application_form"))[0] == "新的.jpg"
    assert len(await names(made, "application_form")) == 6


async def test_a_pile_must_be_sorted_before_going_on_and_what_is_sorted_moves(client: Client, case: Case) -> None:
    home = home_of(case)
    await walk.upload(client, home, "pile", photo(4), photo(5))
    await client.get(f"{home}/materials")
    await client.post(f"{home}/materials", {"without.medical_records.diagnosis_certificate": "yes"})
    (said,) = [text for name, text in refused(client).items() if name.startswith("to-")]
    assert said == "还有 2 个文件没有分类。请给每个文件选一项材料，用不着的请删除。"
    one, other = await files(case, "pile")

    await client.post(f"{home}/materials/sorting", {f"to.{one.id}": "identity", f"to.{other.id}": "no such thing"})

    assert await names(case, "identity") == ["照片0.jpg"]
    assert await names(case, "pile") == ["照片1.jpg"]


async def test_what_another_file_contains_is_not_asked_for_again(client: Client, case: Case) -> None:
    home = home_of(case)
    await walk.upload(client, home, "identity", photo(8))
    await client.get(f"{home}/materials")
    others = ("diagnosis_certificate", "inpatient_record")

    await client.post(f"{home}/materials", {f"within.medical_records.{kind}": "yes" for kind in others})

    assert client.path == f"{home}/delivery"
    await client.get(f"{home}/review")
    assert client.text.count("在别的文件里") == 2


async def test_whoever_ticks_that_no_medical_paper_is_there_is_told_that_one_is_needed(client: Client) -> None:
    home = home_of(await make_draft())
    await client.sign_in("13800000101")
    await walk.upload(client, home, "identity", photo(8))
    await client.get(f"{home}/materials")
    kinds = ("exam_report", "diagnosis_certificate", "inpatient_record")

    await client.post(f"{home}/materials", {f"without.medical_records.{kind}": "yes" for kind in kinds})

    assert errors(client) == {f"pick-{SLOT}": "病历资料至少要传一样，不能都勾“暂时没有”。"}


async def test_the_self_check_is_kept_and_hinders_nobody(client: Client, case: Case) -> None:
    home = home_of(case)
    await client.get(f"{home}/materials")

    await client.post(f"{home}/materials", {"checked.whole": "yes", "action": "save"})

    kept = await case_by_id(case.id)
    assert kept
    assert answers_of(kept)["checked.whole"] == "yes"
    assert answers_of(kept)["checked.stamp"] == ""


async def test_a_file_of_somebody_else_can_be_neither_seen_nor_changed(client: Client, case: Case) -> None:
    first, *_ = await files(case)
    async with Client() as other:
        await make_draft("ms-10")
        await other.sign_in("13800000110")
        await other.get("/meishan/logout")
        hidden = other.hidden

        seen = [await other.http.get(f"{address(first)}{path}") for path in ("", "/small", "/removal", "/replacement")]
        acts = ("turn", "position", "acceptance", "removal")
        done = [await other.http.post(f"{address(first)}/{act}", data=hidden) for act in acts]

    assert {answer.status_code for answer in (*seen, *done)} == {404}
    assert await names(case) == ["照片0.jpg", "照片1.jpg", "照片2.jpg"]
    assert (await client.http.get(address(first).replace("meishan", "xinxing"))).status_code == 404


async def answering(client: Client) -> tuple[Case, str]:
    """Have the office ask for an identity card, and upload two photos for it; return the case and the notice."""
    clerk = await make_staff()
    case = await corrections.ask(
        await make_case(), acting(clerk, Role.REVIEWER), [NewDefect("identity", "one_side", "")]
    )
    await client.sign_in("13800000101")
    notice = f"/meishan/cases/{case.number}/corrections/1"
    await client.get(notice)
    defect = re.findall(r'action="[^"]*/defects/([^"]+)"', client.text)[0]
    photos = [(f"{number}.jpg", photo(number), "image/jpeg") for number in range(2)]
    await client.upload(f"{notice}/defects/{defect}", *photos)
    return case, notice


async def test_files_for_a_notice_are_moved_and_removed_like_any_others(client: Client) -> None:
    case, notice = await answering(client)
    first, second = await keep.documents(case.id)

    answer = await client.post(f"{address(second)}/position", {"to": "0"}, follow=False)
    assert answer.headers["location"] == f"{notice}#file-{second.id}"
    assert [file.id for file in await keep.documents(case.id)] == [second.id, first.id]
    await client.get(notice)
    await client.post(f"{address(first)}/removal")

    assert [file.id for file in await keep.documents(case.id)] == [second.id]


async def test_once_the_answer_has_gone_out_files_can_be_seen_but_not_changed(client: Client) -> None:
    case, notice = await answering(client)
    first, _ = await keep.documents(case.id)
    await client.get(notice)
    await client.post(notice)

    assert (await client.http.get(address(first))).status_code == 200
    await client.get("/meishan/logout")
    for act in ("turn", "position", "acceptance", "removal"):
        answer = await client.http.post(f"{address(first)}/{act}", data=client.hidden)
        assert answer.status_code == 409
        assert "这份文件已经交上去了，不能再改。" in answer.text
    assert len(await keep.documents(case.id)) == 2
