"""What becomes of a PDF: its pages stay, whatever acts is gone; a signed one is kept byte for byte."""

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from portal.documents.decode import Refused, clean_pdf, page_picture, signed
from tests.helpers import papers
from tests.helpers.corpus.armed import ARMED, armed
from tests.helpers.papers import annotated, note, pdf, readable, rooted, script

# What must not stand in a clean file, however it was written.
ACTIVE = (
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/OpenAction",
    b"/AA",
    b"/EmbeddedFile",
    b"/Filespec",
    b"/RichMedia",
    b"/Screen",
    b"/Movie",
    b"/Sound",
    b"/SubmitForm",
    b"/ImportData",
    b"/GoToR",
    b"/GoToE",
    b"/XFA",
    b"planted",
)


@pytest.mark.parametrize("weapon", ARMED)
def test_whatever_acts_is_gone_and_the_pages_stay(weapon: str) -> None:
    content = pdf(2, armed()[weapon])
    assert any(name in readable(content) for name in ACTIVE)

    clean = clean_pdf(content)

    left = readable(clean.content)
    assert [name for name in ACTIVE if name in left] == []
    assert clean.pages == 2


def test_a_script_in_a_compressed_object_is_found_too() -> None:
    content = pdf(1, rooted(OpenAction=script()), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"planted" not in content

    assert b"planted" not in readable(clean_pdf(content).content)


def test_links_that_do_no_harm_stay() -> None:
    good = [
        note("Link", A=Dictionary(S=Name.URI, URI=uri)) for uri in ("https://a.example/", "mailto:a@b", "tel:12393")
    ]

    left = readable(clean_pdf(pdf(1, annotated(*good))).content)

    assert b"https://a.example/" in left
    assert b"mailto:a@b" in left
    assert b"tel:12393" in left


def test_a_jump_within_the_document_stays() -> None:
    def inside(document: pikepdf.Pdf) -> None:
        annotated(note("Link", A=Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]))))(document)

    assert b"/GoTo" in readable(clean_pdf(pdf(2, inside)).content)


def test_a_signed_document_is_kept_byte_for_byte() -> None:
    content = pdf(1, papers.signed)

    with pikepdf.open(BytesIO(content)) as document:
        assert signed(document)
    assert clean_pdf(content).content == content


def test_an_empty_field_for_a_signature_signs_nothing() -> None:
    def unsigned(document: pikepdf.Pdf) -> None:
        field = document.make_indirect(Dictionary(FT=Name.Sig, T="签章"))
        document.Root.AcroForm = Dictionary(Fields=[field])
        document.Root.OpenAction = script()

    assert b"planted" not in readable(clean_pdf(pdf(1, unsigned)).content)


def reason(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        clean_pdf(content)
    return str(refused.value)


def test_a_password_is_told_as_such() -> None:
    locked = pdf(1, encryption=pikepdf.Encryption(user="secret", owner="secret"))

    assert reason(locked) == "password"


def test_a_document_that_only_forbids_changes_is_taken_and_unlocked() -> None:
    clean = clean_pdf(pdf(1, encryption=pikepdf.Encryption(user="", owner="secret")))

    with pikepdf.open(BytesIO(clean.content)) as document:
        assert not document.is_encrypted


def test_a_hundred_pages_are_taken_and_one_more_is_not() -> None:
    assert clean_pdf(pdf(100)).pages == 100
    assert reason(pdf(101)) == "pages"


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-" + bytes(2000), pdf(3)[:120]])
def test_what_is_left_of_a_document_is_told_to_be_broken(content: bytes) -> None:
    assert reason(content) == "corrupt"


def test_a_pdf_of_pages_gets_a_small_picture_and_one_of_each_page() -> None:
    content = clean_pdf(pdf(3)).content

    assert clean_pdf(content).small.startswith(b"\xff\xd8\xff")
    assert page_picture(content, 2).startswith(b"\xff\xd8\xff")


def test_a_page_as_large_as_a_field_is_drawn_no_larger_than_a_screen() -> None:
    from PIL import Image

    with pikepdf.Pdf.new() as document:
        document.add_blank_page(page_size=(14_000, 9_000))
        out = BytesIO()
        document.save(out)

    assert Image.open(BytesIO(page_picture(out.getvalue(), 0))).size == (1400, 900)
