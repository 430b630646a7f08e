"""``/staff/policy``: 政策配置: the files in force; begin, import or export a version."""

import io
import zipfile
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.cases.life.deadlines import missing_calendars
from portal.core.store.storage import plain_file
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.forms import clean
from portal.core.web.pages import file_answer, see_other
from portal.core.web.uploads import Limits, Received
from portal.policy import holding, marks, versions
from portal.policy.holding import CALENDARS, MOST
from portal.policy.marks import Unconfirmed
from portal.questions.rules import day
from portal.regions.catalogue import BadFile
from portal.staff.policy.desk import ADMIN
from portal.staff.policy.files import file_row, file_rows, place_of, sent, with_names
from portal.staff.policy.view import cannot, in_words, mark_in_words, name_of, name_within, names_in
from portal.staff.shared.desk import Desk, at_desk
from portal.staff.shared.nav import Nav

RULES = "region.toml"
LIMITS = Limits(file=MOST, total=MOST, count=1)


class PolicyController(Controller):
    """The files of one's city, and the calendars."""

    path = "/staff/policy"
    opt = {"who": ADMIN, "nav": Nav("政策配置")}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show all files: in force, planned, being drafted, and not confirmed."""
        return desk.page(
            "staff/policy/policy/index",
            rows=await file_rows(desk.me),
            missing=missing_calendars(desk.region, clock.today()),
        )

    @get("/files/{file:str}")
    async def show(self, desk: NamedDependency[Desk], file: FromPath[str]) -> Response[bytes]:
        """Show a file with all its versions."""
        return await file_page(desk, file)

    @post("/files/{file:str}")
    async def begin(self, desk: NamedDependency[Desk], file: FromPath[str]) -> Response[bytes]:
        """Begin a draft: a copy of the newest text, or what was pasted."""
        copied = desk.form["action"] == "copy"
        text = await versions.newest_text(place_of(desk.me, file), file) if copied else desk.form["text"]
        return await begun(desk, file, text)

    @post("/files/{file:str}/upload", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], desk: NamedDependency[Desk], file: FromPath[str]
    ) -> Response[bytes]:
        """Begin a draft with the text of an uploaded file."""
        place_of(desk.me, file)
        async with uploads.received(request, LIMITS) as (_, files):
            text, error = text_in(files)
        if error:
            return await file_page(desk, file, {"file": error})
        return await begun(desk, file, text)

    @get("/files/{file:str}/text")
    async def text(self, desk: NamedDependency[Desk], file: FromPath[str]) -> Response[bytes]:
        """Send the text in force today, as a file."""
        texts = await holding.texts(place_of(desk.me, file), clock.today())
        return sent(file, texts.get(file, ""))

    @get("/archive")
    async def archive(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Send every file of the city and the calendars as they hold today."""
        city = desk.me.region
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for place in (city, CALENDARS):
                for file, text in (await holding.texts(place, clock.today())).items():
                    packed.writestr(f"{city}/{file}" if place != CALENDARS else file, text)
        return file_answer(out.getvalue(), "application/zip", f"{city}-{clock.today()}.zip", download=True)


async def begun(desk: Desk, file: str, text: str) -> Response[bytes]:
    """Begin a draft and redirect to it; for an unusable text return the page with the reason."""
    try:
        version = await versions.begin(place_of(desk.me, file), file, clean(text), desk.me.id)
    except BadFile as error:
        return await file_page(desk, file, {"text": cannot(error)}, text)
    return see_other(f"/staff/policy/versions/{version.id}")


def text_in(files: list[Received]) -> tuple[str, str]:
    """Return the text of the uploaded file, and its error message (empty if it is good)."""
    if not files or not files[0].size:
        return "", "请选一个文件。"
    if files[0].too_large:
        return "", Said("文件太大，最大 {n} KB。", n=MOST // 1000)
    try:
        return plain_file(files[0].name, files[0].key, files[0].path.read_bytes()).decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", "文件不是 UTF-8 编码的文本。用表格软件保存时，请选“CSV UTF-8”。"


async def file_page(desk: Desk, file: str, errors: dict[str, str] | None = None, typed: str = "") -> Response[bytes]:
    """Return the page of a file, with the pasted text after an error."""
    place = place_of(desk.me, file)
    known = await with_names(await versions.versions(place, file))
    row = await file_row(place, file, known)
    return desk.page("staff/policy/policy/file", errors, row=row, versions=known, typed=typed)


class MarkBox(msgspec.Struct, frozen=True):
    """A mark that nobody has confirmed, to be ticked, with the values it covers."""

    path: str
    name: str
    source: str
    values: list[str]
    ticked: bool


class Section(msgspec.Struct, frozen=True):
    """A section of ``region.toml`` with its marks."""

    name: str
    boxes: list[MarkBox]


class MarksController(Controller):
    """The marks that nobody has confirmed yet."""

    path = "/staff/policy/marks"
    opt = {"who": ADMIN}
    dependencies = {"desk": Provide(at_desk)}

    @get()
    async def index(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Show every mark that the operator has not confirmed."""
        return await marks_page(desk, {}, (), f"{clock.today()}", "")

    @post()
    async def confirm(self, desk: NamedDependency[Desk]) -> Response[bytes]:
        """Begin a draft in which the ticked marks are confirmed."""
        form = desk.form
        me = desk.me
        text = await versions.newest_text(me.region, RULES)
        known = {mark.path for mark in marks.unconfirmed(text)}
        ticked = [path for path in form.all("path") if path in known]
        on = day(form["on"].strip())
        source = form["source"].strip()[: versions.NOTE]
        errors: dict[str, str] = {}
        if not ticked:
            errors["path"] = "请勾选要确认的内容。"
        if on is None or on > clock.today():
            errors["on"] = "请写确认的日期，例如 2026-11-29，不能晚于今天。"
        if not source:
            errors["source"] = "请写依据的文件。"
        if errors or on is None:
            return await marks_page(desk, errors, ticked, form["on"], source)
        version = await versions.begin(me.region, RULES, marks.confirmed(text, ticked, on), me.id, source)
        return see_other(f"/staff/policy/versions/{version.id}")


async def marks_page(
    desk: Desk, errors: dict[str, str], ticked: list[str] | tuple[()], on: str, source: str
) -> Response[bytes]:
    """Return the page of the marks, section by section, with what was typed when it was refused."""
    text = await versions.newest_text(desk.me.region, RULES)
    names = names_in(RULES, text)
    sections: dict[str, list[MarkBox]] = {}
    for mark in marks.unconfirmed(text):
        box = mark_box(mark, names, ticked=mark.path in ticked)
        sections.setdefault(mark.path.split(".", 1)[0], []).append(box)
    return desk.page(
        "staff/policy/policy/marks",
        errors,
        sections=[Section(name_of((name,), names), boxes) for name, boxes in sections.items()],
        on=on,
        source=source,
    )


def mark_box(mark: Unconfirmed, names: dict[str, str], *, ticked: bool) -> MarkBox:
    """Return a mark in words, with the values it covers; a value that is the only one bears no name."""
    path = tuple(mark.path.split("."))
    values = [named_value(name_within(path, at, names), in_words(text)) for at, text in mark.values if text]
    return MarkBox(mark.path, name_of(path, names), mark_in_words(mark.mark), values, ticked)


def named_value(name: str, value: str) -> str:
    """Return a value with its name, if it has one."""
    return Said("{name}：{value}", name=name, value=value) if name else value
