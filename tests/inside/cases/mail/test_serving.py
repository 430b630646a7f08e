"""Electronic service: on line only with a consent of its own that holds; whoever does not agree gets paper by mail."""

from datetime import timedelta

import pytest

from portal.accounts import consents
from portal.accounts.consents import Given
from portal.cases.apply import acting, draft
from portal.cases.benefits import benefit
from portal.cases.life.case import SYSTEM, Actor, Case, answers_of, history, move
from portal.cases.life.moves import Role
from portal.cases.mail import envelopes
from portal.cases.mail.acts import Stand
from portal.cases.mail.envelopes import Address
from portal.cases.mail.serving import service
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.questions.delivery import ELECTRONIC, SERVICE_VERSION
from tests.helpers import care
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import REVIEWER, citizen, current, make_decided, make_draft, make_person, send_in
from tests.helpers.mail import AT_HOME, MAIL, REFUSED, WHERE, sent_in

HOME = Address("张丽", "13800000101", AT_HOME)


async def on_line(case: Case) -> bool:
    """Return whether a letter of now is served on line."""
    return (await service(case)).electronic(clock.now())


async def given_by(case: Case) -> list[Given]:
    """Return the consents to electronic service of the person of a case."""
    return [one for one in await consents.consents_of(case.person) if one.purpose == ELECTRONIC.name]


async def envelopes_of(case: Case) -> list[Address]:
    """Return where the envelopes of a case go."""
    return [known.where for known in await envelopes.of_case(case)]


async def test_the_consent_is_kept_with_its_version_when_the_application_is_sent_in(database: None) -> None:
    case = await make_draft()
    assert [one.purpose for one in await consents.consents_of(case.person)] == ["personal_data"]

    case = await send_in(case, citizen(await make_person()))

    (given,) = await given_by(case)
    assert (given.version, given.words, given.withdrawable) == (SERVICE_VERSION, "电子送达", True)
    assert await on_line(case)


async def test_sent_in_twice_it_is_one_consent_and_the_log_says_who_sent(database: None) -> None:
    first = await sent_in(ANSWERS)
    await sent_in({**ANSWERS, "disease": "M06900"})

    count = "SELECT count(*) FROM consent WHERE purpose = 'electronic_delivery'"
    assert await fetch_value(count) == 1
    sent = "SELECT actor FROM case_event WHERE case_id = $1 AND action = 'submit'"
    assert await fetch_value(sent, first.id) == first.person


@pytest.mark.parametrize("passed", [True, False])
async def test_who_did_not_agree_gets_the_decision_by_mail_to_their_home(database: None, passed: bool) -> None:
    case = await sent_in(REFUSED)
    assert not await on_line(case)

    case = await make_decided(case, passed=passed)

    assert await envelopes_of(case) == [HOME]


async def test_who_did_not_agree_and_asked_for_mail_gets_one_envelope_at_the_address_for_it(database: None) -> None:
    case = await make_decided(await sent_in({**MAIL, ELECTRONIC.name: "", "address": AT_HOME}))

    assert await envelopes_of(case) == [WHERE]


async def test_who_agreed_gets_no_paper_unasked(database: None) -> None:
    case = await make_decided(await sent_in({**ANSWERS, "address": AT_HOME}))

    assert await envelopes_of(case) == []


async def test_without_an_address_nothing_stops_and_nothing_is_ordered(database: None) -> None:
    case = await make_decided(await sent_in({**REFUSED, "address": ""}))

    assert case.ended
    assert await envelopes_of(case) == []


async def test_where_no_mail_is_sent_nothing_is_ordered(database: None) -> None:
    case = await sent_in(REFUSED, "xinxing")

    case = await move(case, "not_accept", REVIEWER, note="参保不在本地")

    assert not await on_line(case)
    assert await envelopes_of(case) == []


async def test_a_case_that_lapses_is_told_on_paper_to_who_did_not_agree(database: None) -> None:
    case = await sent_in(REFUSED)
    await execute("UPDATE cases SET state = 'correction', return_to = 'reviewing' WHERE id = $1", case.id)
    case = await current(case)

    case = await move(case, "lapse", SYSTEM)

    assert await envelopes_of(case) == [HOME]


async def test_a_revocation_goes_along_with_what_waits_or_in_an_envelope_of_its_own(database: None) -> None:
    waits = await make_decided(await sent_in(REFUSED))
    over = await make_decided(await sent_in({**REFUSED, "disease": "M06900"}))
    await execute("UPDATE delivery SET state = $2 WHERE case_id = $1", over.id, Stand.DELIVERED.value)

    for case in (waits, over):
        await benefit.revoke(await current(case), Actor("a supervisor", Role.SUPERVISOR), "查明材料不实")

    assert (len(await envelopes_of(waits)), len(await envelopes_of(over))) == (1, 2)


async def test_taken_back_it_counts_for_no_letter_from_then_on(database: None) -> None:
    case = await sent_in({**ANSWERS, "address": AT_HOME})
    before = clock.now()
    clock.shift(timedelta(minutes=1))

    (given,) = await given_by(case)
    await consents.withdraw(case.person, given.id)

    assert (await service(case)).electronic(before)
    assert not await on_line(case)
    assert await envelopes_of(await make_decided(case)) == [HOME]


async def test_one_press_takes_every_version_back_and_leaves_other_consents_alone(database: None) -> None:
    case = await sent_in(ANSWERS)
    await consents.give(case.person, ELECTRONIC.name, "newer", clock.now())
    given = await given_by(case)

    await consents.withdraw(case.person, given[0].id)

    held = [one.purpose for one in await consents.consents_of(case.person) if one.withdrawn_at is None]
    assert (len(given), held) == (2, ["personal_data"])


async def test_nobody_takes_back_what_another_agreed_to(database: None) -> None:
    case = await sent_in(ANSWERS)
    other = await make_person("ms-02")
    (given,) = await given_by(case)

    await consents.withdraw(other.id, given.id)

    assert await on_line(case)


async def test_a_consent_is_for_the_applications_that_say_so(database: None) -> None:
    await sent_in(ANSWERS)

    other = await sent_in({**REFUSED, "disease": "M06900"})

    assert not await on_line(other)


async def test_who_begins_anew_with_the_old_answers_is_asked_again(database: None) -> None:
    ended = await make_decided(await sent_in(ANSWERS), passed=False)

    fresh = await draft.again(ended)

    assert answers_of(ended)[ELECTRONIC.name] == "yes"
    assert ELECTRONIC.name not in answers_of(fresh)


async def test_a_proxy_who_may_not_receive_cannot_agree_whatever_is_posted(database: None) -> None:
    proxy = await make_person("ms-03")
    known = await care.become(await care.propose(proxy, "ms-14", scopes=("apply", "view")), "active")
    case = await care.ready(known, {ELECTRONIC.name: "yes"})

    case = await send_in(case, acting.acting(known))

    assert not await on_line(case)
    assert await given_by(case) == []


async def test_a_proxy_who_may_receive_agrees_for_the_insured_person(database: None) -> None:
    proxy = await make_person("ms-03")
    known = await care.become(await care.propose(proxy, "ms-14"), "active")
    case = await care.ready(known)

    case = await send_in(case, acting.acting(known))

    assert await on_line(case)
    assert len(await given_by(case)) == 1
    submitted = next(event for event in await history(case) if event.action == "submit")
    assert (submitted.actor, submitted.on_behalf_of) == (proxy.id, case.person)
