"""续期 and 复审: a new case about an existing benefit, pre-filled, which asks only for new evidence.

The person asks for a renewal, which leads to a following benefit; the office asks for a re-review, which
changes no day of the benefit. Both are decided like any other case.
"""

from datetime import date, timedelta
from typing import Literal

import msgspec

from portal.accounts.delegation import Delegation, delegation
from portal.cases.apply import acting, draft
from portal.cases.apply.draft import FIRST, What
from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case, Event, answers_of, case_by_id
from portal.cases.life.moves import ENDS, Move, State
from portal.cases.life.words import RENEWAL, REREVIEW
from portal.cases.papers import sent
from portal.cases.papers.papers import papers
from portal.core.store.database import execute, fetch_one, transaction
from portal.core.tools import clock
from portal.questions.delivery import ELECTRONIC
from portal.questions.materials import slots
from portal.regions.load import REGIONS, Region

# What is looked over or answered anew: how the illness is treated now, and which papers there are.
ASKED_AGAIN = (
    *("done.diagnosis", "saved.", "without.", "within.", "checked.", "acting", "prepare"),
    *("done.delivery", ELECTRONIC.name, "receives"),  # a consent is given anew
)
STARTS: dict[str, str] = {"open": RENEWAL, "asked": REREVIEW}
_ends = ", ".join(f"'{state}'" for state in sorted({*ENDS, State.DRAFT}))
UNDER_WAY = f"""
FROM cases WHERE person = $1 AND state NOT IN ({_ends}) AND (parent_benefit = $2 OR id IN
(SELECT case_id FROM case_disease WHERE person = $1 AND code = $3 AND open)) ORDER BY made_at DESC LIMIT 1
""".strip()
NEXT = (
    "FROM benefit WHERE person = $1 AND code = $2 AND starts_on > $3 AND state <> 'revoked' AND state <> 'terminated' "
    "ORDER BY starts_on LIMIT 1"
)


Word = Literal["open", "asked", "early", "permanent", "renewed", "under_way", "over", "unlisted"]


class NotOpen(Exception):
    """Neither a renewal nor a re-review can be begun for this benefit now."""


class Chance(msgspec.Struct, frozen=True):
    """The chance of a renewal (`open`) or a re-review (`asked`) of a benefit, or the word that says why not.

    `early`: the window is not open yet; `permanent`: the benefit never ends; `renewed`: a following benefit exists;
    `under_way`: a case is open; `over`: it has ended; `unlisted`: the disease has left the catalogue.
    """

    word: Word
    opens_on: date | None = None
    case: Case | None = None
    follows: Benefit | None = None

    @property
    def begins(self) -> bool:
        """Whether a case about the benefit can be begun."""
        return self.word in STARTS


def opens_on(benefit: Benefit) -> date | None:
    """Return the first day on which *benefit* can be renewed; None if it never ends."""
    days = REGIONS[benefit.region].rules.renewal.opens_days_before
    return max(benefit.ends_on - timedelta(days=days), benefit.starts_on) if benefit.ends_on else None


async def chance(benefit: Benefit) -> Chance:
    """Return the chance of renewing or re-reviewing *benefit* today."""
    case = await fetch_one(Case, UNDER_WAY, benefit.person, benefit.id, benefit.code)
    if case:
        return Chance("under_way", case=case)
    today = clock.today()
    opens = opens_on(benefit)
    if benefit.state_on(today) not in ("active", "pending_effective"):
        return Chance("over")
    if benefit.code not in REGIONS[benefit.region].diseases:
        return Chance("unlisted")
    follows = await fetch_one(Benefit, NEXT, benefit.person, benefit.code, benefit.starts_on)
    if follows:
        return Chance("renewed", follows=follows)
    return Chance(_window(benefit, opens, today), opens_on=opens)


def _window(benefit: Benefit, opens: date | None, today: date) -> Word:
    """Return ``open``, ``asked``, ``early`` or ``permanent`` for *benefit*, whose renewal opens on *opens*."""
    if opens and opens <= today:
        return "open"
    if benefit.rereview_by:
        return "asked"
    return "early" if opens else "permanent"


async def begin(benefit: Benefit, delegation: Delegation | None, mobile: str) -> Case:
    """Return the pre-filled draft about *benefit*, existing or new; with a *delegation* the proxy's draft.

    Args:
        benefit: the benefit to renew or re-review.
        delegation: the delegation of the proxy; None for the insured person.
        mobile: the applicant's phone, used if the earlier case does not name it.

    Raises:
        NotOpen: neither a renewal nor a re-review can be begun now.
    """
    found = await chance(benefit)
    if not found.begins:
        raise NotOpen
    return await draft_about(benefit, STARTS[found.word], delegation, mobile)


# D76: a case like any other that names the benefit it is about.
async def draft_about(benefit: Benefit, kind: str, delegation: Delegation | None, mobile: str) -> Case:
    """Return the draft of this *kind* about *benefit*, or a new one, pre-filled, with the papers that stay valid."""
    what = What(kind, benefit.id, delegation.id if delegation else "")
    region = REGIONS[benefit.region]
    gave = await case_by_id(benefit.case_id)
    assert gave
    theirs = await _by_the_same(gave, delegation)
    async with transaction():
        await execute("UPDATE benefit SET id = id WHERE id = $1", benefit.id)  # who presses at the same moment waits
        there = await draft.open_draft(benefit.person, region, what)
        if there:
            return there
        case = await draft.fresh(benefit.person, region, _pre_filled(gave, delegation, mobile, theirs=theirs), what)
    if theirs:
        await _keep_papers(gave, case)
    return case


async def _by_the_same(gave: Case, known: Delegation | None) -> bool:
    """Return whether the applicant may see the answers of *gave*: the insured person may, a proxy only their own."""
    if known is None:
        return True
    earlier = await delegation(gave.delegation)
    return earlier is not None and earlier.proxy == known.proxy


def _pre_filled(gave: Case, delegation: Delegation | None, mobile: str, *, theirs: bool) -> dict[str, str]:
    said = answers_of(gave)
    kept = {name: text for name, text in said.items() if theirs and not name.startswith(ASKED_AGAIN)}
    kept |= {"disease": said["disease"], "done.disease": "yes"}
    if delegation:
        return kept | acting.first_answers(delegation, mobile)
    own = {"mobile": mobile, "notify_mobile": mobile} if gave.delegation else {}
    return kept | own


async def _keep_papers(gave: Case, case: Case) -> None:
    """Copy the papers that the city does not ask for again: proofs of identity, never medical records."""
    region = case.city
    asked = {slot.id: slot.material for slot in slots(region, answers_of(case))}
    found = await papers(gave, await sent.documents(gave))
    kept = [paper for paper in found if asked.get(paper.slot) in region.rules.renewal.keeps_materials]
    await draft.take_along(kept, case)


async def again(ended: Case) -> Case:
    """Return a draft with the answers and papers of *ended*, a case without a benefit, for the same purpose if open."""
    held = await benefit.benefit(ended.parent_benefit)
    found = await chance(held) if held else None
    same = found is not None and found.begins and STARTS[found.word] == ended.kind
    return await draft.again(ended, What(ended.kind, ended.parent_benefit) if same else FIRST)


async def asked_by(case: Case) -> date | None:
    """Return the last day for sending this re-review; None for other cases and if the office no longer waits."""
    held = await benefit.benefit(case.parent_benefit) if case.kind == REREVIEW else None
    if held is None or (await chance(held)).word != "asked":
        return None
    return held.rereview_by


def rereview_due(region: Region) -> date:
    """Return the last day for a re-review that is asked for today; always a working day."""
    return region.calendar.on_or_after(clock.today() + timedelta(days=region.rules.renewal.rereview_days))


async def hold(case: Case, _event: Event, _move: Move) -> None:
    """Keep a benefit until its timely renewal is decided, if the city's rules say so; else it ends by the calendar."""
    held = await benefit.benefit(case.parent_benefit) if case.kind == RENEWAL else None
    if held is None or held.state not in ("active", "renewing"):
        return
    waits = not case.ended and case.at is not State.DRAFT
    in_time = False
    if case.submitted_at and held.ends_on:
        in_time = clock.day_of(case.submitted_at) <= held.ends_on
    grace = case.city.rules.renewal.grace_until_decision
    state = "renewing" if waits and in_time and grace else "active"
    await execute("UPDATE benefit SET state = $2 WHERE id = $1 AND state = $3", held.id, state, held.state)
