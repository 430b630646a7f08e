"""The policy files of a city: their names, the versions in force, and their download."""

from collections.abc import Iterable

import msgspec
from litestar import Response

from portal.accounts import staff
from portal.accounts.staff import Member
from portal.core.tools import clock
from portal.core.tools.errors import found
from portal.core.web.pages import file_answer
from portal.policy import holding, marks, versions
from portal.policy.holding import CALENDARS
from portal.policy.versions import Version
from portal.regions.load import CALENDAR, FILES

NAMES = {
    "region.toml": "城市规则",
    "diseases.csv": "病种目录",
    "hospitals.csv": "医疗机构",
    "criteria.toml": "认定标准",
    "reasons.toml": "理由库",
    "notices.toml": "消息用语",
    "letters.toml": "文书用语",
    CALENDAR: "工作日历",
}
# The files that have no form: what an entry of each looks like.
EXAMPLES = {
    "criteria.toml": '[M07200]\nrule = { at_least = 2, of = [1, 2, 3] }\nsource = "…"',
    "notices.toml": '[N05]\nsms = "{sign}{tail} …"\nin_app = "{tail} …"\nin_app_en = "…"\nsource = "…"',
    "letters.toml": '[L02]\nbody = ["…", "…"]\nsource = "…"',
}


class NamedVersion(msgspec.Struct, frozen=True):
    """A version with the names of those who drafted and released it."""

    version: Version
    drafter: str
    releaser: str


class FileRow(msgspec.Struct, frozen=True):
    """One file: the version that holds, those planned, those being worked on, and how much nobody has confirmed.

    If no version is in force, the file shipped with the portal is.
    """

    file: str
    holds: NamedVersion | None
    planned: list[NamedVersion]
    under_way: list[NamedVersion]
    unconfirmed: int

    @property
    def name(self) -> str:
        """What the file is called."""
        return NAMES[self.file]


def place_of(me: Member, file: str) -> str:
    """Return to which place a file belongs, the member's city or the calendars of all; leave with 404 for no file."""
    found(NAMES.get(file))
    return CALENDARS if file == CALENDAR else me.region


def files_of(place: str) -> tuple[str, ...]:
    """Return the files of a place."""
    return (CALENDAR,) if place == CALENDARS else FILES


async def file_row(place: str, file: str, known: Iterable[NamedVersion]) -> FileRow:
    """Return the row of a file for today, from all its versions *known*."""
    today = clock.today()
    holds = (await holding.held(today)).get((place, file), 0)
    text = (await holding.texts(place, today)).get(file, "")
    return FileRow(
        file=file,
        holds=next((one for one in known if one.version.id == holds), None),
        planned=[one for one in known if one.version.planned],
        under_way=[one for one in known if one.version.under_way],
        unconfirmed=marks.count(file, text),
    )


async def file_rows(me: Member) -> list[FileRow]:
    """Return the rows of all files of the member's city, and of the calendars."""
    files = [(place, file) for place in (me.region, CALENDARS) for file in files_of(place)]
    all_versions = [await versions.versions(place, file) for place, file in files]
    names = await names_of(version for known in all_versions for version in known)
    return [
        await file_row(place, file, named(known, names))
        for (place, file), known in zip(files, all_versions, strict=True)
    ]


async def with_names(known: list[Version]) -> list[NamedVersion]:
    """Return versions with the names of those who drafted and released them."""
    return named(known, await names_of(known))


def named(known: list[Version], names: dict[str, str]) -> list[NamedVersion]:
    """Return versions with *names*, which are by the ids of the members."""
    return [NamedVersion(one, names.get(one.made_by, ""), names.get(one.released_by, "")) for one in known]


async def names_of(known: Iterable[Version]) -> dict[str, str]:
    """Return the names of those who drafted and released versions, by their ids."""
    ids = {id for one in known for id in (one.made_by, one.released_by) if id}
    members = [await staff.member(id) for id in ids]
    return {member.id: member.name for member in members if member}


def sent(file: str, text: str) -> Response[bytes]:
    """Return a file to be saved; a table begins with the mark by which spreadsheets know UTF-8."""
    table = file.endswith(".csv")
    kind = "text/csv" if table else "application/toml"
    return file_answer(text.encode("utf-8-sig" if table else "utf-8"), f"{kind}; charset=utf-8", file, download=True)
