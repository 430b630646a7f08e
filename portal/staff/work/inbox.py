"""``/staff/notices``: what the portal told a member of staff."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.core.web.pages import see_other
from portal.core.web.sessions import visitor_of
from portal.notices import inbox
from portal.staff.shared.desk import STAFF, Desk, at_desk
from portal.staff.shared.nav import Nav


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

    @post()
    async def read(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Mark all as read."""
        await inbox.mark_read(desk.me.id)
        return see_other("/staff/notices")
