"""A stranger's PDF: active content is removed, the rest stays; and pictures of its pages.

Works in the sandbox only. A signed document is kept byte for byte, or its signature would die;
but if it has active content, it is cleaned like any other: safe before signed.
"""

import io
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from portal.documents.kinds import Clean

PAGE_SIDE = 1400
MOST_PAGES = 100
MOST_OBJECTS = 200_000

ACTIVE_KEYS = (
    *("/OpenAction", "/AA", "/JS", "/JavaScript", "/Launch", "/RichMedia", "/RichMediaContent", "/EmbeddedFiles"),
    *("/AF", "/EF", "/XFA", "/Collection", "/Ref", "/PA", "/Rendition", "/Movie"),
)
ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
ACTIONS = {
    *("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition"),
    *("/Movie", "/Sound", "/GoTo3DView", "/RichMediaExecute", "/Thread", "/SetOCGState", "/Hide", "/Trans"),
}
GOOD_LINKS = ("http://", "https://", "mailto:", "tel:")


class Refused(Exception):
    """The file is not taken; the first argument is the reason's name."""


def clean_pdf(plain: bytes) -> tuple[bytes, int, Image.Image]:
    """Return the PDF without active content, the number of its pages, and a picture of the first.

    Raises:
        Refused: a password, too many pages, or it cannot be read, before or after cleaning.
    """
    try:
        with pikepdf.open(io.BytesIO(plain)) as document:
            pages = len(document.pages)
            if not 1 <= pages <= MOST_PAGES:
                raise Refused("pages")
            if len(document.objects) > MOST_OBJECTS:
                raise Refused("corrupt")
            # D21: cleaning breaks the signature, but a document that acts is not safe because it is signed.
            keep = signed(document) and plain.startswith(b"%PDF-")
            content = plain if disarm(document) == 0 and keep else _written(document)
        with pikepdf.open(io.BytesIO(content)) as again:
            if len(again.pages) != pages or (not keep and any("error" in said.lower() for said in _said(again))):
                raise Refused("corrupt")
        return content, pages, picture(content, 0)
    except pikepdf.PasswordError as error:
        raise Refused("password") from error
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("corrupt") from error


def cleaned_pdf(plain: bytes, small: Any) -> Clean:
    """Return a cleaned PDF as a `Clean`; *small* is the function that makes the small picture."""
    content, pages, first = clean_pdf(plain)
    return Clean(kind="pdf", content=content, pages=pages, small=small(first), warnings=[])


def signed(document: pikepdf.Pdf) -> bool:
    """Return whether the document carries a signature with a value."""
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/FT") == pikepdf.Name.Sig and "/V" in thing:
            return True
    return False


def disarm(document: pikepdf.Pdf) -> int:
    """Remove all active content from *document*; return how many objects were changed."""
    found = sum(_disarm_all(thing) for thing in document.objects)
    if "/Names" in document.Root:
        for key in ("/JavaScript", "/EmbeddedFiles"):
            if key in document.Root.Names:
                del document.Root.Names[key]
                found += 1
    if "/URI" in document.Root:  # where links without an address of their own would lead
        del document.Root["/URI"]
    return found + sum(_drop_annotations(page) for page in document.pages)


def _written(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _said(document: pikepdf.Pdf) -> list[str]:
    return [str(problem) for problem in document.check_pdf_syntax()]


def _disarm_all(thing: Any) -> int:
    """Disarm *thing* and the direct objects inside it; indirect objects are visited by the caller."""
    found = 0
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        found = _disarm(thing)
        inside = [thing[key] for key in list(thing.keys())]
    else:
        inside = list(thing) if isinstance(thing, pikepdf.Array) else []
    return found + sum(
        _disarm_all(part)
        for part in inside
        if isinstance(part, pikepdf.Dictionary | pikepdf.Array) and not part.is_indirect
    )


def _disarm(thing: Any) -> int:
    found = 0
    for key in ACTIVE_KEYS:
        if key in thing and not (key == "/Movie" and "/Type" in thing and thing.get("/Type") == pikepdf.Name.Font):
            # An opening that only jumps to a page is in half of all documents: it goes, but it arms nothing.
            found += not (key == "/OpenAction" and _jump(thing[key]))
            del thing[key]
    action = thing.get("/A")
    if isinstance(action, pikepdf.Dictionary) and not _harmless(action):
        del thing["/A"]
        found += 1
    return found + _disarm_action(thing) + _disarm_file(thing)


def _disarm_action(thing: Any) -> int:
    """Neutralise an action or media annotation in place (other objects may still refer to it)."""
    kind = str(thing.get("/S", ""))
    if kind in ACTIONS:
        for key in ("/S", "/F", "/N", "/Next", "/D"):
            if key in thing:
                del thing[key]
        return 1
    if kind == "/URI" and not _good_link(thing):
        if "/URI" in thing:
            del thing["/URI"]
        del thing["/S"]
        return 1
    if str(thing.get("/Subtype", "")) in ACTIVE_ANNOTATIONS:
        for key in list(thing.keys()):
            if key not in ("/Type", "/Rect"):
                del thing[key]
        return 1
    return 0


def _disarm_file(thing: Any) -> int:
    """Remove the file that *thing* refers to, whether on the machine or embedded in the document."""
    if str(thing.get("/Type", "")) in ("/Filespec", "/F", "/EmbeddedFile"):
        for key in ("/Type", "/F", "/UF", "/DOS", "/Mac", "/Unix"):
            if key in thing:
                del thing[key]
        return 1
    if isinstance(thing, pikepdf.Stream) and "/F" in thing:  # a stream whose content lies in another file
        del thing["/F"]
        return 1
    return 0


def _jump(opening: Any) -> bool:
    return isinstance(opening, pikepdf.Array) or (isinstance(opening, pikepdf.Dictionary) and _harmless(opening))


def _harmless(action: Any) -> bool:
    if "/Next" in action:  # what follows a jump may be anything
        return False
    kind = str(action.get("/S", ""))
    return kind in ("/GoTo", "/Named") or (kind == "/URI" and _good_link(action))


def _good_link(action: Any) -> bool:
    return str(action.get("/URI", "")).strip().lower().startswith(GOOD_LINKS)


def _drop_annotations(page: Any) -> int:
    if "/Annots" not in page:
        return 0
    kept = [
        note
        for note in page.Annots
        # one that was of an active kind has no kind any more
        if isinstance(note, pikepdf.Dictionary) and "/Subtype" in note
    ]
    dropped = len(page.Annots) - len(kept)
    page.Annots = pikepdf.Array(kept)
    return dropped


def of_pictures(pictures: list[bytes], sizes: list[tuple[int, int]]) -> bytes:
    """Return a PDF of JPEGs, one a page, as large as A4 at most."""
    with pikepdf.Pdf.new() as document:
        for content, (width, height) in zip(pictures, sizes, strict=True):
            scale = 842 / max(width, height)
            page = document.add_blank_page(page_size=(width * scale, height * scale))
            shown = pikepdf.Stream(
                document,
                content,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=width,
                Height=height,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=document.make_indirect(shown)))
            drawn = f"q {width * scale:.3f} 0 0 {height * scale:.3f} 0 0 cm /Im Do Q".encode()
            page.obj.Contents = document.make_indirect(pikepdf.Stream(document, drawn))
        return _written(document)


def picture(content: bytes, number: int, side: int = PAGE_SIDE) -> Image.Image:
    """Return page *number* (from 0) of a PDF as a picture, *side* pixels long whatever its size on paper."""
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[number]
        scale = side / max(page.get_width(), page.get_height(), 1)
        drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        return drawn
    finally:
        document.close()
