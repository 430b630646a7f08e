"""What the pages of the policy desk show: files, versions, differences, fields, in words."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.accounts import staff
from portal.accounts.staff import Member
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.tools.i18n import Said, listed
from portal.policy import holding, marks, versions
from portal.policy.changes import changes
from portal.policy.holding import CALENDARS
from portal.policy.table_text import by_code
from portal.policy.toml_text import value_at
from portal.policy.versions import Version
from portal.regions.load import CALENDAR, FILES
from portal.staff.policy.words import CHOICES, KEYS, PARTS

FILE_NAMES = {
    "region.toml": "城市规则",
    "diseases.csv": "病种目录",
    "hospitals.csv": "医疗机构",
    "criteria.toml": "认定标准",
    "reasons.toml": "理由库",
    "notices.toml": "消息用语",
    "letters.toml": "文书用语",
    CALENDAR: "工作日历",
}
# How the files look that have no form.
EXAMPLES = {
    "criteria.toml": '[M07200]\nrule = { at_least = 2, of = [1, 2, 3] }\nsource = "…"',
    "notices.toml": '[N05]\nsms = "{sign}{tail} …"\nin_app = "{tail} …"\nin_app_en = "…"\nsource = "…"',
    "letters.toml": '[L02]\nbody = ["…", "…"]\nsource = "…"',
}
STATES = {"draft": "草稿", "proposed": "等另一位管理员发布", "released": "已发布", "withdrawn": "已撤回"}
KINDS = {"added": "新增", "removed": "删除", "changed": "修改"}
# What a mark in region.toml means, by its first word.
MARKS = {
    "seed": "来自公布的文章",
    "assumed": "按常理设定",
    "hint": "网上线索，没有核实",
    "operator": "要经办机构填写",
}
# The pages of a citizen that a draft can be seen on.
PREVIEWS = {"guide": "办事指南", "diseases": "病种目录页", "questions": "申请要填的问题和材料"}
MOST_CHANGES = 300


class FileRow(msgspec.Struct, frozen=True):
    """One file of a place: the version that holds, those planned, those being worked on."""

    place: str
    file: str
    name: str
    holds: Version | None
    planned: list[Version]
    open: list[Version]
    unconfirmed: int


def place_of(me: Member, file: str) -> str:
    """Return where a file of the desk lives: the calendars are of all cities; or leave with 404."""
    found(FILE_NAMES.get(file))
    return CALENDARS if file == CALENDAR else me.region


def files_of(place: str) -> tuple[str, ...]:
    """Return the files of a place."""
    return (CALENDAR,) if place == CALENDARS else FILES


async def file_row(place: str, file: str) -> FileRow:
    """Return how a file stands."""
    known = await versions.versions(place, file)
    holds = (await holding.held(clock.today())).get((place, file), 0)
    text = (await holding.texts(place, clock.today())).get(file, "")
    return FileRow(
        place,
        file,
        FILE_NAMES[file],
        next((one for one in known if one.id == holds), None),
        [one for one in known if one.planned],
        [one for one in known if one.state in ("draft", "proposed")],
        marks.count(file, text),
    )


async def people(known: list[Version]) -> dict[str, str]:
    """Return the names of who made and released versions, by id."""
    ids = {id for one in known for id in (one.made_by, one.released_by) if id}
    members = [await staff.member(id) for id in ids]
    return {one.id: one.name for one in members if one}


def differences(file: str, old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Return what is another in *new*: ``(kind, where, old, new)`` in words."""
    names = {**names_in(file, old), **names_in(file, new)}
    return [
        (KINDS[one.kind], name_of(one.path, names), in_words(one.old), in_words(one.new))
        for one in changes(file, old, new)
    ]


def names_in(file: str, text: str) -> dict[str, str]:
    """Return what rows and elements of lists are called, by their codes and ids."""
    if file.endswith(".csv"):
        return {code: f"{row.get('name_zh', '')} {code}" for code, row in by_code(text).items()}
    tables = [part for part in value_at(text, ()).values() if isinstance(part, list)] if text else []
    return {
        one["id"]: one.get("name_zh") or one.get("q_zh") or one["id"]
        for table in tables
        for one in table
        if isinstance(one, dict) and "id" in one
    }


def name_of(path: tuple[str, ...], names: Mapping[str, str]) -> str:
    """Return what a path leads to, in words."""
    first = PARTS.get(path[0]) or names.get(path[0], path[0])
    rest = [names.get(part) or KEYS.get(part) or PARTS.get(part, part) for part in path[1:]]
    return listed([first, *rest], "{first}，{rest}")


def name_within(path: tuple[str, ...], at: tuple[str, ...], names: Mapping[str, str]) -> str:
    """Return what the value *at* is called among those below *path*; nothing when it is the only one."""
    rest = at[len(path) :]
    return listed([names.get(part) or KEYS.get(part, part) for part in rest], "{first}，{rest}") if rest else ""


def in_words(value: str) -> str:
    """Return a value in words where it is a choice or a list of choices, else as it is."""
    return CHOICES.get(value) or listed([CHOICES.get(part, part) for part in value.split("；")], "{first}；{rest}")


def mark_in_words(mark: str) -> str:
    """Return what a mark says."""
    return MARKS.get(mark.split(" ", 1)[0], mark)


def cannot(error: Exception) -> str:
    """Return why a text cannot be used, with file and key as the check names them."""
    return Said("这份内容用不了：{why}", why=str(error))


def shown_fields(errors: Mapping[str, str], fields: list[Any], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a form as a page shows them, with what was typed when it was refused."""
    return [
        {
            "name": one.name,
            "label": KEYS.get(one.name) or PARTS.get(one.name, one.name),
            "kind": one.kind,
            "text": given.get(one.name, one.text),
            "chosen": given.get(f"{one.name}[]", one.chosen),
            "choices": [(value, CHOICES.get(value, value)) for value in one.choices],
            "error": errors.get(one.name, ""),
        }
        for one in fields
    ]
