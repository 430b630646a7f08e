"""``/{r}/notices``: what we told you."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.citizen.home.leading import leads_to
from portal.citizen.shared.mine import CITIZEN, Me, me_in
from portal.core.tools.errors import found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import visitor_of
from portal.notices import inbox
from portal.notices.account import CODE as ACCOUNT


class InboxController(Controller):
    """In-app messages, the newest first."""

    path = "/{r:str}/notices"
    opt = {"who": CITIZEN}
    dependencies = {"mine": Provide(me_in)}

    @get()
    async def index(self, request: Request[Any, Any, Any], mine: NamedDependency[Me]) -> Response[bytes]:
        """Show the messages."""
        messages = await inbox.messages(mine.person.id, language=visitor_of(request).language)
        return page(request, "citizen/home/inbox/index", region=mine.region, messages=messages)

    @get("/{id:str}")
    async def follow(self, mine: NamedDependency[Me], id: FromPath[str]) -> Response[bytes]:
        """Mark one message as read and lead to what it is about."""
        person = mine.person.id
        about = found(await inbox.open_one(person, id))
        account = f"/{mine.region.id}/{'settings' if about.code == ACCOUNT else 'me'}"
        return see_other(await leads_to(about.code, about.case_id, person) or account)

    @post()
    async def read(self, mine: NamedDependency[Me]) -> Response[bytes]:
        """Mark all as read."""
        await inbox.mark_read(mine.person.id)
        return see_other(f"/{mine.region.id}/notices")
