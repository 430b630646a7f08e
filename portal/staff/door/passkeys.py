"""``/staff/passkeys``: the member's own passkeys: list, add, remove."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.accounts import passkeys
from portal.core.tools.errors import found
from portal.core.web.pages import see_other
from portal.core.web.sessions import visitor_of
from portal.staff.shared.desk import STAFF, Desk, at_desk
from portal.staff.shared.nav import Nav

HOME = "/staff/passkeys"
LONGEST = 40


class PasskeysController(Controller):
    """The passkeys of the member who is signed in."""

    path = HOME
    opt = {"who": STAFF, "nav": Nav("通行密钥")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the passkeys, and the challenge for a new one."""
        return await passkeys_page(desk, "", {})

    @post()
    async def add(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Store the passkey that the browser has made."""
        name = desk.form["name"].strip()
        if not name:
            return await passkeys_page(desk, name, {"name": "请填写名称，方便以后认出来。"})
        if len(name) > LONGEST:
            return await passkeys_page(desk, name, {"name": "名称太长了，请不要超过 40 个字。"})
        if await passkeys.add(visitor_of(desk.request), desk.me, name, desk.form["credential"]):
            return see_other(HOME)
        return await passkeys_page(desk, name, {"passkey": "没有添加成功。请再按一次“添加”。"})

    @post("/removal")
    async def remove(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Remove a passkey."""
        found(await passkeys.remove(desk.me, desk.form["passkey"]) or None)
        return see_other(HOME)


async def passkeys_page(desk: Desk, name: str, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of the member's passkeys."""
    mine = await passkeys.passkeys(desk.me.id)
    return desk.page(
        "staff/door/passkeys/index",
        errors,
        mine=mine,
        site=passkeys.SITE,
        options=passkeys.options_to_add(visitor_of(desk.request), desk.me, mine),
        name=name,
    )
