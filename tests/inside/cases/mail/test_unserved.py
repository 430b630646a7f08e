"""Every letter that tells a result is served on line, is in an envelope, or is a call on somebody's desk."""

from datetime import timedelta
from itertools import product

import pytest

from portal.accounts import consents
from portal.cases.benefits import benefit
from portal.cases.desk import calls
from portal.cases.life.case import SYSTEM, Actor, Case, move
from portal.cases.life.moves import Role
from portal.cases.mail import delivery as post
from portal.cases.mail import envelopes
from portal.cases.mail.acts import Hand, Stand
from portal.cases.mail.delivery import By
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.questions.delivery import ELECTRONIC
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import REVIEWER, current, make_decided, nobodys
from tests.helpers.mail import AT_HOME, CLERK, MAIL, WHERE, envelope, sent_in

pytestmark = pytest.mark.usefixtures("database")
CONSENTS = ("yes", "no", "taken back before", "taken back after")
ADDRESSES = {"given": AT_HOME, "none": "", "too short": "苏祠路"}
ENDS = ("approved", "denied", "not accepted", "lapsed", "revoked")
NO_PHONE = {"mobile": "", "notify_mobile": ""}
# What may happen to an envelope afterwards.
FATES: tuple[tuple[str, ...], ...] = (
    (),
    ("cancel",),
    ("print",),
    ("print", "post"),
    ("print", "post", "deliver"),
    ("print", "post", "deliver", "miss"),
    ("print", "post", "return"),
    ("print", "post", "return", "cancel"),
    ("print", "post", "return", "fix_address", "print", "post", "return"),
    ("print", "post", "miss", "send_again"),
)


async def take_back(case: Case) -> None:
    for given in await consents.consents_of(case.person):
        if given.purpose == ELECTRONIC.name:
            await consents.withdraw(case.person, given.id)
    clock.shift(clock.ahead() + timedelta(minutes=1))


async def brought_to(end: str, case: Case) -> Case:
    """Return the case after a letter that tells such a result was issued."""
    if end == "not accepted":
        await execute("UPDATE cases SET state = 'submitted' WHERE id = $1", case.id)
        return await move(await current(case), "not_accept", REVIEWER, note="x")
    if end == "lapsed":
        await execute("UPDATE cases SET state = 'correction', return_to = 'reviewing' WHERE id = $1", case.id)
        return await move(await current(case), "lapse", SYSTEM)
    case = await make_decided(case, passed=end != "denied")
    if end == "revoked":
        case = await benefit.revoke(case, Actor("a supervisor", Role.SUPERVISOR), "x")
    return case


async def fate(case: Case, acts: tuple[str, ...]) -> None:
    """Let this happen to the envelope of a case, if there is one."""
    for act in acts:
        known = await envelopes.latest(case)
        if known is None:
            return
        by = By(case.person, Hand.CITIZEN, "citizen") if act in ("cancel", "miss") else CLERK
        if act == "fix_address":
            await post.change_address(known, WHERE, by)
        else:
            await post.act(known, act, by)


async def cared_for(case: Case, on_line: bool) -> bool:
    """Return whether the last letter of a case is served, on its way, or somebody's task."""
    known = await envelopes.latest(case)
    under_way = known is not None and known.at in (
        *(Stand.REQUESTED, Stand.ADDRESS_FIXED, Stand.PRINTED, Stand.POSTED, Stand.DELIVERED),
    )
    call = await calls.waiting_for(case)
    return on_line or (call is not None and call.about_a_letter) or (under_way and not known.missed)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", ENDS)
async def test_no_letter_is_issued_that_is_neither_served_nor_under_way_nor_a_task(end: str) -> None:
    diseases = iter(("M01600", "M03900", "M06900") * 30)
    for consent, address, phone, asked in product(CONSENTS, ADDRESSES, (True, False), (False, True)):
        if asked and (address != "given" or not phone):
            continue
        answers = {
            **(MAIL if asked else ANSWERS),
            "disease": next(diseases),
            "address": ADDRESSES[address],
            ELECTRONIC.name: "" if consent == "no" else "yes",
            **({} if phone else NO_PHONE),
        }
        case = await sent_in(answers)
        if consent == "taken back before":
            await take_back(case)
        case = await brought_to(end, case)
        if consent == "taken back after":
            await take_back(case)

        on_line = consent in ("yes", "taken back after")
        assert await cared_for(case, on_line), (consent, address, phone, asked)
        await over(case)


async def over(case: Case) -> None:
    """Let the person apply for the disease once more."""
    await execute("DELETE FROM benefit WHERE case_id = $1", case.id)
    await execute("DELETE FROM consent WHERE purpose = $1", ELECTRONIC.name)


@pytest.mark.parametrize("acts", FATES)
async def test_whatever_becomes_of_the_envelope_the_letter_stays_somebodys_task_until_it_is_served(
    acts: tuple[str, ...],
) -> None:
    case = await make_decided(await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": AT_HOME}), passed=False)

    await fate(case, acts)

    assert await cared_for(case, on_line=False), acts


@pytest.mark.parametrize("acts", FATES)
async def test_a_revocation_is_never_left_out_whatever_became_of_the_first_envelope(acts: tuple[str, ...]) -> None:
    case = await make_decided(await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": AT_HOME}))
    await fate(case, acts)
    first = await envelope(case)
    await execute("DELETE FROM call_task")

    await benefit.revoke(await current(case), Actor("a supervisor", Role.SUPERVISOR), "x")

    latest = await envelope(case)
    call = await calls.waiting_for(case)
    takes_it_along = latest.at in (Stand.REQUESTED, Stand.ADDRESS_FIXED)
    assert takes_it_along or (call is not None and call.about_a_letter), acts
    assert latest.id != first.id or first.at is latest.at


async def test_a_letter_issued_while_the_first_is_on_its_way_follows_when_that_was_signed_for() -> None:
    case = await make_decided(await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": AT_HOME}))
    await fate(case, ("print", "post"))
    await benefit.revoke(await current(case), Actor("a supervisor", Role.SUPERVISOR), "x")
    assert [call.why for call in await calls.waiting("meishan")] == [post.AGAIN]

    await fate(case, ("deliver",))

    assert (await envelope(case)).at is Stand.REQUESTED
    assert await calls.waiting("meishan") == []


async def test_where_no_mail_is_sent_who_did_not_agree_is_a_task_too() -> None:
    case = await sent_in({**ANSWERS, ELECTRONIC.name: ""}, "xinxing")

    case = await move(await nobodys(case), "not_accept", REVIEWER, note="x")

    assert [call.why for call in await calls.waiting("xinxing")] == [post.NO_POST]


async def test_a_letter_goes_before_an_sms_that_failed_and_is_not_closed_by_it() -> None:
    case = await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": ""})
    await calls.ask_for(case, calls.FAILED)

    case = await make_decided(case, passed=False)
    await calls.ask_for(case, calls.FAILED)
    await calls.write_down(case, "a clerk", calls.MISSED)

    assert [call.why for call in await calls.waiting("meishan")] == [post.NO_ADDRESS]
    await calls.write_down(case, "a clerk", calls.HANDED)
    assert await calls.waiting("meishan") == []


async def test_an_address_that_comes_later_closes_the_call() -> None:
    case = await make_decided(await sent_in({**ANSWERS, ELECTRONIC.name: "", "address": ""}), passed=False)

    await post.order(case, WHERE, By(case.person, Hand.CITIZEN, "citizen"))

    assert await calls.waiting("meishan") == []


async def test_whom_no_sms_can_reach_about_a_correction_is_called() -> None:
    case = await sent_in({**ANSWERS, **NO_PHONE})

    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])

    assert [call.why for call in await calls.waiting("meishan")] == [calls.UNTOLD]
    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms'") == 0
