"""``/staff/policy``: 政策配置: what holds and since when; begin a new version, bring one in, send one out."""

import io
import zipfile
from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.core.store.storage import plain_file
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.core.web import uploads
from portal.core.web.forms import clean
from portal.core.web.pages import file_answer, page, see_other
from portal.core.web.sessions import form_of
from portal.core.web.uploads import Limits, Received
from portal.policy import holding, marks, versions
from portal.policy.holding import CALENDARS, MOST
from portal.questions.rules import day
from portal.regions.catalogue import BadFile
from portal.regions.load import REGIONS
from portal.staff.policy.view import (
    STATES,
    cannot,
    file_row,
    files_of,
    in_words,
    mark_in_words,
    name_of,
    name_within,
    names_in,
    people,
    place_of,
)
from portal.staff.shared.mine import member
from portal.staff.shared.nav import Nav, links

ADMIN = ("admin",)
RULES = "region.toml"
LIMITS = Limits(file=MOST, total=MOST, count=1)


class PolicyController(Controller):
    """The files of one's city, and the calendars."""

    path = "/staff/policy"
    opt = {"who": ADMIN, "nav": Nav("政策配置")}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show every file: what holds, what is planned, who works on it, what is not confirmed."""
        rows = [await file_row(place, file) for place in (me.region, CALENDARS) for file in files_of(place)]
        known = [one for row in rows for one in (*row.planned, *row.open, *([row.holds] if row.holds else []))]
        return page(
            request,
            "staff/policy/policy/index",
            region=REGIONS[me.region],
            me=me,
            links=links(request, me),
            rows=rows,
            names=await people(known),
            states=STATES,
        )

    @get("/files/{file:str}")
    async def show(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], file: FromPath[str]
    ) -> Response[bytes]:
        """Show a file with all its versions."""
        return await file_page(request, me, file)

    @post("/files/{file:str}")
    async def begin(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], file: FromPath[str]
    ) -> Response[bytes]:
        """Begin a draft: a copy of the newest text, or what was pasted."""
        form, place = form_of(request), place_of(me, file)
        text = await versions.newest_text(place, file) if form["action"] == "copy" else form["text"]
        return await begun(request, me, file, text)

    @post("/files/{file:str}/upload", streams=True, request_max_body_size=None)
    async def upload(
        self, request: Request[Any, Any, Any], me: NamedDependency[Member], file: FromPath[str]
    ) -> Response[bytes]:
        """Begin a draft with the text of an uploaded file."""
        place_of(me, file)
        async with uploads.received(request, LIMITS) as (_, files):
            text, error = text_in(files)
        if error:
            return await file_page(request, me, file, {"file": error})
        return await begun(request, me, file, text)

    @get("/files/{file:str}/text")
    async def text(self, me: NamedDependency[Member], file: FromPath[str]) -> Response[bytes]:
        """Send what holds today, as a file."""
        found = (await holding.texts(place_of(me, file), clock.today())).get(file, "")
        return as_file(file, found)

    @get("/archive")
    async def archive(self, me: NamedDependency[Member]) -> Response[bytes]:
        """Send every file of the city and the calendars as they hold today."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for place in (me.region, CALENDARS):
                for file, text in (await holding.texts(place, clock.today())).items():
                    packed.writestr(f"{me.region}/{file}" if place != CALENDARS else file, text)
        name = f"{me.region}-{clock.today()}.zip"
        return file_answer(out.getvalue(), "application/zip", name, download=True)


class MarksController(Controller):
    """What nobody has confirmed yet."""

    path = "/staff/policy/marks"
    opt = {"who": ADMIN}
    dependencies = {"me": Provide(member)}

    @get()
    async def index(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Show every value whose mark is not the operator's word."""
        return await marks_page(request, me, {}, {})

    @post()
    async def confirm(self, request: Request[Any, Any, Any], me: NamedDependency[Member]) -> Response[bytes]:
        """Begin a draft in which what was ticked is confirmed."""
        form = form_of(request)
        text = await versions.newest_text(me.region, RULES)
        open_ = [one.path for one in marks.unconfirmed(text)]
        ticked = [path for path in form.all("path") if path in open_]
        on, source = day(form["on"].strip()), form["source"].strip()[: versions.NOTE]
        errors: dict[str, str] = {}
        if not ticked:
            errors["path"] = "请勾选要确认的内容。"
        if on is None or on > clock.today():
            errors["on"] = "请写确认的日期，例如 2026-11-29，不能晚于今天。"
        if not source:
            errors["source"] = "请写依据的文件。"
        if errors or on is None:
            return await marks_page(request, me, {"on": form["on"], "source": source, "path": ticked}, errors)
        made = await versions.begin(me.region, RULES, marks.confirmed(text, ticked, on), me.id, source)
        return see_other(f"/staff/policy/versions/{made.id}")


async def begun(request: Request[Any, Any, Any], me: Member, file: str, text: str) -> Response[bytes]:
    """Begin a draft and lead to it; what cannot be used comes back with the reason."""
    try:
        made = await versions.begin(place_of(me, file), file, clean(text), me.id)
    except BadFile as error:
        return await file_page(request, me, file, {"text": cannot(error)}, text)
    return see_other(f"/staff/policy/versions/{made.id}")


def text_in(files: list[Received]) -> tuple[str, str]:
    """Return the text of the uploaded file, and what is wrong with it."""
    if not files or not files[0].size:
        return "", "请选一个文件。"
    if files[0].too_large:
        return "", Said("文件太大，最大 {n} KB。", n=MOST // 1000)
    try:
        return plain_file(files[0].name, files[0].key, files[0].path.read_bytes()).decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", "文件不是 UTF-8 编码的文本。用表格软件保存时，请选“CSV UTF-8”。"


def as_file(file: str, text: str) -> Response[bytes]:
    """Return a file to keep: a table with the mark that spreadsheets look for."""
    kind = "text/csv; charset=utf-8" if file.endswith(".csv") else "application/toml; charset=utf-8"
    return file_answer(text.encode("utf-8-sig" if file.endswith(".csv") else "utf-8"), kind, file, download=True)


async def file_page(
    request: Request[Any, Any, Any], me: Member, file: str, errors: dict[str, str] | None = None, typed: str = ""
) -> Response[bytes]:
    """Return the page of a file, with what was pasted when it was refused."""
    place = place_of(me, file)
    known = await versions.versions(place, file)
    return page(
        request,
        "staff/policy/policy/file",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        row=await file_row(place, file),
        versions=known,
        names=await people(known),
        states=STATES,
        typed=typed,
        errors=errors or {},
    )


async def marks_page(
    request: Request[Any, Any, Any], me: Member, given: dict[str, Any], errors: dict[str, str]
) -> Response[bytes]:
    """Return the page of what is not confirmed, section by section."""
    text = await versions.newest_text(me.region, RULES)
    names = names_in(RULES, text)
    sections: dict[str, list[dict[str, Any]]] = {}
    for one in marks.unconfirmed(text):
        path = tuple(one.path.split("."))
        shown = {
            "path": one.path,
            "name": name_of(path, names),
            "mark": mark_in_words(one.mark),
            "values": [(name_within(path, at, names), in_words(said)) for at, said in one.values if said],
            "ticked": one.path in given.get("path", ()),
        }
        sections.setdefault(path[0], []).append(shown)
    return page(
        request,
        "staff/policy/policy/marks",
        status=422 if errors else 200,
        region=REGIONS[me.region],
        me=me,
        links=links(request, me),
        sections=[(name_of((name,), names), rows) for name, rows in sections.items()],
        on=given.get("on", date.isoformat(clock.today())),
        source=given.get("source", ""),
        errors=errors,
    )
