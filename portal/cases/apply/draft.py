"""Drafts: begin, save step by step, submit once, take back, delete.

A draft is addressed only by an internal random id. A form with answers carries the row version of its
page; a second tab or device with an older version is told so, and its typed text is shown again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from portal.accounts.delegation import change, delegation
from portal.cases.apply.ready import HandIn, Incomplete, UnderWay, number_under_way, stops
from portal.cases.life.case import SYSTEM, Actor, Case, answers_of, case_by_id, move
from portal.cases.life.moves import Role, State
from portal.cases.life.number import new_number
from portal.cases.life.tables import Case as CaseTable
from portal.cases.life.tables import CaseDisease
from portal.cases.life.words import NEW
from portal.cases.papers.papers import Paper, papers
from portal.core.store import audit, typed
from portal.core.store.crypto import seal_json, token
from portal.core.store.database import Taken, execute, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.documents import keep, pages
from portal.questions.delivery import ELECTRONIC
from portal.regions.load import REGIONS, Region

ANEW = ("done.", "saved.", "prepare", ELECTRONIC.name, "receives")  # of an ended case: what a new one asks for again
SUBMITTED = (
    # D65: the code is copied, because an index of the queue cannot reach into case_disease.
    "UPDATE cases SET application_no = coalesce(application_no, $2), submitted_at = $3, unverified = $4, disease = $5 "
    "WHERE id = $1"
)


class What(msgspec.Struct, frozen=True):
    """The purpose of a draft: a first application or one about a benefit; `under` is the delegation's id, or empty."""

    kind: str = NEW
    parent_benefit: str = ""
    under: str = ""


FIRST = What()


async def begin(person: str, region: Region, answers: Mapping[str, str], under: str = "") -> Case:
    """Return the person's open draft of a first application in *region*, or a new one that begins with *answers*.

    *under* is the id of a delegation; then only the proxy's draft under it counts.
    """
    what = What(under=under)
    return await open_draft(person, region, what) or await fresh(person, region, answers, what)


async def open_draft(person: str, region: Region, what: What) -> Case | None:
    """Return the person's open draft with the same purpose *what*; None if there is none."""
    sql = (
        "FROM cases WHERE person = $1 AND region = $2 AND state = 'draft' AND delegation = $3 AND kind = $4 "
        "AND parent_benefit = $5 ORDER BY edited_at DESC LIMIT 1"
    )
    return await fetch_one(Case, sql, person, region.id, what.under, what.kind, what.parent_benefit)


async def fresh(person: str, region: Region, answers: Mapping[str, str], what: What) -> Case:
    """Return a new draft that begins with *answers*."""
    id = token()
    now = clock.now()
    await insert(
        CaseTable,
        id=id,
        region=region.id,
        kind=what.kind,
        parent_benefit=what.parent_benefit,
        person=person,
        state=State.DRAFT.value,
        return_to="",
        row_version=1,
        submit_token=token(),
        answers=seal_json(dict(answers), f"cases.answers:{id}"),
        catalogue_version=region.rules.catalogue.version,
        edition=region.edition,
        corrections_asked=0,
        one_more=False,
        taken_up=False,
        outcome="",
        assigned_to="",
        made_at=now,
        edited_at=now,
        delegation=what.under,
        unverified=False,
    )
    case = await case_by_id(id)
    assert case
    return case


async def draft_in(region: str, id: str) -> Case | None:
    """Return the draft *id* of *region*, or None; the caller checks whose it is."""
    return await fetch_one(Case, "FROM cases WHERE id = $1 AND region = $2 AND state = 'draft'", id, region)


async def keep_answers(case: Case, answers: Mapping[str, str], seen: str) -> None:
    """Add *answers* to the draft; *seen* is the row version of the page they were typed on.

    Raises:
        Stale: the draft was changed meanwhile in another tab or on another device.
    """
    merged = {**answers_of(case), **answers}
    changed = seen == str(case.row_version) and await execute(
        "UPDATE cases SET answers = $2, edited_at = $3, row_version = row_version + 1 "
        "WHERE id = $1 AND row_version = $4 AND state = 'draft'",
        case.id,
        seal_json(merged, f"cases.answers:{case.id}"),
        clock.now(),
        case.row_version,
    )
    if not changed:
        raise Stale


async def submit(
    case: Case,
    actor: Actor,
    submit_token: str,
    hand_in: HandIn = "wizard",
    together: Callable[[], Awaitable[None]] | None = None,
) -> Case:
    """Submit the draft and return the case; a repeated call submits it only once.

    The number is made in the same transaction; automatic acceptance follows in it, too.

    Args:
        case: the draft, as last read.
        actor: the person who submits.
        submit_token: from the form; a draft that was taken back has a new one.
        hand_in: the way of submitting; decides which papers are required.
        together: further work in the same transaction.

    Raises:
        Incomplete: something stops the submission, for example an unfinished step.
        NotAllowed, Stale: the draft has been changed or submitted elsewhere.
    """
    if case.submit_token != submit_token:
        raise Stale
    if case.at is not State.DRAFT:
        return case
    found = await stops(case, actor, hand_in)
    if found:
        raise Incomplete(found)
    code = answers_of(case)["disease"]
    unverified = await _takes_papers(case, actor)
    return await submitted(case, "submit", actor, code, unverified=unverified, also=together)


async def _takes_papers(case: Case, actor: Actor) -> bool:
    """Return whether staff must verify a proxy's papers that are submitted with the case."""
    under = await delegation(case.delegation)
    return actor.role is Role.PROXY and under is not None and not under.verified


async def submitted(
    case: Case,
    action: str,
    actor: Actor,
    code: str,
    *,
    unverified: bool = False,
    also: Callable[[], Awaitable[None]] | None = None,
) -> Case:
    """Carry out *action*, which submits: set the number and the disease, and accept if acceptance is automatic.

    Checks only what the database alone can decide.

    Raises:
        Incomplete: another case of this person and disease was submitted at the same moment.
        NotAllowed: the case had changed meanwhile.
    """

    async def together() -> None:
        await execute(SUBMITTED, case.id, new_number(), clock.now(), unverified, code)
        under = await delegation(case.delegation)
        if unverified and under and under.state in ("proposed", "rejected"):
            await change(under, "uploaded", actor=actor.id, role="proxy")
        await _ask_for(case, code)
        if also:
            await also()

    try:
        async with transaction():
            moved = await move(case, action, actor, together=together)
            if case.city.rules.acceptance.automatic and not moved.unverified:
                moved = await move(moved, "accept", SYSTEM)
            return moved
    except Taken as taken:
        raise Incomplete([UnderWay(await number_under_way(case.person, code))]) from taken


async def _ask_for(case: Case, code: str) -> None:
    await execute("DELETE FROM case_disease WHERE case_id = $1", case.id)
    await insert(
        CaseDisease,
        id=token(),
        case_id=case.id,
        person=case.person,
        code=code,
        open=True,
        decision="pending",
        validity_months=case.city.diseases[code].validity_months,
    )


async def take_back(case: Case, actor: Actor) -> Case:
    """Make the submitted case a draft again; answers, files and number stay, the submit token is new.

    Raises:
        NotAllowed: the time for taking back is over, or staff have acted on the case.
    """

    async def together() -> None:
        await execute("UPDATE cases SET submit_token = $2, submitted_at = NULL WHERE id = $1", case.id, token())

    return await move(case, "take_back", actor, together=together)


def kept_until(case: Case) -> date:
    """Return the day until which an unchanged draft is kept."""
    return clock.day_of(case.edited_at) + timedelta(days=case.city.rules.draft.kept_days)


async def again(ended: Case, what: What = FIRST) -> Case:
    """Return a draft for *what* with the answers and files of a case that ended without a benefit.

    An open draft of the person is returned as it is.
    """
    answers = {name: text for name, text in answers_of(ended).items() if not name.startswith(ANEW)}
    region = REGIONS[ended.region]
    draft = await open_draft(ended.person, region, what) or await fresh(ended.person, region, answers, what)
    if draft.made_at == draft.edited_at and not await keep.documents(draft.id):
        await take_along(await papers(ended, await keep.documents(ended.id)), draft)
    return draft


async def take_along(found: Sequence[Paper], case: Case) -> None:
    """Copy the papers of an earlier case into *case*, with their rotation."""
    for paper in found:
        copied = await keep.copy(paper.file, case=case.id, slot=paper.slot)
        await pages.turn_alike(paper.file.id, copied)


async def delete(case: Case, *, expired: bool = False) -> None:
    """Delete a draft and its files; a draft that was taken back is deleted only if it has *expired*.

    Raises:
        Stale: the draft has been submitted or changed meanwhile.
    """
    if case.number and not expired:  # it was submitted once: the history stays for as long as drafts are kept
        raise Stale
    async with transaction():
        await keep.erase_case(case.id)
        await typed.forget_below(f"/{case.region}/apply/{case.id}")
        await execute("DELETE FROM case_disease WHERE case_id = $1", case.id)
        await execute("DELETE FROM case_event WHERE case_id = $1", case.id)
        await audit.note(
            actor=case.person, role="citizen", act="delete_draft", thing=f"case:{case.id}", about=case.person
        )
        if not await execute(
            "DELETE FROM cases WHERE id = $1 AND state = 'draft' AND row_version = $2", case.id, case.row_version
        ):
            raise Stale
