"""``/staff/notices``: what the portal told a member of staff."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts.staff import Member
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import visitor_of
from portal.notices import inbox
from portal.regions.load import REGIONS
from portal.staff.shared.mine import STAFF, member


class StaffInboxController(Controller):
    """In-app messages, the newest first."""

    path = "/staff/notices"
    opt = {"who": STAFF}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show the messages."""
        messages = await inbox.messages(me.id, language=visitor_of(request).language)
        return page(request, "staff/work/inbox/index", region=REGIONS[me.region], me=me, messages=messages)

    @post()
    async def read(self, me: NamedDependency[Member]) -> Response[bytes]:
        """Mark all as read."""
        await inbox.mark_read(me.id)
        return see_other("/staff/notices")
