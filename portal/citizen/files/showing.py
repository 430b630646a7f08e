"""The response that shows a file of a citizen, shared by all pages."""

from litestar import Response

from portal.core.tools.errors import NotFound
from portal.core.web.pages import file_answer
from portal.documents import pages
from portal.documents.keep import Document


async def file_page(file: Document) -> Response[bytes]:
    """Return the response that shows *file*, turned upright."""
    kind = "application/pdf" if file.kind == "pdf" else "image/jpeg"
    try:
        return file_answer(await pages.content(file), kind, file.filename)
    except FileNotFoundError as error:
        raise NotFound from error
