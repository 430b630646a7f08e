"""Things tests need, made with as few words as possible."""

from collections.abc import Mapping

from portal.accounts import experts, person, second_factor, staff
from portal.accounts.delegation import delegation
from portal.accounts.register import demo_people
from portal.cases.apply import draft
from portal.cases.apply.ready import papers_missing
from portal.cases.benefits.benefit import Benefit, of_case
from portal.cases.life.case import Actor, Case, answers_of, case_by_id
from portal.cases.life.moves import Role
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store.crypto import keyed
from portal.core.store.database import execute, fetch_value
from portal.documents import keep
from portal.regions.load import REGIONS
from tests.helpers.answers import ANSWERS
from tests.helpers.must import must


async def make_person(no: str = "ms-01") -> person.Person:
    """Return a demo person with an account."""
    one = next(record for record in demo_people().values() if record.no == no)
    known = await fetch_value("SELECT id FROM person WHERE id_hash = $1", keyed("id_number", one.id_number))
    if not known:
        bound = await person.bind(
            phone_id=await person.phone_of(one.phone or "13899999999"),
            name=one.name,
            id_type=one.id_type,
            id_number=one.id_number,
            card_no=one.card_no,
            consent_version="test",
        )
        known = bound.person
    made = await person.person(str(known))
    assert made
    return made


def citizen(who: person.Person) -> Actor:
    """Return a person as who acts on their own case."""
    return Actor(who.id, Role.INSURED_PERSON)


async def make_draft(no: str = "ms-01", region: str = "meishan", answers: Mapping[str, str] = ANSWERS) -> Case:
    """Return a draft with all answers."""
    who = await make_person(no)
    return await draft.begin(who.id, REGIONS[region], answers)


async def make_case(no: str = "ms-01", region: str = "meishan", disease: str = "M01600") -> Case:
    """Return a submitted case: in Meishan it is accepted by then."""
    case = await make_draft(no, region, {**ANSWERS, "disease": disease})
    who = await make_person(no)
    return await send_in(case, citizen(who))


async def send_in(case: Case, actor: Actor) -> Case:
    """Submit a draft as it is, without its papers: for tests of what comes afterwards."""
    under = await delegation(case.delegation)
    unverified = actor.role is Role.PROXY and under is not None and not under.verified
    return await draft.submitted(case, "submit", actor, answers_of(case)["disease"], unverified=unverified)


async def add_papers(case: Case) -> None:
    """Give a case a file without content for every paper that it still lacks."""
    for slot in papers_missing(case.city, answers_of(case), await keep.documents(case.id)):
        await add_document(case, slot.id)


async def make_staff(role: str = "reviewer", region: str = "meishan", login: str = "") -> staff.Member:
    """Return a member of staff whose password is "long enough"."""
    id = await staff.add(
        login=login or f"{region}-{role}",
        name=f"{role} of {region}",
        region=region,
        roles=role,
        password_hash=staff.hashed("long enough"),
    )
    await second_factor.prepare(id)
    await execute("UPDATE second_factor SET confirmed_at = made_at WHERE staff = $1", id)
    made = await staff.member(id)
    assert made
    return made


async def make_expert(
    name: str, *, hospital: str = "", specialties: str = "心内科", region: str = "xinxing"
) -> staff.Member:
    """Return an expert of the pool, whose login is the name."""
    made = await make_staff("expert", region, login=name)
    await experts.enrol(made.id, region, specialties, hospital)
    return made


REVIEWER, APPROVER = Actor("a reviewer", Role.REVIEWER), Actor("an approver", Role.APPROVER)


async def make_decided(case: Case, *, passed: bool = True, months: int = 12) -> Case:
    """Return a case of Meishan after its decision."""
    (disease,) = await decision.diseases(case)
    reasons = Reasons() if passed else Reasons(("criteria",), "化验低于标准")
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, passed, months, reasons)])
    return await decision.decide(case, APPROVER)


async def make_benefit(no: str = "ms-01", disease: str = "M01600", months: int = 12) -> Benefit:
    """Return a benefit of Meishan for so many months from the first of the next."""
    (held,) = await of_case(await make_decided(await make_case(no, disease=disease), months=months))
    return held


def acting(member: staff.Member, role: Role) -> Actor:
    """Return a member of staff as who acts."""
    return Actor(member.id, role)


async def add_document(case: Case, slot: str) -> None:
    """Give a case a file without content, for tests that only count."""
    from portal.core.store.crypto import seal, token
    from portal.core.store.database import insert
    from portal.core.tools import clock
    from portal.documents.tables import Document as DocumentTable

    id = token()
    await insert(
        DocumentTable,
        id=id,
        case_id=case.id,
        slot=slot,
        name=seal("照片.jpg", f"document.name:{id}"),
        kind="image",
        size=1000,
        pages=1,
        state="ok",
        warnings="",
        mark=id.encode(),
        position=1,
        added_by=case.person,
        added_at=clock.now(),
    )


async def backdate(case: Case, minutes: int) -> None:
    """Let a case have been submitted *minutes* earlier."""
    from datetime import timedelta

    assert case.submitted_at
    await execute(
        "UPDATE cases SET submitted_at = $2 WHERE id = $1", case.id, case.submitted_at - timedelta(minutes=minutes)
    )


async def current(case: Case) -> Case:
    """Return the case as it is now."""
    return must(await case_by_id(case.id))


async def nobodys(case: Case) -> Case:
    """Return the case after whoever worked on it has put it back for anybody to take."""
    await execute("UPDATE cases SET assigned_to = '' WHERE id = $1", case.id)
    return await current(case)
