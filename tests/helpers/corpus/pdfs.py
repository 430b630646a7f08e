"""PDFs of the corpus: as scanners, hospitals and offices make them, and as nobody should."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, Stream

from portal.documents.pdfs import of_pictures
from tests.helpers.corpus.armed import ARMED, armed
from tests.helpers.corpus.pictures import page
from tests.helpers.papers import annotated, encoded, note, pdf, rooted, script, signed

Make = Callable[[], bytes]


def scanned(count: int = 1) -> bytes:
    """Return a PDF of *count* scans."""
    sheets = [page(number=number) for number in range(count)]
    return of_pictures([encoded(sheet, "JPEG", quality=60) for sheet in sheets], [sheet.size for sheet in sheets])


def form(document: Pdf) -> None:
    """Give the document a form with a field."""
    field = document.make_indirect(note("Widget", FT=Name.Tx, T="name", V="filled in"))
    document.pages[0].obj.Annots = Array([field])
    document.Root.AcroForm = Dictionary(Fields=[field])


def links(document: Pdf) -> None:
    """Give the document links that do no harm."""
    for_all = ("https://a.example/", "mailto:a@b.example", "tel:12393")
    annotated(*(note("Link", A=Dictionary(S=Name.URI, URI=uri)) for uri in for_all))(document)


def opening_at_a_page(document: Pdf) -> None:
    """Have the document open at its second page, as half of all documents do."""
    document.Root.OpenAction = Array([document.pages[-1].obj, Name.Fit])


def signed_and_armed(document: Pdf) -> None:
    """Sign the document, and have it run a script all the same."""
    signed(document)
    document.Root.OpenAction = script()


def written_otherwise(content: bytes) -> bytes:
    """Return the PDF with its script under a name that is spelt otherwise."""
    return content.replace(b"/JavaScript", b"/Jav#61Script")


def drawing_another_file(document: Pdf) -> None:
    """Have a page draw a page of another file."""
    other = Stream(document, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    other.Ref = Dictionary(F="planted.pdf", Page=0)
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=document.make_indirect(other)))


def content_elsewhere(document: Pdf) -> None:
    """Have the content of a page lie in a file of the machine."""
    away = Stream(document, b"")
    away.F = Dictionary(Type=Name.Filespec, F="/etc/planted")
    document.pages[0].obj.Contents = document.make_indirect(away)


def portfolio(document: Pdf) -> None:
    """Make the document a folder of files."""
    document.attachments["planted.exe"] = b"MZ planted"
    document.Root.Collection = Dictionary(Type=Name.Collection, View=Name.T)


def file_without_a_type(document: Pdf) -> None:
    """Hang a file on a link by a specification that does not say it is one."""
    held = document.make_indirect(Stream(document, b"MZ planted"))
    spec = document.make_indirect(Dictionary(F="planted.exe", UF="planted.exe", EF=Dictionary(F=held)))
    annotated(note("FileAttachment", FS=spec))(document)


def button_of_a_film(document: Pdf) -> None:
    """Keep a film in the form's fields that is on no page."""
    film = document.make_indirect(
        note("Screen", FT=Name.Btn, T="planted", A=Dictionary(S=Name.Rendition, JS="planted"))
    )
    document.Root.AcroForm = Dictionary(Fields=[film])


def base_of_links(document: Pdf) -> None:
    """Have links lead to a machine of somebody's choice."""
    document.Root.URI = Dictionary(Base="file://planted.example/")
    annotated(note("Link", A=Dictionary(S=Name.URI, URI="../share")))(document)


GOOD: dict[str, tuple[Make, int]] = {
    "report.pdf": (pdf, 1),
    "three-pages.pdf": (lambda: pdf(3), 3),
    "hundred-pages.pdf": (lambda: pdf(100), 100),
    "scan.pdf": (scanned, 1),
    "scan-of-four.pdf": (lambda: scanned(4), 4),
    "only-owner-may-change.pdf": (lambda: pdf(2, encryption=Encryption(user="", owner="secret")), 2),
    "straightened.pdf": (lambda: pdf(2, links, linearize=True), 2),
    "packed.pdf": (lambda: pdf(2, form, object_stream_mode=ObjectStreamMode.generate), 2),
    "unpacked.pdf": (lambda: pdf(3, form, object_stream_mode=ObjectStreamMode.disable, compress_streams=False), 3),
    "form.pdf": (lambda: pdf(1, form), 1),
    "links.pdf": (lambda: pdf(1, links), 1),
    "opening-at-a-page.pdf": (lambda: pdf(2, opening_at_a_page), 2),
    "signed.pdf": (lambda: pdf(1, signed), 1),
    "old.pdf": (lambda: pdf(1, force_version="1.3"), 1),
    "line-before.pdf": (lambda: b"printed by a machine\r\n" + pdf(2), 2),
    "something-behind.pdf": (lambda: pdf(3) + b"\nplanted after the end" + bytes(300), 3),
    "table-of-contents-lost.pdf": (lambda: pdf(3).replace(b"startxref", b"startyref"), 3),
    "really-a-report": (lambda: pdf(4), 4),
}
MORE_ARMED: dict[str, Make] = {
    "signed-and-armed.pdf": lambda: pdf(1, signed_and_armed),
    "spelt-otherwise.pdf": lambda: written_otherwise(
        pdf(1, rooted(OpenAction=script()), object_stream_mode=ObjectStreamMode.disable)
    ),
    "packed-script.pdf": lambda: pdf(
        1, rooted(OpenAction=script()), object_stream_mode=ObjectStreamMode.generate, linearize=True
    ),
    "draws-another-file.pdf": lambda: pdf(1, drawing_another_file),
    "content-elsewhere.pdf": lambda: pdf(1, content_elsewhere),
    "portfolio.pdf": lambda: pdf(1, portfolio),
    "file-without-a-type.pdf": lambda: pdf(1, file_without_a_type),
    "button-of-a-film.pdf": lambda: pdf(1, button_of_a_film),
    "base-of-links.pdf": lambda: pdf(1, base_of_links),
    "locked-script.pdf": lambda: pdf(
        1, rooted(OpenAction=script()), encryption=Encryption(user="", owner="secret", R=6, aes=True)
    ),
}


def bottomless() -> bytes:
    """Return a PDF whose tree of pages leads to itself."""
    with Pdf.new() as document:
        document.add_blank_page()
        tree = document.Root.Pages
        tree.Kids = Array([tree])
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def deflated_bomb() -> bytes:
    """Return a PDF whose page unpacks to 400 MB of nothing, twice packed."""
    import zlib

    with Pdf.new() as document:
        document.add_blank_page()
        packed = zlib.compress(zlib.compress(b"0 0 m " * 70_000_000, 9), 9)
        stream = Stream(document, b"")
        stream.write(packed, filter=Array([Name.FlateDecode, Name.FlateDecode]))
        document.pages[0].obj.Contents = document.make_indirect(stream)
        out = BytesIO()
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


REFUSED: dict[str, tuple[Make, str]] = {
    "locked.pdf": (lambda: pdf(1, encryption=Encryption(user="secret", owner="secret")), "password"),
    "locked-old.pdf": (
        lambda: pdf(2, encryption=Encryption(user="secret", owner="x", R=3, aes=False, metadata=False)),
        "password",
    ),
    "locked-new.pdf": (lambda: pdf(2, encryption=Encryption(user="secret", owner="x", R=6)), "password"),
    "hundred-and-one-pages.pdf": (lambda: pdf(101), "pages"),
    "no-pages.pdf": (lambda: pdf(0), "pages"),
    "first-bytes-only.pdf": (lambda: b"%PDF-1.7\n%%EOF", "corrupt"),
    "zeros.pdf": (lambda: b"%PDF-1.4\n" + bytes(5000), "corrupt"),
    "beginning-of.pdf": (lambda: pdf(3)[:120], "corrupt"),
    "noise.pdf": (lambda: b"%PDF-1.7\n" + bytes((at * 7919) % 251 for at in range(9000)), "corrupt"),
    "bottomless.pdf": (bottomless, "corrupt"),
}


def papers() -> Iterator[dict[str, Any]]:
    """Yield the fields of each PDF."""
    for name, (make, pages) in GOOD.items():
        yield {"name": name, "make": make, "pages": pages}
    for weapon in ARMED:
        yield {
            "name": f"{weapon.replace(',', '').replace(' ', '-')}.pdf",
            "make": lambda weapon=weapon: pdf(2, armed()[weapon]),
            "pages": 2,
            "armed": True,
        }
    for name, make in MORE_ARMED.items():
        yield {"name": name, "make": make, "armed": True}
    for name, (make, verdict) in REFUSED.items():
        yield {"name": name, "make": make, "verdict": verdict}
