"""``/staff/policy/versions/{id}/preview/{what}``: the citizen's pages as a version would make them, marked 预览."""

from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page
from portal.policy import holding
from portal.policy.holding import CALENDARS
from portal.policy.published import CatalogueRow, Guide
from portal.questions.catalogue import STEPS
from portal.questions.materials import slots
from portal.regions.catalogue import BadFile
from portal.regions.load import Region
from portal.staff.policy.desk import ADMIN, VersionDesk, version_in_hand
from portal.staff.policy.view import cannot
from portal.staff.policy.words import PREVIEWS

ANSWERS = {"form_way": "download_fill_upload"}


class PreviewsController(Controller):
    """The pages of a version."""

    path = "/staff/policy/versions/{id:str}/preview/{what:str}"
    opt = {"who": ADMIN}
    dependencies = {"desk": Provide(version_in_hand)}

    @get()
    async def show(self, desk: NamedDependency[VersionDesk], what: FromPath[str]) -> Response[bytes]:
        """Show the guide, the catalogue, or the questions and materials of an application."""
        words = found(PREVIEWS.get(what) if desk.version.place != CALENDARS else None)
        city = await city_of(desk)
        match what:
            case "guide":
                return citizens_page(desk, city, words, "public/start/guide", guide=Guide(city))
            case "diseases":
                rows = [CatalogueRow(disease) for disease in city.diseases.values()]
                return citizens_page(desk, city, words, "public/diseases/index", q="", rows=rows)
        steps = [step for step in STEPS.values() if step.questions and step.asked_if(city, ANSWERS)]
        return desk.page(
            "staff/policy/previews/questions", words=words, city=city, steps=steps, slots=slots(city, ANSWERS)
        )


def citizens_page(desk: VersionDesk, city: Region, words: str, name: str, **context: Any) -> Response[bytes]:
    """Return the page *name* of the citizens with the values of *city*, under a bar that says it is a preview."""
    return page(
        desk.request,
        "staff/policy/previews/page",
        of=f"{name}.html",
        region=city,
        desk=desk,
        words=words,
        **context,
    )


async def city_of(desk: VersionDesk) -> Region:
    """Return the city as the version would make it with the other files that hold today.

    Raises:
        Stale: by now the version contradicts them.
    """
    version = desk.version
    try:
        return (await holding.check(version.place, version.file, version.text, clock.today()))[version.place]
    except BadFile as error:
        raise Stale(cannot(error)) from error
