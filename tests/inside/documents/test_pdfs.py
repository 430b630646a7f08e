"""What becomes of a PDF: its pages stay, whatever acts is gone; a signed one is kept byte for byte."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from portal.documents.decode import Refused, clean_pdf, page_picture, signed
from tests.helpers import papers
from tests.helpers.papers import annotated, launch, note, pdf, readable, rooted, script

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


def chained(document: pikepdf.Pdf) -> None:
    jump = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=script())
    annotated(note("Link", A=jump))(document)


def widget(document: pikepdf.Pdf) -> None:
    submit = Dictionary(S=Name.SubmitForm, F="https://planted.example")
    field = document.make_indirect(note("Widget", FT=Name.Tx, T="a", A=submit, AA=Dictionary(K=script())))
    document.pages[0].obj.Annots = Array([field])
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=[field]))


def page_action(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=script())


def named_scripts(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=["a", script()]))


def named_scripts_apart(document: pikepdf.Pdf) -> None:
    tree = document.make_indirect(Dictionary(Names=["a", document.make_indirect(script())]))
    document.Root.Names = document.make_indirect(Dictionary(JavaScript=tree))


def armed() -> dict[str, Callable[[pikepdf.Pdf], None]]:
    """Return what arms a document, in every way we know; made anew, because parts of a PDF belong to one only."""
    return {
        "a script on opening": rooted(OpenAction=script()),
        "a program on opening": rooted(OpenAction=launch()),
        "scripts by name": named_scripts,
        "scripts by name, each an object of its own": named_scripts_apart,
        "a script for leaving the document": rooted(AA=Dictionary(WC=script())),
        "a script for a page": page_action,
        "a link to a script": annotated(note("Link", A=script())),
        "a link to a script inside the page": annotated(note("Link", A=script()), direct=True),
        "a link with its own events inside the page": annotated(note("Link", AA=Dictionary(E=script())), direct=True),
        "a link to a program": annotated(note("Link", A=launch())),
        "a link to a program inside the page": annotated(note("Link", A=launch()), direct=True),
        "a link to a file of the machine": annotated(note("Link", A=Dictionary(S=Name.URI, URI="file:///etc/planted"))),
        "a link to a file of the machine inside the page": annotated(
            note("Link", A=Dictionary(S=Name.URI, URI="FILE:///etc/planted")), direct=True
        ),
        "a link that is a script": annotated(note("Link", A=Dictionary(S=Name.URI, URI="javascript:planted()"))),
        "a link into another document": annotated(note("Link", A=Dictionary(S=Name.GoToR, F="planted.pdf"))),
        "a script after a jump": chained,
        "an entry of the outline that starts a program": papers.with_outline,
        "a form that sends itself": widget,
        "a form of another kind": rooted(AcroForm=Dictionary(Fields=[], XFA="planted <xdp/>")),
        "an attached file": papers.with_attachment,
        "a file on a note": papers.with_attachment_note,
        "a film": annotated(note("Movie", Movie=Dictionary(F="planted.avi")), note("Screen", A=launch())),
        "a sound and a show": annotated(note("Sound", T="planted"), note("RichMedia", T="planted"), direct=True),
    }


ARMED = list(armed())


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
