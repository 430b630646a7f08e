"""``/staff/users``: the staff of a city: add, deactivate, change roles, restart the set-up of the sign-in."""

import re
from collections.abc import Mapping

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts import users
from portal.accounts.staff import ROLES
from portal.accounts.users import LoginTaken, Setup, User
from portal.cases.desk.leaving import Held, held
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import see_other
from portal.questions.rules import narrow
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{2,39}")
MOST_NAME = 40
MOVED_ON = "这个人刚才被改过了，没有保存。请看最新的情况。"
ONESELF = "自己的角色和登录不能自己改，请另一位管理员来改。"


class UserRow(msgspec.Struct, frozen=True):
    """A member of staff as the pages show them."""

    user: User

    @property
    def status_kind(self) -> str:
        """The shape and colour of their status."""
        if not self.user.active:
            return "todo"
        return "done" if self.user.factor else "yours"

    @property
    def status_words(self) -> str:
        """Whether they can sign in."""
        if not self.user.active:
            return "已停用"
        return "在用" if self.user.factor else "还没有设置好登录"


class UserView(msgspec.Struct, frozen=True):
    """What the page of a member shows.

    *setup* is an unfinished set-up; *code* is shown only for a short time, to the admin who began it.
    """

    row: UserRow
    setup: Setup | None
    code: str
    held: Held
    is_oneself: bool

    @property
    def user(self) -> User:
        """The member."""
        return self.row.user

    @property
    def roles(self) -> list[str]:
        """The roles they have now."""
        return self.user.roles.split()


class UsersController(Controller):
    """The staff of the member's city."""

    path = "/staff/users"
    opt = {"who": ("admin",), "nav": Nav("人员账号")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show all members."""
        rows = [UserRow(user) for user in await users.users(desk.me.region)]
        return desk.page("staff/people/users/index", rows=rows)

    @get("/new")
    async def new(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show the form for a new member."""
        return new_page(desk, {})

    @post("/new")
    async def create(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Create the member; the next page shows the set-up code."""
        form = desk.form
        login = narrow(form["login"]).lower()
        name = form["name"].strip()[:MOST_NAME]
        roles = form.all("roles")
        errors = {}
        if not LOGIN.fullmatch(login):
            errors["login"] = "账号用 3 到 40 个小写字母、数字、点或短横线。"
        if not name:
            errors["name"] = "请填写姓名。"
        if not users.ordered(roles):
            errors["roles"] = "请至少选一个角色。"
        if errors:
            return new_page(desk, errors)
        try:
            id = await users.add(login, name, roles, desk.me)
        except LoginTaken:
            return new_page(desk, {"login": "这个账号已经有人用了，请换一个。"})
        return see_other(f"/staff/users/{id}")

    @get("/{id:str}")
    async def show(self, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[bytes]:
        """Show one member; for a short time also the set-up code, to the admin who made it."""
        return await user_page(desk, found(await users.user_in(id, desk.me.region)), {})

    @post("/{id:str}")
    async def change(self, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[bytes]:
        """Change roles, deactivate, activate, or restart the set-up; never of the own account."""
        user = found(await users.user_in(id, desk.me.region))
        form = desk.form
        if user.id == desk.me.id:
            raise Stale(ONESELF)
        if form["seen"] != user.seen:
            raise Stale(MOVED_ON)
        if form["action"] == "roles" and not users.ordered(form.all("roles")):
            return await user_page(desk, user, {"roles": "请至少选一个角色。"})
        if not await changed(desk, user, form):
            raise Stale(MOVED_ON)
        return see_other(f"/staff/users/{user.id}")


async def changed(desk: Desk, user: User, form: Form) -> bool:
    """Carry out what a form asks for; return False if somebody changed the member meanwhile."""
    match form["action"]:
        case "roles":
            return await users.change_roles(user, form.all("roles"), desk.me)
        case "off" | "on":
            return await users.switch(user, desk.me, on=form["action"] == "on")
        case "reset" if user.active:
            await users.reset(user, desk.me)
            return True
    return False


def new_page(desk: Desk, errors: Mapping[str, str]) -> Response[bytes]:
    """Return the page for a new member, with the typed input after an error."""
    return desk.page("staff/people/users/new", errors, roles=ROLES, form=desk.form)


async def user_page(desk: Desk, user: User, errors: Mapping[str, str]) -> Response[bytes]:
    """Return the page of one member."""
    setup = await users.setup_of(user.id)
    view = UserView(
        row=UserRow(user),
        setup=setup,
        code=users.shown_to(setup, desk.me),
        held=await held(user),
        is_oneself=user.id == desk.me.id,
    )
    return desk.page("staff/people/users/show", errors, view=view, roles=ROLES)
