"""Turning pictures and PDFs by quarters to the right; runs in the sandbox."""

import io

import pikepdf
from PIL import Image

from portal.documents.decode import jpeg
from portal.documents.pdfs import signed

QUARTERS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


def turned(content: bytes, quarters: int) -> bytes:
    """Return a clean JPEG turned by *quarters* (1 to 3)."""
    return jpeg(Image.open(io.BytesIO(content), formats=["JPEG"]).transpose(QUARTERS[quarters]))


# D42: made anew each time from the clean file, so that four turns lose nothing.
def turned_pdf(content: bytes, quarters: list[int]) -> bytes:
    """Return a clean PDF, its pages turned by *quarters* each; a signed one as it is, or its signature would die."""
    with pikepdf.open(io.BytesIO(content)) as document:
        if signed(document):
            return content
        for page, turns in zip(document.pages, quarters, strict=True):
            page.rotate(90 * turns, relative=True)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
