"""``/staff/policy/versions/{id}/...``: change a draft: one part, one row, or the text as it is."""

import re
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import page, see_other
from portal.core.web.sessions import form_of
from portal.policy import fields, marks, toml_text, versions
from portal.policy.fields import Field
from portal.policy.table_text import by_code, with_row, without_row
from portal.policy.toml_text import Path, value_at
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS
from portal.regions.workdays import Year
from portal.staff.policy.policy import ADMIN
from portal.staff.policy.versions import Mine, seen, version_named
from portal.staff.policy.view import EXAMPLES, FILE_NAMES, cannot, name_of, names_in, shown_fields
from portal.staff.shared.mine import member
from portal.staff.shared.nav import links

NEW = "new"  # the row that is not there yet
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


class EditsController(Controller):
    """What can be changed in a draft."""

    path = "/staff/policy/versions/{id:str}"
    opt = {"who": ADMIN}
    dependencies = {"me": Provide(member), "mine": Provide(version_named)}

    @get("/edit")
    async def show_text(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Show the whole text, for those who know its form."""
        return text_page(request, mine, mine.version.text, {})

    @post("/edit")
    async def keep_text(self, request: Request[Any, Any, Any], mine: NamedDependency[Mine]) -> Response[bytes]:
        """Keep the whole text."""
        form = form_of(request)
        open_to(mine, form)
        errors = await kept(mine, form["text"], "text")
        return text_page(request, mine, form["text"], errors) if errors else see_other(mine.home)

    @get("/parts/{part:str}")
    async def show_part(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], part: FromPath[str]
    ) -> Response[bytes]:
        """Show one part as a form."""
        return part_page(request, mine, part_named(mine, part), Form(), {})

    @post("/parts/{part:str}")
    async def keep_part(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], part: FromPath[str]
    ) -> Response[bytes]:
        """Keep a part; add another like it; take it out."""
        form, path = form_of(request), part_named(mine, part)
        open_to(mine, form)
        if form["action"] in ("copy", "remove"):
            errors = await (copied if form["action"] == "copy" else removed)(mine, path, form)
        else:
            errors = await filled_in(mine, path, form)
        return part_page(request, mine, path, form, errors) if errors else see_other(mine.home)

    @get("/rows/{row:str}")
    async def show_row(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], row: FromPath[str]
    ) -> Response[bytes]:
        """Show one row of a table as a form; an empty one for a new row."""
        return row_page(request, mine, row, row_named(mine, row), Form(), {})

    @post("/rows/{row:str}")
    async def keep_row(
        self, request: Request[Any, Any, Any], mine: NamedDependency[Mine], row: FromPath[str]
    ) -> Response[bytes]:
        """Keep a row, or end it: from the version's day on it is not in the table."""
        form, cells = form_of(request), row_named(mine, row)
        open_to(mine, form)
        if form["action"] == "end" and row != NEW:
            errors = await kept(mine, without_row(mine.version.text, row), "form")
        else:
            kind = fields.ROWS[mine.version.file]
            values, errors = fields.read(kind, fields.fields(kind, fields.from_cells(kind, cells)), form)
            if not errors:
                errors = await kept(mine, with_row(mine.version.text, fields.as_cells(values), row), "form")
        return row_page(request, mine, row, cells, form, errors) if errors else see_other(mine.home)


def open_to(mine: Mine, form: Form) -> None:
    """Leave with the 409 page unless it is the draft of the member's own that was looked at.

    Raises:
        Stale: it is another's, or was changed meanwhile.
    """
    if not mine.may_edit:
        raise Stale("只有起草人能改草稿。要改别的内容，请自己起草一版。")
    seen(mine, form["row_version"])


async def kept(mine: Mine, text: str, field: str) -> dict[str, str]:
    """Keep the text of a draft; return what is wrong with it, as an error of *field*."""
    try:
        await versions.change(mine.version, text, mine.me.id)
    except BadFile as error:
        return {field: cannot(error)}
    return {}


def part_named(mine: Mine, part: str) -> Path:
    """Return the part in the address, or leave with 404."""
    path = tuple(part.split(".", 1))
    return found(path if path in fields.parts(mine.version.file, mine.version.text) else None)


def row_named(mine: Mine, row: str) -> dict[str, str]:
    """Return the cells of the row in the address, none for a new one, or leave with 404."""
    found(mine.version.file if mine.version.file in fields.ROWS else None)
    return {} if row == NEW else found(by_code(mine.version.text).get(row))


async def filled_in(mine: Mine, path: Path, form: Form) -> dict[str, str]:
    """Keep what a form says of a part; return what is wrong with it."""
    version = mine.version
    kind, held = fields.kind_of(version.file, path), value_at(version.text, path)
    values, errors = fields.read(kind, fields.fields(kind, held), form)
    if errors:
        return errors
    fresh = fields.changed(kind, held, values)
    try:
        text = toml_text.with_values(version.text, path, fresh)
        if "marks" in value_at(text, ()):
            text = marks.with_changes_marked(text, path, fresh)
    except BadFile as error:
        return {"form": cannot(error)}
    return await kept(mine, text, "form")


async def copied(mine: Mine, path: Path, form: Form) -> dict[str, str]:
    """Add another table like that at *path*: for a calendar an empty year."""
    code = form["new"].strip()
    if (
        len(path) != 2
        or not CODE.fullmatch(code)
        or (path[0], code) in fields.parts(mine.version.file, mine.version.text)
    ):
        return {"new": "请写一个没有用过的编号，只用字母、数字和下划线。"}
    held: dict[str, Any] = value_at(mine.version.text, path)
    if fields.kind_of(mine.version.file, path) is Year:
        held = {"published": False, "source": "", "off": [], "work": []}
    listed = "id" in held
    values = {**held, "id": code} if listed else held
    text = toml_text.with_table(mine.version.text, (path[0], code), values)
    return await kept(mine, text, "new")


async def removed(mine: Mine, path: Path, form: Form) -> dict[str, str]:
    """Take the table at *path* out, with the marks that stand for nothing then."""
    text = toml_text.without_table(mine.version.text, path) if len(path) == 2 else mine.version.text
    known = value_at(text, marks.MARKS) or {}
    gone = [one for one in known if one == ".".join(path) or one.startswith(f"{'.'.join(path)}.")]
    return await kept(mine, toml_text.without_values(text, marks.MARKS, gone) if gone else text, "form")


def text_page(request: Request[Any, Any, Any], mine: Mine, text: str, errors: dict[str, str]) -> Response[bytes]:
    """Return the page with the whole text."""
    file = mine.version.file
    return edit_page(
        request, "staff/policy/edits/text", mine, FILE_NAMES[file], errors, text=text, example=EXAMPLES.get(file, "")
    )


def part_page(
    request: Request[Any, Any, Any], mine: Mine, path: Path, form: Form, errors: dict[str, str]
) -> Response[bytes]:
    """Return the form of a part, with what was typed when it was refused."""
    version = mine.version
    shown = fields.fields(fields.kind_of(version.file, path), value_at(version.text, path))
    names = names_in(version.file, version.text)
    return edit_page(
        request,
        "staff/policy/edits/part",
        mine,
        name_of(path, names),
        errors,
        fields=shown_fields(errors, shown, typed(shown, form)),
        several=len(path) == 2,
        new=form["new"],
    )


def row_page(
    request: Request[Any, Any, Any], mine: Mine, row: str, cells: dict[str, str], form: Form, errors: dict[str, str]
) -> Response[bytes]:
    """Return the form of a row, with what was typed when it was refused."""
    kind = fields.ROWS[mine.version.file]
    shown = fields.fields(kind, fields.from_cells(kind, cells))
    return edit_page(
        request,
        "staff/policy/edits/row",
        mine,
        cells.get("name_zh", "") or "新的一行",
        errors,
        fields=shown_fields(errors, shown, typed(shown, form)),
        fresh=row == NEW,
    )


def typed(shown: list[Field], form: Form) -> dict[str, Any]:
    """Return what was typed into the fields, if anything was posted."""
    if not form["csrf"]:
        return {}
    return {one.name: form[one.name] for one in shown} | {f"{one.name}[]": form.all(one.name) for one in shown}


def edit_page(
    request: Request[Any, Any, Any], name: str, mine: Mine, title: str, errors: dict[str, str], **context: Any
) -> Response[bytes]:
    """Return a page that changes a draft."""
    return page(
        request,
        name,
        status=422 if errors else 200,
        region=REGIONS[mine.me.region],
        me=mine.me,
        links=links(request, mine.me),
        mine=mine,
        version=mine.version,
        title=title,
        errors=errors,
        **context,
    )
