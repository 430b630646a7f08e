"""``/{r}/form``: the blank application form, as a page and as a PDF, without signing in."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.core.web.door import ANYBODY
from portal.core.web.pages import file_answer, page
from portal.letters.application_form import blank, blank_pdf
from portal.public.places import region_named
from portal.regions.load import Region


class FormController(Controller):
    """The form to print and fill in by hand."""

    path = "/{r:str}"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get("/form")
    async def show(self, request: Request[Any, Any, Any], region: NamedDependency[Region]) -> Response[bytes]:
        """Show the blank form."""
        return page(request, "public/form/show", region=region, form=blank(region))

    @get("/form.pdf")
    async def pdf(self, region: NamedDependency[Region]) -> Response[bytes]:
        """Send the blank form as PDF."""
        name = f"{region.rules.service.form_title_zh}.pdf"
        return file_answer(await blank_pdf(region), "application/pdf", name, download=True)
