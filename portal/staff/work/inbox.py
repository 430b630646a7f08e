"""``/staff/notices``: what the portal told a member of staff."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.benefits.benefit import benefit as benefit_by_id
from portal.cases.life.case import case_by_id
from portal.core.tools.errors import found
from portal.core.web.pages import see_other
from portal.core.web.sessions import visitor_of
from portal.notices import inbox
from portal.staff.shared.desk import STAFF, Desk, at_desk
from portal.staff.shared.nav import Nav

# The messages that are about a list of the member's, and not about one case.
LISTS = {"N13x": "/staff/opinions", "N23x": "/staff/mailroom"}


async def case_about(id: str) -> str:
    """Return the address of the case *id*, or of the case that gave the benefit *id*; the desk if there is neither."""
    benefit = await benefit_by_id(id)
    case = await case_by_id(benefit.case_id if benefit else id)
    return f"/staff/cases/{case.number}" if case and case.number else "/staff/"


class StaffInboxController(Controller):
    """In-app messages, newest first."""

    path = "/staff/notices"
    opt = {"who": STAFF, "nav": Nav("消息")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the messages."""
        messages = await inbox.messages(desk.me.id, language=visitor_of(desk.request).language)
        return desk.page("staff/work/inbox/index", messages=messages)

    @get("/{id:str}")
    async def follow(self, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[bytes]:
        """Mark one message as read and lead to what it is about."""
        about = found(await inbox.open_one(desk.me.id, id))
        return see_other(LISTS.get(about.code) or await case_about(about.case_id))

    @post()
    async def read(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Mark all as read."""
        await inbox.mark_read(desk.me.id)
        return see_other("/staff/notices")
