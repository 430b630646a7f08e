"""The draft: begun, kept step by step, submitted once, taken back, deleted.

A draft is addressed by an internal random id only. Whoever keeps answers says which version they
saw; a second tab or device that saw an older one is told so and loses nothing of what it typed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from portal.accounts.delegation import change, delegation
from portal.cases.apply.ready import HandIn, Incomplete, UnderWay, number_under_way, stops
from portal.cases.life.case import SYSTEM, Actor, Case, answers_of, case_by_id, move
from portal.cases.life.moves import Role, State
from portal.cases.life.number import new_number
from portal.cases.life.tables import Case as Table
from portal.cases.life.tables import CaseDisease
from portal.cases.life.words import NEW
from portal.cases.papers.papers import Paper, papers
from portal.core.store import audit
from portal.core.store.crypto import seal_json, token
from portal.core.store.database import Taken, execute, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.errors import Stale
from portal.documents import keep, pages
from portal.questions.delivery import ELECTRONIC
from portal.regions.load import REGIONS, Region

ANEW = ("done.", "saved.", ELECTRONIC.name, "receives")  # of an ended case: what a new one asks for again
SUBMITTED = (
    # D65: the code is copied, because an index of the queue cannot reach into case_disease.
    "UPDATE cases SET application_no = coalesce(application_no, $2), submitted_at = $3, unverified = $4, disease = $5 "
    "WHERE id = $1"
)


class What(msgspec.Struct, frozen=True):
    """What a draft is for: a first application, or one that follows a benefit; `under` which delegation, if any."""

    kind: str = NEW
    parent_benefit: str = ""
    under: str = ""


FIRST = What()


async def begin(person: str, region: Region, answers: Mapping[str, str], under: str = "") -> Case:
    """Return the person's open draft of a first application in *region*, or a new one that begins with *answers*.

    *under* a delegation it is the proxy's draft for that person, and no other.
    """
    what = What(under=under)
    return await open_draft(person, region, what) or await fresh(person, region, answers, what)


async def open_draft(person: str, region: Region, what: What) -> Case | None:
    """Return the person's draft of just this kind, or nothing; one for another benefit is another."""
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
        Table,
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
    """Return the draft called *id* if it is one of *region*; whose it is, is another question."""
    return await fetch_one(Case, "FROM cases WHERE id = $1 AND region = $2 AND state = 'draft'", id, region)


async def keep_answers(case: Case, answers: Mapping[str, str], seen: str) -> None:
    """Add *answers* to the draft; *seen* is the row version of the page they were typed on.

    Raises:
        Stale: the draft was changed meanwhile, in another tab or on another device.
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
    """Submit the draft once, however often it is asked for, and return the case.

    The number is minted in the same transaction; where acceptance is automatic it follows at once.

    Args:
        case: the draft, as last read.
        actor: who sends it.
        submit_token: stands on the page that was sent; a draft that was taken back has another one.
        hand_in: by which way it comes in; decides which papers are asked for.
        together: what else belongs into the transaction.

    Raises:
        Incomplete: something stops it, for example a step that is not done.
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
    """Return whether the papers of a proxy go in with the case and are still to be verified."""
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
    """Carry out *action*, which submits: the number, the disease, and where it is automatic the acceptance.

    Nothing is asked here but what the database alone can know.

    Raises:
        Incomplete: another case of this person and disease was submitted at the same moment.
        NotAllowed: the case had moved on.
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
    """Make the submitted case a draft again: answers, files and number stay, a new submit token.

    Raises:
        NotAllowed: ten minutes are over, or somebody at the office has acted on it.
    """

    async def together() -> None:
        await execute("UPDATE cases SET submit_token = $2, submitted_at = NULL WHERE id = $1", case.id, token())

    return await move(case, "take_back", actor, together=together)


def kept_until(case: Case) -> date:
    """Return the last day a draft is kept when nobody touches it."""
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
    """Copy the papers of an earlier case into *case*, turned as they are."""
    for paper in found:
        copied = await keep.copy(paper.file, case=case.id, slot=paper.slot)
        await pages.turn_alike(paper.file.id, copied)


async def delete(case: Case, *, expired: bool = False) -> None:
    """Delete a draft and its files; one that was taken back only once it has *expired*.

    Raises:
        Stale: it has been submitted or changed meanwhile.
    """
    if case.number and not expired:  # it was submitted once: the history stays for as long as drafts are kept
        raise Stale
    async with transaction():
        await keep.erase_case(case.id)
        await execute("DELETE FROM case_disease WHERE case_id = $1", case.id)
        await execute("DELETE FROM case_event WHERE case_id = $1", case.id)
        await audit.note(
            actor=case.person, role="citizen", act="delete_draft", thing=f"case:{case.id}", about=case.person
        )
        if not await execute(
            "DELETE FROM cases WHERE id = $1 AND state = 'draft' AND row_version = $2", case.id, case.row_version
        ):
            raise Stale
