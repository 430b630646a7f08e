"""``/staff/policy/versions/{id}``: one version: what it changes, how it would look, on its way to release."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.core.tools import clock
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.policy import fields, fresh, holding, versions
from portal.policy.holding import CALENDARS
from portal.policy.table_text import by_code
from portal.policy.versions import SamePerson, TooEarly, Version
from portal.questions.rules import day
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS
from portal.staff.policy.policy import ADMIN, as_file
from portal.staff.policy.view import (
    FILE_NAMES,
    MOST_CHANGES,
    PREVIEWS,
    STATES,
    cannot,
    differences,
    name_of,
    names_in,
    people,
)
from portal.staff.shared.mine import member
from portal.staff.shared.nav import links

MOST_ID = 2**31


class Mine(msgspec.Struct, frozen=True):
    """A version of one's own city or of the calendars."""

    me: Member
    version: Version

    @property
    def home(self) -> str:
        """Where it lives."""
        return f"/staff/policy/versions/{self.version.id}"

    @property
    def may_edit(self) -> bool:
        """Whether it is a draft of the member's own."""
        return self.version.state == "draft" and self.version.made_by == self.me.id


async def version_named(id: FromPath[str], me: NamedDependency[Member]) -> Mine:
    """Return the version in the address, or 404."""
    known = await versions.version(int(id)) if id.isascii() and id.isdigit() and int(id) < MOST_ID else None
    return Mine(me, found(known if known and known.place in (me.region, CALENDARS) else None))


def seen(mine: Mine, row_version: str) -> None:
    """Leave with the 409 page when the version is not the one that was looked at.

    Raises:
        Stale: it was changed meanwhile.
    """
    if row_version != str(mine.version.row_version):
        raise Stale("这一版刚才被改过，或者已经提交、发布、撤回了。请看最新的情况再办。")


class VersionsController(Controller):
    """One version."""

    path = "/staff/policy/versions/{id:str}"
    opt = {"who": ADMIN}
    dependencies = {"me": Provide(member), "mine": Provide(version_named)}

    @get()
    async def show(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Show what it changes and what can be done with it."""
        return await version_page(request, mine, Form(), {})

    @post()
    async def act(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Propose, give back, release, withdraw, or go on from the version released meanwhile."""
        form, me, version = form_of(request), mine.me, mine.version
        seen(mine, form["row_version"])
        why = (form["why"] or form["why-not"]).strip()[: versions.NOTE]
        match form["action"]:
            case "propose":
                errors = await proposed(mine, form)
                if errors:
                    return await version_page(request, mine, form, errors)
            case "release":
                try:
                    await versions.release(version, me.id)
                except SamePerson as error:
                    raise Stale("自己起草的，要由另一位管理员发布。") from error
                except BadFile as error:
                    return await version_page(request, mine, form, {"release": cannot(error)})
                await fresh.refresh()
            case "rebase":
                await versions.rebase(version, me.id)
            case "back" | "withdraw":
                if not why:
                    return await version_page(
                        request, mine, form, {"why-not" if mine.may_edit else "why": "请写清楚理由。"}
                    )
                done = versions.give_back if form["action"] == "back" else versions.withdraw
                await done(version, me.id, why)
            case _:
                return await version_page(request, mine, form, {"why": "请从列出的选项里选一个。"})
        return see_other(mine.home)

    @get("/text")
    async def text(self, mine: NamedDependency[Mine]) -> Response[bytes]:
        """Send its text as a file."""
        return as_file(mine.version.file, mine.version.text)


async def proposed(mine: Mine, form: Form) -> dict[str, str]:
    """Propose a version as a form says; return what is wrong with it."""
    on, why = day(form["on"].strip()), form["why"].strip()[: versions.NOTE]
    errors: dict[str, str] = {}
    if on is None:
        errors["on"] = "请写生效日期，例如 2026-12-01。"
    if not why:
        errors["why"] = "请写修改的依据，例如文件的名称和文号。"
    if errors or on is None:
        return errors
    try:
        await versions.propose(mine.version, mine.me.id, on, why)
    except TooEarly:
        return {"on": "生效日期不能早于今天，也不能早于已经排定的上一版。"}
    except BadFile as error:
        return {"on": cannot(error)}
    return {}


async def version_page(
    request: Request[Any, Any, Any], mine: Mine, form: Form, errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of a version, compared with the one it goes on from."""
    known, before = mine.version, await compared_with(mine.version)
    rows = differences(known.file, before, known.text)
    return page(
        request,
        "staff/policy/versions/show",
        status=422 if errors else 200,
        region=REGIONS[mine.me.region],
        me=mine.me,
        links=links(request, mine.me),
        mine=mine,
        version=known,
        name=FILE_NAMES[known.file],
        state=STATES[known.state],
        names=await people([known]),
        changes=rows[:MOST_CHANGES],
        more=max(len(rows) - MOST_CHANGES, 0),
        same=known.text == before,
        outdated=known.state in ("draft", "proposed")
        and await versions.newest(known.place, known.file) != known.based_on,
        parts=parts_of(known),
        rows=list(by_code(known.text).values()) if known.file in fields.ROWS else [],
        lists=[(one, name_of((one,), {})) for one in fields.lists(known.file)],
        previews=PREVIEWS if known.place != CALENDARS else {},
        today=clock.today(),
        form=form,
        errors=errors,
    )


async def compared_with(known: Version) -> str:
    """Return the text a version is shown beside: the newest while it is open, later the one it went on from."""
    if known.state in ("draft", "proposed"):
        return await versions.newest_text(known.place, known.file)
    before = await versions.version(known.based_on) if known.based_on else None
    return before.text if before else holding.SHIPPED[known.place].get(known.file, "")


def parts_of(known: Version) -> list[tuple[str, str]]:
    """Return the parts of a version that have a form: ``(address, name)``."""
    names = names_in(known.file, known.text)
    return [(".".join(path), name_of(path, names)) for path in fields.parts(known.file, known.text)]
