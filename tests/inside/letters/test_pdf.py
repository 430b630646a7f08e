"""Letters as PDF: the same words, tagged for readers of the screen, made to be kept."""

import re
from datetime import UTC, datetime
from io import BytesIO

import msgspec
import pikepdf
import pypdfium2
import pytest

from portal.core.tools.paper import CannotPrint, pdf
from portal.letters.application_form import as_pdf as form_pdf
from portal.letters.application_form import blank, filled
from portal.letters.issue import Content, Items
from portal.letters.letter import as_pdf, drawn
from portal.regions.load import REGIONS, Region
from tests.helpers import made
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import make_person
from tests.helpers.made import HOLDING, holding, letter_of

RARE = "𪛖"  # Extension B, without a glyph in our font
WHEN = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def words(content: bytes) -> str:
    """Return the text of a PDF without spaces and line ends."""
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s", "", text)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def a_letter(**changed: object) -> dict[str, object]:
    """Return a letter's data with something in every part of it."""
    content = Content(
        kind="L11",
        title="不予认定决定书",
        number="482109375564-03",
        rows=[("申请人", "张*"), ("依据", "办法")],
        body=["张*：", "理由如下："],
        lists=[Items("理由", ["一", "二"])],
        agency="眉山市医疗保障经办机构（样例）",
        issued_on="2026年11月20日",
        code="7K2M-9QXD-4HRT",
        verify_at="https://mt.example.cn/v/7K2M-9QXD-4HRT",
        sample=True,
    )
    return {**msgspec.to_builtins(content), "qr": drawn(content.verify_at), "void": False, **changed}


@pytest.mark.parametrize("kind", HOLDING)
async def test_every_kind_of_letter_is_a_pdf_that_says_the_same_as_its_page(kind: str, database: None) -> None:
    row = await letter_of(await holding(kind), kind)
    content = row.opened()

    said = words(await as_pdf(row))

    parts = [content.title, content.agency, content.issued_on, content.code, *content.body]
    parts += [part for pair in content.rows for part in pair]
    parts += [item for list_ in content.lists for item in list_.items]
    assert [part for part in parts if squeezed(part) not in said] == []


async def test_a_letter_can_be_read_aloud_and_kept_for_ever() -> None:
    with pikepdf.open(BytesIO(await pdf("letters/letter", a_letter(), WHEN))) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang).lower().startswith("zh")
        assert root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as meta:
            assert meta["dc:title"] == "不予认定决定书"
            assert meta["pdfuaid:part"] == "1"
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")


async def test_its_headings_table_list_and_picture_are_tagged_as_such() -> None:
    with pikepdf.open(BytesIO(await pdf("letters/letter", a_letter(), WHEN))) as document:
        tags = {str(thing.S) for thing in document.objects if is_tag(thing)}
        (figure,) = [thing for thing in document.objects if is_tag(thing) and str(thing.S) == "/Figure"]

        assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"} <= tags
        assert "二维码" in str(figure.Alt)


def is_tag(thing: object) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.StructElem


async def test_its_font_is_inside() -> None:
    with pikepdf.open(BytesIO(await pdf("letters/letter", a_letter(), WHEN))) as document:
        described = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.FontDescriptor
        ]

        assert described
        assert all("/FontFile2" in font or "/FontFile3" in font for font in described)
        assert all("NotoSansSC" in str(font.FontName) for font in described)


async def test_equal_letters_are_equal_to_the_byte() -> None:
    first = await pdf("letters/letter", a_letter(), WHEN)

    assert await pdf("letters/letter", a_letter(), WHEN) == first
    assert await pdf("letters/letter", a_letter(title="别的"), WHEN) != first


async def test_a_letter_is_made_once_and_a_void_one_says_so(database: None) -> None:
    row = await letter_of(await made.taken_back(), "L01")
    valid = msgspec.structs.replace(row, void_at=None)

    assert await as_pdf(row) == await as_pdf(row)
    assert "作废" in words(await as_pdf(row))
    assert "作废" not in words(await as_pdf(valid))


@pytest.mark.parametrize(
    "name", ['#panic("planted")', "*张* _丽_ $x^2$ <b>", '#read("/etc/passwd")', "\\u{41} @ref //注释", "“张”‘丽’—…"]
)
async def test_what_looks_like_markup_in_a_name_is_a_name(name: str) -> None:
    said = words(await pdf("letters/letter", a_letter(rows=[("姓名", name)], title=name), WHEN))

    assert said.count(squeezed(name)) == 2


async def test_a_character_that_no_font_shows_is_never_printed_as_a_box() -> None:
    with pytest.raises(CannotPrint, match=RARE):
        await pdf("letters/letter", a_letter(rows=[("姓名", f"李{RARE}")]), WHEN)


@pytest.mark.parametrize(
    "name", ["李𠅤", "阿卜杜热西提·买买提", "MARIA DEL CARMEN", "古丽巴哈尔·阿不都克里木·吐尔逊江·买买提艾力·热合曼"]
)
async def test_the_names_of_real_people_are_printed(name: str) -> None:
    assert squeezed(name) in words(await pdf("letters/letter", a_letter(rows=[("姓名", name)]), WHEN))


async def test_a_long_refusal_goes_on_to_further_pages() -> None:
    long = a_letter(lists=[{"heading": "理由", "items": [f"第 {n} 条：" + "不符合标准。" * 30 for n in range(30)]}])

    content = await pdf("letters/letter", long, WHEN)

    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) > 2
    assert "第29条" in words(content)


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.id)
async def test_the_blank_form_is_a_pdf_with_the_same_rows(region: Region) -> None:
    form = blank(region)

    said = words(await form_pdf(form, WHEN))

    assert squeezed(form.title) in said
    assert [label for part in form.parts for label, _ in part.rows if squeezed(label) not in said] == []


async def test_the_filled_form_is_a_pdf_with_the_answers(database: None) -> None:
    form = filled(REGIONS["meishan"], await make_person(), None, {**ANSWERS, "treatment": "打胰岛素 #let x = 1"})

    said = words(await form_pdf(form, WHEN))

    assert "张丽" in said
    assert "打胰岛素#letx=1" in said


async def test_the_pdf_is_sent_to_be_saved_under_the_letters_title(client: Client) -> None:
    case = await made.decided()
    row = await letter_of(case, "L10")
    await client.sign_in("13800000101")

    await client.get(f"/meishan/cases/{case.number}/letters/{row.id}.pdf")

    headers = client.page.headers
    assert client.page.content.startswith(b"%PDF")
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%97%A8")
    assert "sandbox" in headers["content-security-policy"]


async def test_who_cannot_have_a_pdf_is_told_to_read_the_page(client: Client) -> None:
    case = await made.refused_at_the_door(f"姓名里的“{RARE}”和参保信息对不上")
    row = await letter_of(case, "L03")
    await client.sign_in("13800000001", "xinxing")
    address = f"/xinxing/cases/{case.number}/letters/{row.id}"
    await client.get(address)
    assert RARE in client.text

    await client.get(f"{address}.pdf")

    assert client.status == 503
    assert "网页上的内容一样，请先看网页" in client.text
