"""``/staff/login``: sign in with login, password and a code of the authenticator app, or with a passkey."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery

from portal.accounts import devices, passkeys, second_factor, staff
from portal.accounts.staff import Member
from portal.core.tools.errors import SignInFirst
from portal.core.tools.settings import SETTINGS
from portal.core.web.door import ANYBODY
from portal.core.web.pages import form_page, leave_for, own_address, page, see_other, with_next
from portal.core.web.security import client_address
from portal.core.web.sessions import end, form_of, visitor_of
from portal.letters.letter import qr
from portal.questions.rules import narrow

HALF = (staff.HALF,)


class StaffSignInController(Controller):
    """The door of the desk."""

    path = "/staff"
    opt = {"who": ANYBODY}

    @get("/login")
    async def ask(self, request: Request[Any, Any, Any], next: FromQuery[str] = "") -> Response[bytes]:
        """Ask for login and password."""
        if "staff" in visitor_of(request).roles:
            return see_other("/staff/")
        return login_page(request, "", next, {}, expired=visitor_of(request).expired)

    @post("/login")
    async def enter(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Check login and password, and redirect to the second factor."""
        form = form_of(request)
        login = form["login"].strip()
        password = form["password"]
        errors = {}
        if not login:
            errors["login"] = "请填写账号。"
        if not password:
            errors["password"] = "请填写密码。"  # noqa: S105  a sentence
        if not errors:
            agent = request.headers.get("user-agent", "")
            if await staff.enter(visitor_of(request), login, password, client_address(request.scope), agent):
                return see_other(with_next("/staff/login/code", form["next"]))
            errors = {"login": "账号或密码不对。请再检查一次。"}
        return login_page(request, login, form["next"], errors)

    @post("/login/passkey")
    async def enter_by_passkey(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Sign in the member whose passkey signed the page's challenge."""
        form = form_of(request)
        visitor = visitor_of(request)
        agent = request.headers.get("user-agent", "")
        if await passkeys.enter(visitor, form["credential"], client_address(request.scope), agent):
            return see_other(own_address(form["next"], "/staff/"))
        wrong = {"passkey": "通行密钥没有通过。请再试一次，或者用密码和动态验证码登录。"}
        return login_page(request, "", form["next"], wrong)

    @post("/logout")
    async def leave(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """End the session, or all sessions of the member."""
        visitor = visitor_of(request)
        if form_of(request)["action"] == "everywhere" and visitor.subject:
            await devices.end_all(visitor.subject)
        await end(visitor)
        return leave_for("/staff/login")


class SecondFactorController(Controller):
    """``/staff/login/code``: asks for the code; at the first sign-in the app is set up."""

    path = "/staff/login"
    opt = {"who": HALF}

    @get("/code")
    async def ask(self, request: Request[Any, Any, Any], next: FromQuery[str] = "") -> Response[bytes]:
        """Ask for a code, or set the app up first."""
        me = await half(request)
        return await code_page(request, me, next, {})

    @post("/code")
    async def enter(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Sign in with a code of the app, or with a recovery code."""
        form = form_of(request)
        me = await half(request)
        code = narrow(form["code"]).replace(" ", "")
        recovery = form["action"] == "recovery"
        if not code:
            return await code_page(request, me, form["next"], {"code": "请填写动态验证码。"})
        mine = await second_factor.factor(me.id)
        first = mine is None or mine.confirmed_at is None
        agent = request.headers.get("user-agent", "")
        if not await staff.enter_fully(visitor_of(request), me, code, agent, recovery=recovery):
            wrong = "动态验证码不对，或者已经用过。请看手机上最新的 6 位数字，再填一次。"
            return await code_page(request, me, form["next"], {"code": wrong})
        return see_other("/staff/recovery" if first else own_address(form["next"], "/staff/"))

    @post("/setup")
    async def prepare(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Create a TOTP secret for the app."""
        me = await half(request)
        await second_factor.prepare(me.id)
        return see_other(with_next("/staff/login/code", form_of(request)["next"]))


class RecoveryController(Controller):
    """``/staff/recovery``: the recovery codes for a lost phone, shown once."""

    path = "/staff/recovery"
    opt = {"who": ("staff",)}

    @get()
    async def show(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Show the recovery codes right after the app is set up; later only how many are left."""
        subject = visitor_of(request).subject
        mine = await second_factor.factor(subject)
        shown = second_factor.recovery_codes(mine) if mine and second_factor.just_confirmed(mine) else []
        left = await second_factor.recovery_left(subject)
        return page(request, "staff/door/sign_in/recovery", region=None, codes=shown, left=left)


async def half(request: Request[Any, Any, Any]) -> Member:
    """Return the member who has entered their password; restart the sign-in if deactivated meanwhile."""
    me = await staff.member(visitor_of(request).subject)
    if me is None:
        raise SignInFirst
    return me


async def code_page(request: Request[Any, Any, Any], me: Member, next: str, errors: dict[str, str]) -> Response[bytes]:
    """Return the page that asks for a code; the demonstration shows a good one."""
    mine = await second_factor.factor(me.id)
    setting_up = mine is not None and mine.confirmed_at is None
    return form_page(
        request,
        "staff/door/sign_in/code",
        errors,
        region=None,
        next=own_address(next, ""),
        factor=mine,
        setting_up=setting_up,
        qr=qr(second_factor.address(mine, me.login)) if mine and setting_up else "",
        demo_code=await second_factor.unused_code(me.id) if SETTINGS.demo else "",
    )


def login_page(
    request: Request[Any, Any, Any], login: str, next: str, errors: dict[str, str], *, expired: bool = False
) -> Response[bytes]:
    """Return the page that asks for login and password."""
    return form_page(
        request,
        "staff/door/sign_in/show",
        errors,
        region=None,
        login=login,
        next=own_address(next, ""),
        expired=expired,
        site=passkeys.SITE,
        passkey_options=passkeys.options_to_enter(visitor_of(request)),
    )
