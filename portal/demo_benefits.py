"""Benefits of the demonstration, which the stories in ``accounts/demo_people.csv`` speak of.

They come about as all benefits do: by cases that were sent in, reviewed and decided, only long ago. The portal's clock
goes back for each of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import msgspec

import portal.following  # noqa: F401  the letters and messages of each move
from portal.accounts import person, staff
from portal.accounts.register import Insured, demo_people
from portal.cases.apply import draft
from portal.cases.benefits import benefit
from portal.cases.experts import panel
from portal.cases.experts.experts import candidates
from portal.cases.experts.seats import seats
from portal.cases.life.case import Actor, Case, move
from portal.cases.life.moves import Role, State
from portal.cases.result import decision, opinion
from portal.cases.result.decision import Proposal, Reasons
from portal.cases.result.opinion import Opinion
from portal.core.tools import clock
from portal.core.tools.months import last_day_after
from portal.regions.load import REGIONS

TWO_YEARS = 24  # months
SOON, ONE_WEEK, ONE_DAY = timedelta(days=20), timedelta(days=7), timedelta(days=1)
TEN = time(10)
ANSWERS = {
    "treatment": "吃药，定期复查",
    "form_way": "fill_online",
    "delivery": "certificate",
    "electronic_delivery": "yes",
    "insurance_seen": "yes",
}
SEEN = {
    "xx-11": "a benefit to renew, it ends in 20 days",
    "ms-12": "a benefit to renew, and one that has expired",
    "ms-14": "a benefit that goes on",
    "ms-13": "a benefit that was revoked, and a refusal",
}


class Past(msgspec.Struct, frozen=True):
    """A case that was decided long ago: whose, for which disease, on which day, and what became of it."""

    no: str
    disease: str
    decided_on: date
    passed: bool = True
    revoked: bool = False


async def make() -> None:
    """Make the cases, the oldest first, and with them the benefits and a refusal."""
    people = {one.no: one for one in demo_people().values()}
    for past in sorted(pasts(clock.today()), key=lambda past: past.decided_on):
        one = people.get(past.no)
        if one and one.region in REGIONS and past.disease in REGIONS[one.region].diseases:
            await _lived(past, one)


def pasts(today: date) -> list[Past]:
    """Return the cases of the demonstration as seen on *today*."""
    this_month = today.replace(day=1)
    ends_soon = this_month if _first_of_next(this_month) - today > ONE_WEEK else _first_of_next(this_month)
    return [
        Past("xx-11", "M05400", last_day_after(today + SOON + ONE_DAY, -TWO_YEARS)),
        Past("ms-12", "M06900", _month_before(last_day_after(_first_of_next(ends_soon), -TWO_YEARS))),
        Past("ms-12", "M05400", _month_before(last_day_after(this_month, -TWO_YEARS))),
        Past("ms-14", "M02100", last_day_after(today, -8)),
        Past("ms-13", "M06900", last_day_after(today, -10), revoked=True),
        Past("ms-13", "M05400", last_day_after(today, -5), passed=False),
    ]


def stories() -> list[str]:
    """Return one line for each person with something decided long ago: phone, name, and what is seen there."""
    people = {one.no: one for one in demo_people().values()}
    return [f"{people[no].phone}  {people[no].name}: {seen}" for no, seen in SEEN.items() if no in people]


def _first_of_next(month: date) -> date:
    return last_day_after(month.replace(day=1), 1)


def _month_before(first: date) -> date:
    """Return a day of the month before *first*: what is granted on it begins on *first* in a city that says so."""
    return first - timedelta(days=10)


async def _lived(past: Past, one: Insured) -> None:
    """Have the case of a person sent in, reviewed and decided on its days."""
    who = await person.known_as(one.id_number)
    reviewer, approver, supervisor = [
        Actor(await _clerk(one.region, role), role) for role in (Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR)
    ]
    assert who
    with _on(past.decided_on - ONE_WEEK):
        case = await draft.begin(who.id, REGIONS[one.region], _answers(past, one))
        case = await draft.submitted(case, "submit", Actor(who.id, Role.INSURED_PERSON), past.disease)
        if case.at is State.SUBMITTED:
            case = await move(case, "accept", reviewer)
    with _on(past.decided_on):
        case = await _proposed(case, past, reviewer)
        case = await decision.decide(case, approver)
    if past.revoked:
        with _on(past.decided_on + 3 * ONE_WEEK):
            await benefit.revoke(case, supervisor, "复查发现，上传的化验单不是本人的。已经听取本人意见。")


def _answers(past: Past, one: Insured) -> dict[str, str]:
    """Return what the person answered. No phone is among it: nobody gets an SMS about an old case."""
    hospital = next(hospital for hospital in REGIONS[one.region].hospitals.values() if hospital.designated)
    where = {"hospital": hospital.name_zh, "diagnosed_on": f"{past.decided_on - 4 * ONE_WEEK}"}
    return {**ANSWERS, **where, "disease": past.disease}


async def _clerk(region: str, role: Role) -> str:
    """Return the id of the city's member of staff in a role."""
    member = await staff.by_login(f"{region}-{role.value}")
    assert member
    return member.id


async def _proposed(case: Case, past: Past, reviewer: Actor) -> Case:
    """Return the case with a proposal: by experts where the city asks them, else by the reviewer."""
    if case.city.rules.experts.required:
        return await _appraised(case, reviewer)
    months = case.city.diseases[past.disease].validity_months
    reasons = Reasons() if past.passed else Reasons(words="交来的检查报告是两年前的，看不出现在的病情。")
    proposals = [Proposal(disease.id, past.passed, months, reasons) for disease in await decision.diseases(case)]
    return await decision.draft(case, reviewer, proposals)


async def _appraised(case: Case, reviewer: Actor) -> Case:
    """Return the case after as many experts as the city asks have found every criterion met."""
    asked = [one.expert.staff for one in await candidates(case)][: case.city.rules.experts.required]
    case = await panel.invite(case, reviewer, asked)
    diseases = await decision.diseases(case)
    for seat in await seats(case.id):
        opinions = {one.code: _all_met(case, one.code) for one in diseases}
        case = await opinion.give(seat, seat.expert, opinions)
    return case


def _all_met(case: Case, code: str) -> Opinion:
    return Opinion({number: "met" for number, _ in case.city.criteria[code].numbered()}, "passed")


@contextmanager
def _on(day: date) -> Iterator[None]:
    """Let the portal's clock show ten in the morning of *day* meanwhile."""
    ahead = clock.ahead()
    clock.shift(ahead + datetime.combine(day, TEN, clock.BEIJING) - clock.now())
    try:
        yield
    finally:
        clock.shift(ahead)
