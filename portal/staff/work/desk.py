"""``/staff/``: the first page of the desk: my waiting cases, counts of cases, share on time."""

from datetime import date, timedelta

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import ROLES
from portal.cases.desk import calls, search, tally
from portal.cases.desk.search import View, Wanted
from portal.cases.figures import measures
from portal.cases.life.case import Case, case_by_id
from portal.cases.mail.acts import AT_DESK
from portal.cases.talk import conversation
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.web.pages import see_other
from portal.questions.delivery import sends_mail
from portal.regions.load import Region
from portal.staff.shared.desk import CASEWORK, STAFF, Desk, at_desk
from portal.staff.shared.nav import Nav
from portal.staff.work.row import VIEWS, Row, row

# Who is only an expert has a list of opinions for a desk.
NOT_ONLY_EXPERTS = tuple(role for role in ROLES if role != "expert")
LATELY = timedelta(days=30)
MINE = 5


class Question(msgspec.Struct, frozen=True):
    """A case whose citizen waits for an answer."""

    case: Case
    answer_by: date

    @property
    def late(self) -> bool:
        """Whether the last day for the answer has passed."""
        return clock.today() > self.answer_by


class Overview(msgspec.Struct, frozen=True):
    """Content of the first page of the desk."""

    counts: dict[View, int]
    mail: int | None  # envelopes that wait to be posted; None where the city sends no mail
    mails: bool  # the member is who posts them
    calls: int  # calls that wait; none for who does not call
    on_time: int | None  # the share of the last 30 days in per cent; None where nothing ended
    may_take: bool  # a case waits that the member may take
    rows: list[Row]
    questions: list[Question]


class DeskController(Controller):
    """The first page of the desk."""

    path = "/staff"
    opt = {"who": STAFF, "nav": Nav("工作台", "/staff/", roles=NOT_ONLY_EXPERTS)}
    dependencies = {"desk": Provide(at_desk)}

    @get("/")
    async def show(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the counts, the most urgent of my cases, and the questions that wait."""
        if desk.has(*CASEWORK):
            return desk.page("staff/work/desk/show", views=VIEWS, overview=await overview(desk), now=clock.now())
        if desk.has("expert"):
            return see_other("/staff/opinions")
        if desk.has("mail_clerk") and sends_mail(desk.region):
            return see_other("/staff/mailroom")
        if desk.me.roles == "admin":
            return see_other("/staff/users")
        return desk.page("staff/work/desk/nothing")


async def overview(desk: Desk) -> Overview:
    """Return what the desk shows a member who works on cases."""
    city = desk.me.region
    today = clock.today()
    counts = await tally.counts(city, desk.me.id, today)
    mine = await search.queue(Wanted(city, "mine", desk.me.id, today))
    waiting = len(await calls.waiting(city))
    return Overview(
        counts=counts,
        mail=await mail_waiting(desk.region),
        mails=desk.has("mail_clerk"),
        calls=waiting if desk.has("reviewer", "supervisor") else 0,
        on_time=await measures.on_time(city, today - LATELY),
        may_take=desk.has("reviewer") and counts["free"] > 0,
        rows=[await row(case) for case in mine[:MINE]],
        questions=[await question(asked) for asked in await conversation.asked(city)],
    )


async def mail_waiting(region: Region) -> int | None:
    """Return how many envelopes wait to be posted, or None if the city sends no mail."""
    if not sends_mail(region):
        return None
    counts = await tally.mail(region.id)
    return sum(counts[stand] for stand in AT_DESK)


async def question(asked: conversation.Asked) -> Question:
    """Return a question that waits, with its case and the last day for the answer."""
    case = found(await case_by_id(asked.case_id))
    return Question(case, conversation.reply_due(case, asked.since))
