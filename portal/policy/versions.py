"""A file of a city as versions: drafted by one, released by another, holding from a day on.

``draft`` -> ``proposed`` -> ``released``, or ``withdrawn``. Only its maker changes a draft, nobody a
released text. What holds on a day is the released version with the latest day up to then, of two
for one day the later one; before any, the file that came with the portal.
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
from portal.policy.tables import PolicyVersion as Table

NOTE = 500
# What the clocks of running cases depend on.
CLOCKS = ("region.toml", "calendar.toml")


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
    """Who made a version does not release it."""


class TooEarly(Exception):
    """A version cannot hold from a day that is over, nor from one before the version it goes on from."""


class Version(msgspec.Struct, frozen=True):
    """One text of one file; *based_on* is the released version it was begun from, 0 the file as shipped."""

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
    """Return the versions of a file, the newest first."""
    return await fetch_all(Version, "FROM policy_version WHERE place = $1 AND file = $2 ORDER BY id DESC", place, file)


async def last(place: str, file: str) -> Version | None:
    """Return the released version of a file that comes to hold last; nothing while the shipped one does."""
    return await fetch_one(
        Version,
        "FROM policy_version WHERE place = $1 AND file = $2 AND state = 'released' "
        "ORDER BY effective_from DESC, released_at DESC, id DESC LIMIT 1",
        place,
        file,
    )


async def newest(place: str, file: str) -> int:
    """Return the id of that version; 0 for the shipped one."""
    found = await last(place, file)
    return found.id if found else 0


async def newest_text(place: str, file: str) -> str:
    """Return its text: what a new draft is begun from and compared with."""
    found = await last(place, file)
    return found.text if found else holding.SHIPPED[place].get(file, "")


async def begin(place: str, file: str, text: str, by: str, note: str = "") -> Version:
    """Begin a draft with *text* and return it.

    Raises:
        BadFile: the text cannot be used; with file and key.
    """
    await holding.check(place, file, text, clock.today())
    now = clock.now()
    async with transaction():
        await insert(
            Table,
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


async def change(known: Version, text: str, by: str) -> None:
    """Replace the text of a draft.

    Raises:
        BadFile: it cannot be used; with file and key.
        Stale: it is no draft of *by*, or was changed meanwhile.
    """
    await holding.check(known.place, known.file, text, clock.today())
    if known.made_by != by:
        raise Stale("这一版是别人起草的，只有起草人能改。")
    async with transaction():
        await _move(known, "edit", text=text)
        await audit.note(actor=by, role="admin", act="policy_edit", thing=known.thing)


async def propose(known: Version, by: str, day: date, note: str) -> None:
    """Put a draft before a second person: to hold from *day* on, because of *note*.

    Raises:
        TooEarly: the day is over, or before that of a planned version.
        BadFile: it does not go together with what holds on that day.
        Stale: it is no draft of *by*, or was changed meanwhile, or another version was released since it was begun.
    """
    await _up_to_date(known)
    before = await last(known.place, known.file)
    if day < clock.today() or (before and before.effective_from and day < before.effective_from):
        raise TooEarly
    await holding.check(known.place, known.file, known.text, day)
    if known.made_by != by:
        raise Stale("这一版是别人起草的，只有起草人能提交。")
    async with transaction():
        await _move(known, "propose", effective_from=day, note=note[:NOTE])
        await audit.note(actor=by, role="admin", act="policy_propose", thing=known.thing, why=note)


async def give_back(known: Version, by: str, why: str) -> None:
    """Make a proposal a draft again.

    Raises:
        Stale: it is no proposal any more.
    """
    async with transaction():
        await _move(known, "give_back")
        await audit.note(actor=by, role="admin", act="policy_give_back", thing=known.thing, why=why)


async def release(known: Version, by: str) -> None:
    """Release a proposal: it holds from its day on, from today if that day is over.

    Raises:
        SamePerson: who made it.
        BadFile: it does not go together with what holds on that day, or on a later one.
        Stale: it is no proposal any more, or another version was released since it was begun.
    """
    if by == known.made_by:
        raise SamePerson
    assert known.effective_from
    day = max(known.effective_from, clock.today())
    async with transaction():
        if not ON_SQLITE:  # one release at a time, so that two do not go together badly; SQLite has one writer
            await execute("SELECT pg_advisory_xact_lock(7461004)")
        await _up_to_date(known)
        for turn in {day, *[planned for planned in await holding.turns() if planned > day]}:
            await holding.check(known.place, known.file, known.text, turn)
        await _move(known, "release", effective_from=day, released_by=by, released_at=clock.now())
        if known.file in CLOCKS:
            await outbox.add("new_dates", str(known.id), clock.first_moment(day))
        await audit.note(actor=by, role="admin", act="policy_release", thing=known.thing, why=known.note)


async def withdraw(known: Version, by: str, why: str) -> None:
    """Withdraw what does not hold yet: a draft, a proposal, a planned version.

    Raises:
        Stale: it holds already, or was withdrawn.
    """
    if known.state == "released" and not known.planned:
        raise Stale("这一版已经生效，不能撤回。要改回去，请起草新的一版。")
    async with transaction():
        await _move(known, "withdraw")
        await audit.note(actor=by, role="admin", act="policy_withdraw", thing=known.thing, why=why)


async def rebase(known: Version, by: str) -> None:
    """Say that a draft was compared with the version released meanwhile, and goes on from there.

    Raises:
        Stale: it is no draft any more.
    """
    async with transaction():
        await _move(known, "rebase", based_on=await newest(known.place, known.file))
        await audit.note(actor=by, role="admin", act="policy_edit", thing=known.thing)


async def _up_to_date(known: Version) -> None:
    if await newest(known.place, known.file) != known.based_on:
        raise Stale(
            Said(
                "{file}在这一版起草之后发布了新的一版。请对照差别，确认后再提交，免得把别人的修改盖掉。",
                file=known.file,
            )
        )


async def _move(known: Version, action: str, **values: object) -> None:
    """Carry out *action* of the table with the *values* it changes.

    Raises:
        Stale: it is not open in this state, or somebody was faster.
    """
    try:
        row = find_open(rows_open(STEPS, known.state, ADMIN), action, f"at {known.state}")
        await store.change("policy_version", known, state=row.after, edited_at=clock.now(), **values)
    except NotAllowed as error:
        raise Stale("这一版刚才被改过，或者已经提交、发布、撤回了。请看最新的情况再办。") from error
