"""``/{r}/diseases``: the disease catalogue, without signing in."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.core.web.door import ANYBODY
from portal.core.web.pages import page
from portal.policy.published import CatalogueRow
from portal.public.places import region_named
from portal.questions.rules import narrow
from portal.regions.catalogue import Disease
from portal.regions.load import Region


class DiseasesController(Controller):
    """``/{r}/diseases?q=``: all diseases, or those that contain the words."""

    path = "/{r:str}/diseases"
    opt = {"who": ANYBODY}
    dependencies = {"region": Provide(region_named)}

    @get()
    async def index(
        self, request: Request[Any, Any, Any], region: NamedDependency[Region], q: FromQuery[str] = ""
    ) -> Response[bytes]:
        """Show the catalogue."""
        return page(
            request,
            "public/diseases/index",
            region=region,
            q=q[:50],
            rows=[CatalogueRow(disease) for disease in fitting(region, q)],
        )


def fitting(region: Region, words: str) -> list[Disease]:
    """Return the diseases whose name, English name or code contains *words*; all diseases if *words* is empty."""
    wanted = narrow(words).lower()
    return [
        disease
        for disease in region.diseases.values()
        if wanted in f"{disease.name_zh} {disease.name_en} {disease.code}".lower()
    ]
