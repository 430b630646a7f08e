"""``/staff/policy/versions/{id}/...``: change a draft: one part, one row, or the text as it is."""

import re
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.policy import fields, marks, toml_text, versions
from portal.policy.fields import Field
from portal.policy.table_text import by_code, with_row, without_row
from portal.policy.toml_text import Path, value_at
from portal.regions.catalogue import BadFile
from portal.regions.workdays import Year
from portal.staff.policy.desk import ADMIN, VersionDesk, version_in_hand
from portal.staff.policy.files import EXAMPLES, NAMES
from portal.staff.policy.view import cannot, name_of, names_in, shown_fields

NEW = "new"  # the address of a row that is not there yet
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


class EditsController(Controller):
    """What can be changed in a draft."""

    path = "/staff/policy/versions/{id:str}"
    opt = {"who": ADMIN}
    dependencies = {"desk": Provide(version_in_hand)}

    @get("/edit")
    async def show_text(self, desk: NamedDependency[VersionDesk]) -> Response[bytes]:
        """Show the whole text, for those who know its form."""
        return text_page(desk, {})

    @post("/edit", compares=True)
    async def keep_text(self, desk: NamedDependency[VersionDesk]) -> Response[bytes]:
        """Keep the whole text."""
        text = draft_form(desk)["text"]
        errors = await kept(desk, text, "text")
        return text_page(desk, errors) if errors else desk.back()

    @get("/parts/{part:str}")
    async def show_part(self, desk: NamedDependency[VersionDesk], part: FromPath[str]) -> Response[bytes]:
        """Show one part as a form."""
        return part_page(desk, part_named(desk, part), {})

    @post("/parts/{part:str}", compares=True)
    async def keep_part(self, desk: NamedDependency[VersionDesk], part: FromPath[str]) -> Response[bytes]:
        """Keep a part, add another like it, or remove it."""
        path = part_named(desk, part)
        form = draft_form(desk)
        match form["action"]:
            case "copy":
                errors = await copied(desk, path, form)
            case "remove":
                errors = await removed(desk, path)
            case _:
                errors = await filled_in(desk, path, form)
        return part_page(desk, path, errors) if errors else desk.back()

    @get("/rows/{row:str}")
    async def show_row(self, desk: NamedDependency[VersionDesk], row: FromPath[str]) -> Response[bytes]:
        """Show one row of a table as a form; an empty form for a new row."""
        return row_page(desk, row, row_named(desk, row), {})

    @post("/rows/{row:str}", compares=True)
    async def keep_row(self, desk: NamedDependency[VersionDesk], row: FromPath[str]) -> Response[bytes]:
        """Keep a row, or remove it: from the first day of the version it is not in the table."""
        cells = row_named(desk, row)
        form = draft_form(desk)
        if form["action"] == "end" and row != NEW:
            errors = await kept(desk, without_row(desk.version.text, row), "form")
        else:
            errors = await row_filled_in(desk, row, cells, form)
        return row_page(desk, row, cells, errors) if errors else desk.back()


def draft_form(desk: VersionDesk) -> Form:
    """Return the form posted for the member's own, unchanged draft.

    Raises:
        Stale: the draft is another member's, or was changed meanwhile.
    """
    if not desk.may_edit:
        raise Stale("只有起草人能改草稿。要改别的内容，请自己起草一版。")
    return desk.current_form()


async def kept(desk: VersionDesk, text: str, field: str) -> dict[str, str]:
    """Store the text of a draft; return its error as ``{field: message}``."""
    try:
        await versions.change(desk.version, text, desk.me.id)
    except BadFile as error:
        return {field: cannot(error)}
    return {}


def part_named(desk: VersionDesk, part: str) -> Path:
    """Return the path of the part in the address, or leave with 404."""
    path = tuple(part.split(".", 1))
    return found(path if path in fields.parts(desk.version.file, desk.version.text) else None)


def row_named(desk: VersionDesk, row: str) -> dict[str, str]:
    """Return the cells of the row in the address, no cells for a new row, or leave with 404."""
    found(desk.version.file if desk.version.file in fields.ROWS else None)
    return {} if row == NEW else found(by_code(desk.version.text).get(row))


async def filled_in(desk: VersionDesk, path: Path, form: Form) -> dict[str, str]:
    """Store the form of a part; return errors by field."""
    version = desk.version
    kind = fields.kind_of(version.file, path)
    held = value_at(version.text, path)
    values, errors = fields.read(kind, fields.fields(kind, held), form)
    if errors:
        return errors
    changed = fields.changed(kind, held, values)
    try:
        text = toml_text.with_values(version.text, path, changed)
        if "marks" in value_at(text, ()):
            text = marks.with_changes_marked(text, path, changed)
    except BadFile as error:
        return {"form": cannot(error)}
    return await kept(desk, text, "form")


async def row_filled_in(desk: VersionDesk, row: str, cells: dict[str, str], form: Form) -> dict[str, str]:
    """Store the form of a row; return errors by field."""
    kind = fields.ROWS[desk.version.file]
    values, errors = fields.read(kind, fields.fields(kind, fields.from_cells(kind, cells)), form)
    if errors:
        return errors
    return await kept(desk, with_row(desk.version.text, fields.as_cells(values), row), "form")


async def copied(desk: VersionDesk, path: Path, form: Form) -> dict[str, str]:
    """Add a table like the one at *path* (to a calendar an empty year); return errors of its code by field."""
    version = desk.version
    code = form["new"].strip()
    taken = (path[0], code) in fields.parts(version.file, version.text)
    if len(path) != 2 or not CODE.fullmatch(code) or taken:
        return {"new": "请写一个没有用过的编号，只用字母、数字和下划线。"}
    values: dict[str, Any] = value_at(version.text, path)
    if fields.kind_of(version.file, path) is Year:
        values = {"published": False, "source": "", "off": [], "work": []}
    if "id" in values:
        values = {**values, "id": code}
    return await kept(desk, toml_text.with_table(version.text, (path[0], code), values), "new")


async def removed(desk: VersionDesk, path: Path) -> dict[str, str]:
    """Remove the table at *path* with its marks; return why that cannot be done."""
    text = toml_text.without_table(desk.version.text, path) if len(path) == 2 else desk.version.text
    table = ".".join(path)
    gone = [mark for mark in value_at(text, marks.MARKS) or {} if mark == table or mark.startswith(f"{table}.")]
    if gone:
        text = toml_text.without_values(text, marks.MARKS, gone)
    return await kept(desk, text, "form")


def text_page(desk: VersionDesk, errors: dict[str, str]) -> Response[bytes]:
    """Return the page with the whole text, as it was typed or as the draft has it."""
    file = desk.version.file
    text = desk.form["text"] if desk.form else desk.version.text
    return desk.page("staff/policy/edits/text", errors, title=NAMES[file], text=text, example=EXAMPLES.get(file, ""))


def part_page(desk: VersionDesk, path: Path, errors: dict[str, str]) -> Response[bytes]:
    """Return the form of a part, with what was typed when it was refused."""
    version = desk.version
    shown = fields.fields(fields.kind_of(version.file, path), value_at(version.text, path))
    return desk.page(
        "staff/policy/edits/part",
        errors,
        title=name_of(path, names_in(version.file, version.text)),
        fields=shown_fields(shown, typed(shown, desk.form), errors),
        one_of_many=len(path) == 2,
        new=desk.form["new"],
    )


def row_page(desk: VersionDesk, row: str, cells: dict[str, str], errors: dict[str, str]) -> Response[bytes]:
    """Return the form of a row, with what was typed when it was refused."""
    kind = fields.ROWS[desk.version.file]
    shown = fields.fields(kind, fields.from_cells(kind, cells))
    return desk.page(
        "staff/policy/edits/row",
        errors,
        title=cells.get("name_zh", "") or "新的一行",
        fields=shown_fields(shown, typed(shown, desk.form), errors),
        is_new=row == NEW,
    )


def typed(shown: list[Field], form: Form) -> dict[str, Any]:
    """Return the typed values of the fields *shown*; empty if no form was posted."""
    if not form["csrf"]:
        return {}
    return {field.name: form[field.name] for field in shown} | {
        f"{field.name}[]": form.all(field.name) for field in shown
    }
