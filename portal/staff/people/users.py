"""``/staff/users``: the people of one's city: add, switch off, roles, a way in for who lost phone or password."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import users
from portal.accounts.staff import ROLES, Member
from portal.accounts.users import LoginTaken, User
from portal.cases.desk.leaving import held
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.questions.rules import narrow
from portal.regions.load import REGIONS
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{2,39}")
MOVED_ON = "这个人刚才被改过了，没有保存。请看最新的情况。"
ONESELF = "自己的角色和登录不能自己改，请另一位管理员来改。"


class UsersController(Controller):
    """Everybody of one's city."""

    path = "/staff/users"
    opt = {"who": ("admin",), "nav": Nav("人员账号")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show who is there."""
        rows = await users.users(me.region)
        return page(
            request, "staff/people/users/index", region=REGIONS[me.region], me=me, links=links(request, me), rows=rows
        )

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Ask who is new."""
        return new_page(request, me, Form(), {})

    @post("/new")
    async def create(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Take somebody on; the next page shows their set-up code."""
        form = form_of(request)
        login, name = narrow(form["login"]).lower(), form["name"].strip()[:40]
        errors = {
            field: message
            for field, message, good in (
                ("login", "账号用 3 到 40 个小写字母、数字、点或短横线。", LOGIN.fullmatch(login)),
                ("name", "请填写姓名。", name),
                ("roles", "请至少选一个角色。", users.ordered(form.all("roles"))),
            )
            if not good
        }
        if errors:
            return new_page(request, me, form, errors)
        try:
            id = await users.add(login, name, form.all("roles"), me)
        except LoginTaken:
            return new_page(request, me, form, {"login": "这个账号已经有人用了，请换一个。"})
        return see_other(f"/staff/users/{id}")

    @get("/{id:str}")
    async def show(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Show one of them; the set-up code too, shortly after it was made and to who made it."""
        return await user_page(request, me, found(await users.user_in(id, me.region)), {})

    @post("/{id:str}")
    async def change(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], id: FromPath[str]
    ) -> Response[bytes]:
        """Give other roles, switch off or on, begin the set-up anew; never one's own."""
        known, form = found(await users.user_in(id, me.region)), form_of(request)
        if known.id == me.id:
            raise Stale(ONESELF)
        if form["seen"] != known.seen:
            raise Stale(MOVED_ON)
        good = True
        match form["action"]:
            case "roles":
                if not users.ordered(form.all("roles")):
                    return await user_page(request, me, known, {"roles": "请至少选一个角色。"})
                good = await users.change_roles(known, form.all("roles"), me)
            case "off" | "on":
                good = await users.switch(known, me, on=form["action"] == "on")
            case "reset" if known.active:
                await users.reset(known, me)
            case _:
                good = False
        if not good:
            raise Stale(MOVED_ON)
        return see_other(f"/staff/users/{known.id}")


def new_page(request: Request[Any, Any, Any], me: Member, form: Form, errors: Mapping[str, str]) -> Response[bytes]:
    """Return the page of somebody new, with what was typed when it was refused."""
    return page(
        request,
        "staff/people/users/new",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        roles=ROLES,
        form=form,
        errors=errors,
    )


async def user_page(
    request: Request[Any, Any, Any], me: Member, known: User, errors: Mapping[str, str]
) -> Response[bytes]:
    """Return the page of one member."""
    begun = await users.setup_of(known.id)
    return page(
        request,
        "staff/people/users/show",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        known=known,
        roles=ROLES,
        begun=begun,
        code=users.shown_to(begun, me),
        oneself=known.id == me.id,
        held=await held(known),
        errors=errors,
    )
