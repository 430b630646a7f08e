"""A file of a city's policy has versions: one person drafts each, another releases it, and it holds from a day on.

``draft`` -> ``proposed`` -> ``released``, or ``withdrawn``. Only the person who drafted a version changes it, and
nobody changes a released text. On any day the released version holds whose first day is the latest up to then; of two
with the same first day, the one released later. Before the first version, the file that came with the portal holds.
"""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

from portal.core.store import audit, outbox
from portal.core.store import change as store
from portal.core.store.database import ON_SQLITE, execute, fetch_all, fetch_one, fetch_value, insert, transaction
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.core.tools.i18n import Said
from portal.core.tools.machine import NotAllowed, find_open, rows_open
from portal.policy import holding
from portal.policy.tables import PolicyVersion

NOTE = 500  # characters
# The files that the due days of running cases depend on.
CLOCKS = ("region.toml", "calendar.toml")
# What each state of a version is called.
STATES = {"draft": "草稿", "proposed": "等另一位管理员发布", "released": "已发布", "withdrawn": "已撤回"}
MOVED_ON = "这一版刚才被改过，或者已经提交、发布、撤回了。请看最新的情况再办。"


class Step(NamedTuple):
    """One row of the table: what may happen to a version, and what it is afterwards."""

    action: str
    before: tuple[str, ...]
    after: str
    who: tuple[str, ...]


ADMIN = "admin"
# fmt: off
STEPS = (
    Step("edit",      ("draft",),                         "draft",     (ADMIN,)),
    Step("propose",   ("draft",),                         "proposed",  (ADMIN,)),
    Step("give_back", ("proposed",),                      "draft",     (ADMIN,)),
    Step("release",   ("proposed",),                      "released",  (ADMIN,)),
    Step("withdraw",  ("draft", "proposed", "released"),  "withdrawn", (ADMIN,)),
    Step("rebase",    ("draft",),                         "draft",     (ADMIN,)),
)
# fmt: on


class SamePerson(Exception):
    """The person who drafted a version cannot release it."""


class TooEarly(Exception):
    """A version cannot hold from a day that is over, nor from a day before the version it goes on from."""


class Version(msgspec.Struct, frozen=True):
    """One text of one file; *based_on* is the released version it was begun from, 0 for the file as shipped."""

    id: int
    place: str
    file: str
    text: str
    based_on: int
    state: str
    effective_from: date | None
    note: str
    made_by: str
    made_at: datetime
    edited_at: datetime
    released_by: str
    released_at: datetime | None
    row_version: int

    @property
    def words(self) -> str:
        """What its state is called."""
        return STATES[self.state]

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.state == "draft"

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for a second person to release it."""
        return self.state == "proposed"

    @property
    def under_way(self) -> bool:
        """Whether somebody works on it: it is neither released nor withdrawn."""
        return self.is_draft or self.is_proposed

    @property
    def can_be_compared(self) -> bool:
        """Whether it holds, has held or may come to hold: everything but a withdrawn one."""
        return self.state != "withdrawn"

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether it does not hold yet."""
        return self.under_way or self.planned

    @property
    def planned(self) -> bool:
        """Whether it is released and will hold on a later day."""
        return self.state == "released" and self.effective_from is not None and self.effective_from > clock.today()

    @property
    def thing(self) -> str:
        """What the audit log calls it."""
        return f"policy:{self.id}"


async def version(id: int) -> Version | None:
    """Return one version."""
    return await fetch_one(Version, "FROM policy_version WHERE id = $1", id)


async def versions(place: str, file: str) -> list[Version]:
    """Return the versions of a file, newest first."""
    return await fetch_all(Version, "FROM policy_version WHERE place = $1 AND file = $2 ORDER BY id DESC", place, file)


async def last(place: str, file: str) -> Version | None:
    """Return the released version of a file with the latest first day, or None while there is none."""
    return await fetch_one(
        Version,
        "FROM policy_version WHERE place = $1 AND file = $2 AND state = 'released' "
        "ORDER BY effective_from DESC, released_at DESC, id DESC LIMIT 1",
        place,
        file,
    )


async def newest(place: str, file: str) -> int:
    """Return the id of the version that `last` returns; 0 for the file as shipped."""
    found = await last(place, file)
    return found.id if found else 0


async def newest_text(place: str, file: str) -> str:
    """Return the text that a new draft is begun from and compared with: that of `last`, or of the file as shipped."""
    found = await last(place, file)
    return found.text if found else holding.SHIPPED[place].get(file, "")


async def begin(place: str, file: str, text: str, by: str, note: str = "") -> Version:
    """Begin a draft with *text* and return it.

    Raises:
        BadFile: the text cannot be used; it names file and key.
    """
    await holding.check(place, file, text, clock.today())
    now = clock.now()
    async with transaction():
        await insert(
            PolicyVersion,
            place=place,
            file=file,
            text=text,
            based_on=await newest(place, file),
            state="draft",
            note=note[:NOTE],
            made_by=by,
            made_at=now,
            edited_at=now,
            row_version=1,
        )
        id = int(await fetch_value("SELECT max(id) FROM policy_version WHERE made_by = $1", by))
        await audit.note(actor=by, role="admin", act="policy_draft", thing=f"policy:{id}", why=f"{place}/{file}")
    made = await version(id)
    assert made
    return made


async def change(version: Version, text: str, by: str) -> None:
    """Replace the text of a draft.

    Raises:
        BadFile: the text cannot be used; it names file and key.
        Stale: it is not a draft of *by*, or somebody changed it meanwhile.
    """
    await holding.check(version.place, version.file, text, clock.today())
    if version.made_by != by:
        raise Stale("这一版是别人起草的，只有起草人能改。")
    async with transaction():
        await _move(version, "edit", text=text)
        await audit.note(actor=by, role="admin", act="policy_edit", thing=version.thing)


async def propose(version: Version, by: str, day: date, note: str) -> None:
    """Ask a second person to release a draft, to hold from *day* on; *note* says on what grounds.

    Raises:
        TooEarly: the day is over, or before the first day of a planned version.
        BadFile: the text contradicts the other files that hold on that day.
        Stale: it is not a draft of *by*, or somebody changed it meanwhile, or another version was released since it
            was begun.
    """
    await _up_to_date(version)
    before = await last(version.place, version.file)
    if day < clock.today() or (before and before.effective_from and day < before.effective_from):
        raise TooEarly
    await holding.check(version.place, version.file, version.text, day)
    if version.made_by != by:
        raise Stale("这一版是别人起草的，只有起草人能提交。")
    async with transaction():
        await _move(version, "propose", effective_from=day, note=note[:NOTE])
        await audit.note(actor=by, role="admin", act="policy_propose", thing=version.thing, why=note)


async def give_back(version: Version, by: str, why: str) -> None:
    """Make a proposal a draft again.

    Raises:
        Stale: it is not a proposal any more.
    """
    async with transaction():
        await _move(version, "give_back")
        await audit.note(actor=by, role="admin", act="policy_give_back", thing=version.thing, why=why)


async def release(version: Version, by: str) -> None:
    """Release a proposal: it holds from its day on, or from today if that day is over.

    Raises:
        SamePerson: *by* drafted it.
        BadFile: the text contradicts the other files that hold on its day, or on a later one.
        Stale: it is not a proposal any more, or another version was released since it was begun.
    """
    if by == version.made_by:
        raise SamePerson
    assert version.effective_from
    day = max(version.effective_from, clock.today())
    async with transaction():
        if not ON_SQLITE:  # two releases at once could contradict each other; SQLite has one writer anyway
            await execute("SELECT pg_advisory_xact_lock(7461004)")
        await _up_to_date(version)
        for turn in {day, *[planned for planned in await holding.turns() if planned > day]}:
            await holding.check(version.place, version.file, version.text, turn)
        await _move(version, "release", effective_from=day, released_by=by, released_at=clock.now())
        if version.file in CLOCKS:
            await outbox.add("new_dates", str(version.id), clock.first_moment(day))
        await audit.note(actor=by, role="admin", act="policy_release", thing=version.thing, why=version.note)


async def withdraw(version: Version, by: str, why: str) -> None:
    """Withdraw a version that does not hold yet: a draft, a proposal or a planned one.

    Raises:
        Stale: it holds already, or somebody withdrew it.
    """
    if version.state == "released" and not version.planned:
        raise Stale("这一版已经生效，不能撤回。要改回去，请起草新的一版。")
    async with transaction():
        await _move(version, "withdraw")
        await audit.note(actor=by, role="admin", act="policy_withdraw", thing=version.thing, why=why)


async def rebase(version: Version, by: str) -> None:
    """Base a draft on the version that was released meanwhile; its author has compared the two.

    Raises:
        Stale: it is not a draft any more.
    """
    async with transaction():
        await _move(version, "rebase", based_on=await newest(version.place, version.file))
        await audit.note(actor=by, role="admin", act="policy_edit", thing=version.thing)


async def _up_to_date(version: Version) -> None:
    if await newest(version.place, version.file) != version.based_on:
        raise Stale(
            Said(
                "{file}在这一版起草之后发布了新的一版。请对照差别，确认后再提交，免得把别人的修改盖掉。",
                file=version.file,
            )
        )


async def _move(version: Version, action: str, **values: object) -> None:
    """Carry out *action* of the table with the *values* it changes.

    Raises:
        Stale: it is not open in this state, or somebody was faster.
    """
    try:
        row = find_open(rows_open(STEPS, version.state, ADMIN), action, f"at {version.state}")
        await store.change("policy_version", version, state=row.after, edited_at=clock.now(), **values)
    except NotAllowed as error:
        raise Stale(MOVED_ON) from error
