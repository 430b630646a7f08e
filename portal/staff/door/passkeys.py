"""``/staff/passkeys``: one's own passkeys: which there are, add one, remove one."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts import passkeys
from portal.accounts.staff import Member
from portal.core.tools.errors import found
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of, visitor_of
from portal.regions.load import REGIONS
from portal.staff.shared.mine import STAFF, member
from portal.staff.shared.nav import Nav, links

HOME = "/staff/passkeys"
LONGEST = 40


class PasskeysController(Controller):
    """The passkeys of who is signed in."""

    path = HOME
    opt = {"who": STAFF, "nav": Nav("通行密钥")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show them, and what a new one is made with."""
        return await passkeys_page(request, me, "", {})

    @post()
    async def add(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Keep the passkey that the browser has made."""
        form = form_of(request)
        name = form["name"].strip()
        if not name or len(name) > LONGEST:
            wrong = "请填写名称，方便以后认出来。" if not name else "名称太长了，请不要超过 40 个字。"
            return await passkeys_page(request, me, name, {"name": wrong})
        if await passkeys.add(visitor_of(request), me, name, form["credential"]):
            return see_other(HOME)
        return await passkeys_page(request, me, name, {"passkey": "没有添加成功。请再按一次“添加”。"})

    @post("/removal")
    async def remove(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Forget one."""
        found(await passkeys.remove(me, form_of(request)["passkey"]) or None)
        return see_other(HOME)


async def passkeys_page(
    request: Request[Any, Any, Any], me: Member, name: str, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of one's passkeys."""
    mine = await passkeys.passkeys(me.id)
    return page(
        request,
        "staff/door/passkeys/index",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        mine=mine,
        site=passkeys.SITE,
        options=passkeys.options_to_add(visitor_of(request), me, mine),
        name=name,
        errors=errors,
    )
