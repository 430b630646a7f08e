"""Where a message leads: one place for the list of messages and for the short link in an SMS.

It leads its reader to the act, as long as they may go there. A proxy whose right has ended is led to their delegation,
which says what happened and what can be done now; nobody is led to a page that they may not open.
"""

from typing import NamedTuple

from portal.accounts.delegation import delegation as delegation_by_id
from portal.accounts.delegation import of_principal
from portal.cases.apply.acting import over, under
from portal.cases.benefits.benefit import Benefit
from portal.cases.benefits.benefit import benefit as benefit_by_id
from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import DECIDED, State
from portal.cases.mail import delivery
from portal.cases.papers import corrections
from portal.citizen.shared.mine import address
from portal.core.tools import clock


class Page(NamedTuple):
    """A page of a case that a message is about, and the scopes of which a proxy needs one to open it."""

    name: str
    scopes: tuple[str, ...]


RESULT = Page("decision", ("receive",))
MAIL = Page("delivery", ("receive", "collect_mail"))
CORRECTION = Page("corrections", ("correct",))
# The page of each message about a case; any other leads to the case itself.
PAGES = {
    **dict.fromkeys(("N07", "N09", "N29"), CORRECTION),
    **dict.fromkeys(("N15", "N15p", "N16", "N21"), RESULT),
    **dict.fromkeys(("N23", "N24", "N44"), MAIL),
    "N33": Page("conversation", ("view",)),
}


NOT_AGREED = "N04"  # leads a proxy to where the letter is chosen instead


# D96: the list of messages and the short link of an SMS lead alike.
async def leads_to(code: str, about: str, reader: str) -> str:
    """Return the address to which the message *code* about *about* leads its *reader* now.

    It is empty if there is nothing left to show: the draft was deleted, or the message is about the account.
    """
    case = await case_by_id(about)
    if case:
        return await _of_case(code, case, reader)
    benefit = await benefit_by_id(about)
    if benefit:
        return await _of_benefit(benefit, reader)
    delegation = await delegation_by_id(about)
    return f"/{delegation.region}/delegations/{delegation.id}" if delegation else ""


async def _of_case(code: str, case: Case, reader: str) -> str:
    page = PAGES.get(code)
    if reader != case.person:
        draft = case.at is State.DRAFT
        if (draft and code == NOT_AGREED) or not await under(case, reader, "apply" if draft else "view"):
            return f"/{case.region}/delegations/{case.delegation}"
        known = await delegation_by_id(case.delegation)
        assert known
        if page and not any(known.allows(scope, clock.today()) for scope in page.scopes):
            page = None
    name = await _open(page, case) if page else ""
    return f"{address(case)}/{name}" if name else address(case)


async def _open(page: Page, case: Case) -> str:
    """Return the page's place below the case, or an empty text if there is none now."""
    if page is CORRECTION:
        notice = await corrections.open_correction(case) if case.at is State.CORRECTION else None
        return f"{page.name}/{notice.number}" if notice else ""
    if page is RESULT and case.at not in DECIDED:
        return ""
    if page is MAIL and not delivery.may_order(case):
        return ""
    return page.name if case.submitted_at and case.at is not State.DRAFT else ""


async def _of_benefit(benefit: Benefit, reader: str) -> str:
    if reader == benefit.person or await over(benefit, reader, "apply"):
        return f"/{benefit.region}/benefits/{benefit.id}/renewals/new"
    for known in await of_principal(benefit.person, benefit.region):
        if known.proxy == reader and known.told:
            return f"/{benefit.region}/delegations/{known.id}"
    return ""
