"""``/staff/setup``: choose a password with a set-up code; the second factor follows at the sign-in."""

from typing import Any

from litestar import Controller, Request, Response, get, post

from portal.accounts import users
from portal.accounts.users import SHORTEST
from portal.core.tools.i18n import Said
from portal.core.web.pages import page, see_other
from portal.core.web.security import client_address
from portal.core.web.sessions import form_of
from portal.questions.rules import narrow

LONGEST = 200


class SetupController(Controller):
    """The page for the code."""

    path = "/staff/setup"
    opt = {"who": ("anyone",)}

    @get()
    async def ask(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Ask for login, code and a password."""
        return setup_page(request, "", {})

    @post()
    async def finish(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Store the password and redirect to the sign-in."""
        form = form_of(request)
        login = narrow(form["login"]).lower()
        code = narrow(form["code"])
        password = form["password"]
        short = Said("密码至少 {n} 位。可以用几个不相干的词连起来。", n=SHORTEST)
        errors = {}
        if not login:
            errors["login"] = "请填写账号。"
        if not code:
            errors["code"] = "请填写管理员给您的设置码。"
        if not SHORTEST <= len(password) <= LONGEST:
            errors["password"] = short
        if password != form["again"]:
            errors["again"] = "两次填的密码不一样。请再填一次。"
        if not errors and not await users.finish(login, code, password, client_address(request.scope)):
            errors = {"code": "账号或设置码不对，或者已经过期、用过了。请找管理员重新给一个。"}
        return setup_page(request, login, errors) if errors else see_other("/staff/login")


def setup_page(request: Request[Any, Any, Any], login: str, errors: dict[str, str]) -> Response[bytes]:
    """Return the page; codes and passwords are never shown again."""
    status = 422 if errors else 200
    return page(
        request, "staff/door/setup/show", status=status, region=None, login=login, shortest=SHORTEST, errors=errors
    )
