"""``/{r}/diseases``: the disease catalogue, to look through without signing in."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from portal.core.tools.i18n import Said, listed
from portal.core.web.pages import page
from portal.public.places import region_named
from portal.public.start import ANYBODY
from portal.questions.rules import narrow
from portal.regions.catalogue import Disease
from portal.regions.load import Region


class Row(msgspec.Struct, frozen=True):
    """A row of the catalogue."""

    disease: Disease

    @property
    def evidence(self) -> str:
        """The papers that usually prove it."""
        return listed(self.disease.evidence_zh, "{first}；{rest}")

    @property
    def validity(self) -> str:
        """How long the benefit holds, and how often it is looked at again meanwhile."""
        months, rereview = self.disease.validity_months, self.disease.rereview_months
        if months and rereview:
            return Said("{n} 个月，每 {m} 个月复审", n=months, m=rereview)
        if rereview:
            return Said("长期，每 {n} 个月复审", n=rereview)
        return Said("{n} 个月", n=months) if months else "长期"


class DiseasesController(Controller):
    """``/{r}/diseases?q=``: all diseases, or those that fit the words."""

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
            rows=[Row(disease) for disease in fitting(region, q)],
        )


def fitting(region: Region, words: str) -> list[Disease]:
    """Return the diseases whose name, English name or code contains *words*; all for no words."""
    wanted = narrow(words).lower()
    return [
        disease
        for disease in region.diseases.values()
        if wanted in f"{disease.name_zh} {disease.name_en} {disease.code}".lower()
    ]
