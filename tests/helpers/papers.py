"""Files as people send them, good and bad, made as small as they can be."""

import struct
import zlib
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageDraw

from portal.core.store.crypto import token
from portal.core.store.storage import Sealer, incoming
from portal.core.web.uploads import HEAD, Received

SCRIPT = "app.alert('planted')"


def page_image(width: int = 900, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """Return a picture of a page with lines on it: black on white, nothing that would be warned about."""
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    for line in range(0, height, 40):
        draw.rectangle((width // 10, line, width * 3 // 4, line + 18), fill=0)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """Return *image* as a file of *kind*."""
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """Return a PNG of a kilobyte that says it is as large as it likes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def received(content: bytes, filename: str = "照片.jpg", *, too_large: bool = False) -> Received:
    """Return *content* as it arrives in the incoming folder: sealed."""
    name = token(12)
    sealer = Sealer(name)
    path = incoming() / name
    path.write_bytes(sealer.head + sealer.write(content) + sealer.finish())
    return Received(
        "file",
        filename,
        name,
        sealer.key,
        path,
        size=len(content),
        digest=sha256(content).digest(),
        head=content[:HEAD],
        too_large=too_large,
    )


def pdf(pages: int = 1, arm: Callable[[Pdf], None] | None = None, **how: object) -> bytes:
    """Return a PDF of *pages* pages after *arm* has done something to it."""
    with Pdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        if arm:
            arm(document)
        out = BytesIO()
        document.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def readable(content: bytes) -> bytes:
    """Return the PDF written out so that every name and text in it can be searched for."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content)) as document:
        document.save(
            out,
            qdf=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    return out.getvalue()


def script() -> Dictionary:
    """Return an action that runs a script."""
    return Dictionary(S=Name.JavaScript, JS=SCRIPT)


def launch() -> Dictionary:
    """Return an action that starts a program."""
    return Dictionary(S=Name.Launch, F="planted.exe")


def note(kind: str, **more: Any) -> Dictionary:
    """Return an annotation of *kind*."""
    return Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=[10, 10, 90, 90], **more)


def annotated(*notes: Dictionary, direct: bool = False) -> Callable[[Pdf], None]:
    """Return what puts *notes* on the first page, as objects of their own or inside the page."""

    def arm(document: Pdf) -> None:
        kept = [one if direct else document.make_indirect(one) for one in notes]
        document.pages[0].obj.Annots = Array(kept)

    return arm


def rooted(**entries: object) -> Callable[[Pdf], None]:
    """Return what writes *entries* into the root of the document."""

    def arm(document: Pdf) -> None:
        for name, entry in entries.items():
            document.Root[f"/{name}"] = entry

    return arm


def with_attachment(document: Pdf) -> None:
    """Attach a file to the document."""
    document.attachments["planted.exe"] = b"MZ planted"


def with_attachment_note(document: Pdf) -> None:
    """Hang a file on a note of the first page."""
    stream = Stream(document, b"MZ planted", Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F="planted.exe", EF=Dictionary(F=document.make_indirect(stream)))
    annotated(note("FileAttachment", FS=document.make_indirect(spec)))(document)


def with_outline(document: Pdf) -> None:
    """Give the document an outline whose entry starts a program."""
    item = document.make_indirect(Dictionary(Title="目录", A=launch()))
    document.Root.Outlines = document.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1))


def signed(document: Pdf) -> None:
    """Give the document a signature field with a value (no reader would believe it, but it looks like one)."""
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=b"\x30\x00", ByteRange=[0, 1, 2, 3])
    field = document.make_indirect(Dictionary(FT=Name.Sig, T="签章", V=document.make_indirect(value)))
    document.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
