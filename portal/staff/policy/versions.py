"""``/staff/policy/versions/{id}``: one version: its changes, its preview, and its way to release."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide

from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.web.forms import Form
from portal.policy import fields, fresh, holding, versions
from portal.policy.holding import CALENDARS
from portal.policy.table_text import by_code
from portal.policy.versions import SamePerson, TooEarly, Version
from portal.questions.rules import day
from portal.regions.catalogue import BadFile
from portal.staff.policy.desk import ADMIN, VersionDesk, version_in_hand
from portal.staff.policy.files import NAMES, NamedVersion, sent, with_names
from portal.staff.policy.view import Difference, cannot, differences, name_of, names_in
from portal.staff.policy.words import PREVIEWS

MOST_CHANGES = 300


class Part(msgspec.Struct, frozen=True):
    """A part of a version that has a form: where it is, and what it is called."""

    address: str
    words: str


class VersionView(msgspec.Struct, frozen=True):
    """What the page of a version shows: it is compared with the text it goes on from."""

    named: NamedVersion
    before: str
    differences: list[Difference]
    outdated: bool
    why_field: str
    on: str
    why: str

    @property
    def version(self) -> Version:
        """The version itself."""
        return self.named.version

    @property
    def name(self) -> str:
        """What the file is called."""
        return NAMES[self.version.file]

    @property
    def shown(self) -> list[Difference]:
        """The differences that have room on the page."""
        return self.differences[:MOST_CHANGES]

    @property
    def more(self) -> int:
        """How many differences have no room on the page."""
        return max(len(self.differences) - MOST_CHANGES, 0)

    @property
    def same(self) -> bool:
        """Whether nothing was changed, not even a comment."""
        return self.version.text == self.before

    @property
    def parts(self) -> list[Part]:
        """The parts that have a form."""
        return parts_of(self.version)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of a table that have a form."""
        return list(by_code(self.version.text).values()) if self.version.file in fields.ROWS else []

    @property
    def previews(self) -> list[Part]:
        """The pages of a citizen on which a version under way can be looked at."""
        if not self.version.under_way or self.version.place == CALENDARS:
            return []
        return [Part(what, words) for what, words in PREVIEWS.items()]


class VersionsController(Controller):
    """One version."""

    path = "/staff/policy/versions/{id:str}"
    opt = {"who": ADMIN}
    dependencies = {"desk": Provide(version_in_hand)}

    @get()
    async def show(self, desk: NamedDependency[VersionDesk]) -> Response[bytes]:
        """Show what it changes and what can be done with it."""
        return await version_page(desk, {})

    @post()
    async def act(self, desk: NamedDependency[VersionDesk]) -> Response[bytes]:
        """Propose, give back, release or withdraw it, or base it on the version released meanwhile."""
        form = desk.current_form()
        match form["action"]:
            case "propose":
                errors = await proposed(desk, form)
            case "release":
                errors = await released(desk)
            case "rebase":
                await versions.rebase(desk.version, desk.me.id)
                errors = {}
            case "back" | "withdraw":
                errors = await stopped(desk, form)
            case _:
                errors = {"why": "请从列出的选项里选一个。"}
        return await version_page(desk, errors) if errors else desk.back()

    @get("/text")
    async def text(self, desk: NamedDependency[VersionDesk]) -> Response[bytes]:
        """Send its text as a file."""
        return sent(desk.version.file, desk.version.text)


async def proposed(desk: VersionDesk, form: Form) -> dict[str, str]:
    """Propose a version with the data of a form; return errors by field."""
    on = day(form["on"].strip())
    why = form["why"].strip()[: versions.NOTE]
    errors: dict[str, str] = {}
    if on is None:
        errors["on"] = "请写生效日期，例如 2026-12-01。"
    if not why:
        errors["why"] = "请写修改的依据，例如文件的名称和文号。"
    if errors or on is None:
        return errors
    try:
        await versions.propose(desk.version, desk.me.id, on, why)
    except TooEarly:
        return {"on": "生效日期不能早于今天，也不能早于已经排定的上一版。"}
    except BadFile as error:
        return {"on": cannot(error)}
    return {}


async def released(desk: VersionDesk) -> dict[str, str]:
    """Release a version and load it in this process; return errors by field if it cannot be released."""
    try:
        await versions.release(desk.version, desk.me.id)
    except SamePerson as error:
        raise Stale("自己起草的，要由另一位管理员发布。") from error
    except BadFile as error:
        return {"release": cannot(error)}
    await fresh.refresh()
    return {}


async def stopped(desk: VersionDesk, form: Form) -> dict[str, str]:
    """Return a version to its author, or withdraw it; return errors by field."""
    why = (form["why"] or form["why-not"]).strip()[: versions.NOTE]
    if not why:
        return {why_field(desk): "请写清楚理由。"}
    stop = versions.give_back if form["action"] == "back" else versions.withdraw
    await stop(desk.version, desk.me.id, why)
    return {}


def why_field(desk: VersionDesk) -> str:
    """Return the name of the field for the reason; the author's page has another field ``why`` above it."""
    return "why-not" if desk.may_edit else "why"


async def version_page(desk: VersionDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page of a version, with what was typed when it was refused."""
    version = desk.version
    form = desk.form
    (named,) = await with_names([version])
    before = await text_before(version)
    view = VersionView(
        named=named,
        before=before,
        differences=differences(version.file, before, version.text),
        outdated=version.under_way and await versions.newest(version.place, version.file) != version.based_on,
        why_field=why_field(desk),
        on=form["on"] or f"{clock.today()}",
        why=form["why"] or version.note,
    )
    return desk.page("staff/policy/versions/show", errors, view=view)


async def text_before(version: Version) -> str:
    """Return the text a version is compared with: the newest while it is under way, later the one it went on from."""
    if version.under_way:
        return await versions.newest_text(version.place, version.file)
    before = await versions.version(version.based_on) if version.based_on else None
    return before.text if before else holding.SHIPPED[version.place].get(version.file, "")


def parts_of(version: Version) -> list[Part]:
    """Return the parts of a version that have a form."""
    names = names_in(version.file, version.text)
    return [Part(".".join(path), name_of(path, names)) for path in fields.parts(version.file, version.text)]
