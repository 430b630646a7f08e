"""``/staff/``: the desk: what waits for me, how many cases stand where, how much was on time."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import ROLES, Member
from portal.cases.desk import calls, search, tally
from portal.cases.desk.search import Wanted
from portal.cases.figures import measures
from portal.cases.life.case import Case, case_by_id
from portal.cases.mail.acts import AT_DESK
from portal.cases.talk import conversation
from portal.core.tools import clock
from portal.core.web.pages import page, see_other
from portal.questions.delivery import sends_mail
from portal.regions.load import REGIONS, Region
from portal.staff.shared.mine import CASEWORK, STAFF, member
from portal.staff.shared.nav import Nav, links
from portal.staff.work.queue import VIEWS, queue_row

# Who is only an expert has a list of opinions for a desk.
NOT_ONLY_EXPERTS = tuple(role for role in ROLES if role != "expert")
LATELY = timedelta(days=30)
MINE = 5


class DeskController(Controller):
    """What a member of staff sees first."""

    path = "/staff"
    opt = {"who": STAFF, "nav": Nav("工作台", "/staff/", roles=NOT_ONLY_EXPERTS)}
    dependencies = {"me": Provide(member)}

    @get("/")
    async def show(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show the counts, the most urgent of my cases, and the questions that wait."""
        region, today = REGIONS[me.region], clock.today()
        if me.has("expert") and not any(me.has(role) for role in CASEWORK):
            return see_other("/staff/opinions")
        mails = me.has("mail_clerk") and sends_mail(region)
        if mails and not any(me.has(role) for role in CASEWORK):
            return see_other("/staff/mailroom")
        if me.roles == "admin":
            return see_other("/staff/users")
        if not any(me.has(role) for role in CASEWORK):
            return page(request, "staff/work/queue/nothing", region=region, me=me, links=links(request, me))
        mine = await search.queue(Wanted(region.id, "mine", me.id, today))
        return page(
            request,
            "staff/work/desk/show",
            region=region,
            me=me,
            links=links(request, me),
            views=VIEWS,
            counts=await tally.counts(region.id, me.id, today),
            mail=await waiting(region),
            calls=len(await calls.waiting(region.id)),
            on_time=await measures.on_time(region.id, today - LATELY),
            rows=[await queue_row(case) for case in mine[:MINE]],
            asked=[await question(one) for one in await conversation.asked(region.id)],
            now=clock.now(),
        )


async def waiting(region: Region) -> int | None:
    """Return how many envelopes wait to be posted, or nothing where the city sends no mail."""
    counts = await tally.mail(region.id)
    return sum(counts[stand] for stand in AT_DESK) if sends_mail(region) else None


async def question(asked: conversation.Asked) -> tuple[Case, Any, bool]:
    """Return a case with a question that waits, the last day for the answer, and whether that has passed."""
    case = await case_by_id(asked.case_id)
    assert case
    last = conversation.answer_by(case, asked.since)
    return case, last, clock.today() > last
