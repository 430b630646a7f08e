"""What a letter says: all of it, to the right person, sealed, numbered, never changed."""

import re
from hashlib import sha256

import pytest

from portal.cases.life.moves import MOVES
from portal.core.store.crypto import open_bytes
from portal.core.store.database import fetch_value
from portal.letters.application_form import blank, filled
from portal.letters.issue import ROWS, texts
from portal.letters.kinds import INTERNAL, NOT_ISSUED
from portal.letters.letter import certificate_among, letters, mark_opened
from portal.letters.objecting import ways_to_object
from portal.regions.load import REGIONS, Region
from tests.helpers import made
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_person
from tests.helpers.made import HOLDING, holding, letter_of

pytestmark = pytest.mark.usefixtures("database")
PHONES = {"meishan": "13800000101", "xinxing": "13800000001"}


def test_every_letter_that_a_move_names_has_its_text() -> None:
    named = {kind for move in MOVES for kind in move.letters.split()}

    assert named - NOT_ISSUED <= set(texts())
    assert set(texts()) == {*HOLDING, INTERNAL}
    assert {name for text in texts().values() for name in text.rows} <= set(ROWS)


@pytest.mark.parametrize("kind", HOLDING)
async def test_every_kind_of_letter_is_a_page_that_says_everything_it_holds(kind: str, client: Client) -> None:
    case = await holding(kind)
    row = await letter_of(case, kind)
    content = row.opened()
    await client.sign_in(PHONES[case.region], case.region)

    await client.get(f"/{case.region}/cases/{case.number}/letters/{row.id}")

    assert client.status == 200
    said = [content.title, content.agency, content.issued_on, content.code, *content.body]
    said += [part for pair in content.rows for part in pair]
    said += [item for list_ in content.lists for item in list_.items]
    assert [text for text in said if text not in client.text] == []
    assert "样例政策数据" in client.text
    assert "{" not in re.sub(r"<[^>]+>", "", "".join(said))


async def test_a_letter_is_sealed_numbered_and_carries_the_digest_of_what_it_says() -> None:
    case = await make_case()
    row = await letter_of(case, "L01")

    content = open_bytes(row.content, f"letter.content:{row.id}")

    assert sha256(content).digest() == row.digest
    assert (await letter_of(case, "L01")).number == f"{case.number}-01"
    assert (await letter_of(case, "L02")).number == f"{case.number}-02"
    assert "申请回执".encode() not in row.content


async def test_a_letter_to_everybody_masks_the_name_and_only_the_certificate_has_it_in_full() -> None:
    case = await made.decided()

    rows = {row.kind: dict(row.opened().rows) for row in await letters(case.id)}

    assert rows["L10"]["姓名"] == "张丽"
    assert rows["L10"]["证件号码"] == "511***********0026"
    assert {row["申请人"] for kind, row in rows.items() if kind != "L10"} == {"张*"}


async def test_the_certificate_says_for_what_from_when_until_when_and_on_what_basis() -> None:
    case = await made.decided(months=24)
    certificate = certificate_among(await letters(case.id))
    assert certificate

    rows = dict(certificate.opened().rows)

    assert rows["认定病种"] == "糖尿病（M01600）"
    assert re.fullmatch(r"\d{4}年\d{1,2}月1日", rows["待遇开始"])
    assert rows["有效期"].startswith("至 ")
    assert "2026-sample-1" in rows["依据"]


async def test_a_certificate_without_an_end_says_so() -> None:
    case = await made.decided(months=0)
    certificate = certificate_among(await letters(case.id))
    assert certificate

    assert dict(certificate.opened().rows)["有效期"] == "长期有效"


async def test_a_refusal_has_reasons_basis_evidence_and_every_way_to_object() -> None:
    case = await made.decided(passed=False, words="糖化血红蛋白 6.1%，低于标准")
    content = (await letter_of(case, "L11")).opened()

    reasons, appeal = content.lists
    assert reasons.items == ["不符合这个病种的认定标准", "糖化血红蛋白 6.1%，低于标准"]
    assert appeal.items == ways_to_object(case.city)
    assert [
        word for word in ("复核", "60 日", "行政复议", "行政诉讼", "6 个月", "12345") if word not in str(appeal)
    ] == []
    assert "依据" in dict(content.rows)
    assert certificate_among(await letters(case.id)) is None


@pytest.mark.parametrize("kind", ["L03", "L14"])
async def test_a_letter_that_takes_something_away_says_how_to_object(kind: str) -> None:
    content = (await letter_of(await holding(kind), kind)).opened()

    assert content.lists[-1].heading == "不同意怎么办"


async def test_the_notice_lists_every_defect_with_how_it_is_right_its_basis_and_until_when() -> None:
    case = await made.asked()
    content = (await letter_of(case, "L04")).opened()

    assert content.lists[0].items == [
        "有效身份证件：只有一面，缺另一面：请补反面。应当：正面和反面都有。",
        "检查报告：日期太早。应当：日期是最近的。",
    ]
    rows = dict(content.rows)
    assert "补正期限" in rows
    assert "一次性告知补正" in rows["依据"]


async def test_reasons_of_a_clerk_stand_in_the_letter_as_they_were_written() -> None:
    case = await made.refused_at_the_door("材料是 {name} 的；请看 <政策> 第 3 条")

    body = (await letter_of(case, "L03")).opened().body

    assert "理由：材料是 {name} 的；请看 <政策> 第 3 条" in body[-1]


async def test_an_unpublished_year_makes_the_date_in_a_letter_an_estimate() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    rows = dict((await letter_of(case, "L01")).opened().rows)

    assert case.due_on
    assert not REGIONS["xinxing"].calendar.published(case.due_on)
    assert {"预计受理", "预计办完"} <= set(rows)
    assert not {"最晚受理", "最晚办完"} & set(rows)


async def test_taking_back_makes_the_letters_void_but_keeps_them(client: Client) -> None:
    case = await made.taken_back()

    rows = await letters(case.id)

    assert [(row.kind, row.void) for row in rows] == [("L01", True), ("L02", True)]


async def test_a_letter_of_another_persons_case_is_not_there(client: Client) -> None:
    case, other = await make_case(), await make_case("ms-10")
    foreign = await letter_of(other, "L01")
    await client.sign_in("13800000101")

    for address in (
        f"/meishan/cases/{case.number}/letters/{foreign.id}",
        f"/meishan/cases/{other.number}/letters/{foreign.id}",
        f"/meishan/cases/{other.number}/letters/{foreign.id}.pdf",
        f"/meishan/cases/{case.number}/letters/nothing.pdf",
    ):
        await client.get(address)
        assert client.status == 404


async def test_the_first_time_a_letter_is_opened_is_remembered() -> None:
    row = await letter_of(await make_case(), "L01")

    await mark_opened(row)
    first = await fetch_value("SELECT opened_at FROM letter WHERE id = $1", row.id)
    await mark_opened(row)

    assert first
    assert await fetch_value("SELECT opened_at FROM letter WHERE id = $1", row.id) == first


async def test_the_form_made_from_the_answers_says_what_was_answered() -> None:
    who = await make_person()

    form = filled(REGIONS["meishan"], who, None, {**ANSWERS, "treatment": "打胰岛素"})

    rows = dict(row for part in form.parts for row in part.rows)
    assert (rows["姓名"], rows["证件号码"], rows["性别"]) == ("张丽", "511400197102140026", "女")
    assert (rows["出生日期"], rows["现在怎么治疗？"]) == ("1971年2月14日", "打胰岛素")
    assert form.signer == "张丽"


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
def test_the_blank_form_asks_the_same_and_has_room_for_the_office(region: Region) -> None:
    form = blank(region)

    rows = [row for part in form.parts for row in part.rows]
    assert {"姓名", "您要申请哪个病种？", "现在怎么治疗？", "专家意见", "经办机构意见"} <= {label for label, _ in rows}
    assert {answer for _, answer in rows} == {""}


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
def test_who_disagrees_reads_what_to_write_and_where_it_goes(region: Region) -> None:
    first, *others = ways_to_object(region)

    assert "书面申请复核" in first
    assert (region.rules.agency.post_to_zh or region.hotline) in first
    assert [way for way in ("行政复议", "行政诉讼", "12345") if way not in str(others)] == []


@pytest.mark.parametrize("kind", ["L03", "L11", "L14"])
async def test_a_letter_that_takes_something_away_names_only_ways_that_exist(kind: str) -> None:
    case = await made.holding(kind)

    content = (await made.letter_of(case, kind)).opened()

    assert content.lists[-1].items == ways_to_object(case.city)
    assert "网上" not in str(content.lists[-1].items)
