"""``/staff/policy/versions/{id}/preview/{what}``: the citizen's pages as a version would make them, marked 预览."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.pages import page
from portal.policy import holding
from portal.policy.holding import CALENDARS
from portal.questions.catalogue import STEPS
from portal.questions.materials import slots
from portal.regions.catalogue import BadFile
from portal.regions.load import Region
from portal.staff.policy.policy import ADMIN
from portal.staff.policy.versions import Mine, version_named
from portal.staff.policy.view import PREVIEWS, cannot
from portal.staff.shared.mine import member
from portal.staff.shared.nav import links

# What a page of ours needs besides the city.
GUIDE = "public/start/guide"
DISEASES = "public/diseases/index"
ANSWERS = {"form_way": "download_fill_upload"}


class PreviewsController(Controller):
    """The pages of a version."""

    path = "/staff/policy/versions/{id:str}/preview/{what:str}"
    opt = {"who": ADMIN}
    dependencies = {"me": Provide(member), "mine": Provide(version_named)}

    @get()
    async def show(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], what: FromPath[str]
    ) -> Response[bytes]:
        """Show the guide, the catalogue, or the questions and materials of an application."""
        found(PREVIEWS.get(what) if mine.version.place != CALENDARS else None)
        region = await city_of(mine)
        shared: dict[str, Any] = {"region": region, "mine": mine, "what": PREVIEWS[what]}
        if what == "guide":
            return page(request, "staff/policy/previews/page", **shared, of=f"{GUIDE}.html", signed_in=False)
        if what == "diseases":
            listed = list(region.diseases.values())
            return page(request, "staff/policy/previews/page", **shared, of=f"{DISEASES}.html", q="", found=listed)
        steps = [step for step in STEPS.values() if step.questions and step.asked_if(region, ANSWERS)]
        rows = slots(region, ANSWERS)
        return page(
            request,
            "staff/policy/previews/questions",
            **shared,
            me=mine.me,
            links=links(request, mine.me),
            steps=steps,
            slots=rows,
            answers=ANSWERS,
        )


async def city_of(mine: Mine) -> Region:
    """Return the city as the version would make it with everything else that holds today.

    Raises:
        Stale: it does not go together with that any more.
    """
    version = mine.version
    try:
        return (await holding.check(version.place, version.file, version.text, clock.today()))[version.place]
    except BadFile as error:
        raise Stale(cannot(error)) from error
