"""The post: what may happen to an envelope, and that the decision orders it or nothing does."""

from itertools import product

import msgspec
import pytest

from portal.cases.desk import tally
from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import State
from portal.cases.mail import delivery as post
from portal.cases.mail import envelopes
from portal.cases.mail.acts import ACTS, Hand, Stand, acts_open
from portal.cases.mail.delivery import By
from portal.cases.mail.envelopes import Delivery
from portal.core.store import audit
from portal.core.store.database import Taken, execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed
from portal.notices import inbox
from tests.helpers.factories import (
    make_staff,
)
from tests.helpers.mail import CLERK, WHERE, ended, envelope

# Every step that is open, as one who runs the post would list them: where it is, what, whose hand, where to.
LEGAL = {
    ("", "order", "citizen", "requested"),
    ("", "order", "mail_clerk", "requested"),
    ("", "order", "system", "requested"),
    ("delivered", "order", "citizen", "requested"),
    ("delivered", "order", "mail_clerk", "requested"),
    ("delivered", "order", "system", "requested"),
    ("cancelled", "order", "citizen", "requested"),
    ("cancelled", "order", "mail_clerk", "requested"),
    ("cancelled", "order", "system", "requested"),
    ("requested", "change_address", "citizen", "requested"),
    ("requested", "cancel", "citizen", "cancelled"),
    ("requested", "print", "mail_clerk", "printed"),
    ("printed", "post", "mail_clerk", "posted"),
    ("posted", "deliver", "mail_clerk", "delivered"),
    ("posted", "return", "mail_clerk", "returned"),
    ("posted", "miss", "citizen", "posted"),
    ("delivered", "miss", "citizen", "delivered"),
    ("returned", "fix_address", "citizen", "address_fixed"),
    ("returned", "fix_address", "mail_clerk", "address_fixed"),
    ("returned", "cancel", "citizen", "cancelled"),
    ("address_fixed", "change_address", "citizen", "address_fixed"),
    ("address_fixed", "cancel", "citizen", "cancelled"),
    ("address_fixed", "print", "mail_clerk", "printed"),
}
MISSED = LEGAL - {("posted", "miss", "citizen", "posted"), ("delivered", "miss", "citizen", "delivered")} | {
    ("posted", "send_again", "mail_clerk", "requested"),
    ("delivered", "send_again", "mail_clerk", "requested"),
}


@pytest.mark.parametrize(("missed", "legal"), [(False, LEGAL), (True, MISSED)])
def test_an_envelope_goes_only_the_ways_of_the_list(missed: bool, legal: set[tuple[str, str, str, str]]) -> None:
    found = {
        (stand.value, act.action, hand.value, act.lands(stand).value)
        for stand, hand in product(Stand, Hand)
        for act in acts_open(stand, hand, missed=missed)
    }

    assert found == legal


def of(case: Case) -> By:
    """Return the citizen of a case as who acts."""
    return By(case.person, Hand.CITIZEN, "citizen")


async def reach(case: Case, stand: Stand, *, missed: bool = False) -> Delivery:
    """Return the envelope put where it should be, as if it had come there."""
    await execute(
        "UPDATE delivery SET state = $2, missed_at = $3 WHERE case_id = $1",
        case.id, stand.value, clock.now() if missed else None,
    )  # fmt: skip
    return await envelope(case)


@pytest.mark.parametrize("missed", [False, True])
async def test_what_the_list_does_not_allow_changes_nothing(database: None, missed: bool) -> None:
    case = await ended()
    legal = {(stand, name, hand) for stand, name, hand, _ in (MISSED if missed else LEGAL)}

    for stand, act, hand in product(set(Stand) - {Stand.NOTHING}, ACTS, Hand):
        known = await reach(case, stand, missed=missed)
        if act.action == "order" or (stand.value, act.action, hand.value) in legal:
            continue
        with pytest.raises(NotAllowed):
            await post.act(known, act.action, By("x", hand, "x"))
        assert await envelope(case) == known, (stand, act.action, hand)


async def test_an_envelope_that_has_moved_on_is_left_alone(database: None) -> None:
    case = await ended()
    seen = await envelope(case)
    await post.change_address(seen, msgspec.structs.replace(WHERE, recipient="张三"), of(case))

    with pytest.raises(NotAllowed):
        await post.act(seen, "print", CLERK)

    assert (await envelope(case)).where.recipient == "张三"


@pytest.mark.parametrize("passed", [True, False])
async def test_the_decision_orders_the_mail_that_was_asked_for(database: None, passed: bool) -> None:
    case = await ended(passed=passed)

    known = await envelope(case)

    assert (known.at, known.where, known.person) == (Stand.REQUESTED, WHERE, case.person)
    assert (await tally.mail("meishan"))[Stand.REQUESTED] == 1


async def test_who_did_not_ask_for_mail_gets_none_until_they_order_it(database: None) -> None:
    case = await ended(mail=False)
    assert await envelopes.latest(case) is None

    await post.order(case, WHERE, of(case))

    assert (await envelope(case)).at is Stand.REQUESTED
    with pytest.raises(NotAllowed):
        await post.order(case, WHERE, of(case))


async def test_a_decision_that_fails_orders_nothing_and_mail_that_fails_decides_nothing(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> str:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(post, "begin", full)

    with pytest.raises(RuntimeError):
        await ended()

    case = await case_by_id(str(await fetch_value("SELECT id FROM cases")))
    assert case
    assert case.at is State.DECIDING
    assert await fetch_value("SELECT count(*) FROM benefit") == 0
    assert await fetch_value("SELECT count(*) FROM delivery") == 0


async def test_where_the_city_sends_no_mail_nothing_is_ordered(database: None) -> None:
    from tests.helpers import made

    case = await made.refused_at_the_door()

    assert await envelopes.latest(case) is None
    with pytest.raises(NotAllowed):
        await post.order(case, WHERE, of(case))


async def test_there_is_one_envelope_at_a_time_for_a_case(database: None) -> None:
    case = await ended()

    with pytest.raises(Taken):
        await post.begin(case, WHERE)


async def test_posted_and_returned_are_told_and_an_envelope_that_waits_alarms_the_desk(database: None) -> None:
    clerk = await make_staff("mail_clerk")
    case = await ended()
    day = clock.today()
    clock.shift(case.city.calendar.add(day, 3) - day)
    assert await post.mind_late() == 0  # the last day is still in time
    clock.shift(case.city.calendar.add(day, 4) - day)
    assert (await post.mind_late(), await post.mind_late()) == (1, 1)
    (said,) = await inbox.messages(clerk.id)
    assert said.text == f"尾号{case.number[-4:]}的结果文件该寄没有寄，已经过了期限，请尽快寄出。"

    known = await post.act(await envelope(case), "print", CLERK)
    known = await post.act(known, "post", CLERK, courier="邮政EMS", waybill="1234567890123")
    await post.act(known, "return", CLERK)

    texts = [one.text for one in await inbox.messages(case.person)]
    assert any("已寄出，邮政EMS1234567890123" in text for text in texts)
    assert any("邮件被退回" in text for text in texts)
    assert await fetch_value("SELECT count(*) FROM notice WHERE code IN ('N23', 'N24') AND channel = 'sms'") == 2


async def test_every_act_is_noted_and_the_desk_counts_what_is_where(database: None) -> None:
    case = await ended()
    clerk = await make_staff("mail_clerk")
    by = By(clerk.id, Hand.CLERK, "staff")
    batch = await post.print_all([await envelope(case)], by)
    (known,) = await envelopes.batch("meishan", batch)
    known = await post.act(known, "post", by, courier="邮政EMS", waybill="EX1")
    known = await post.act(known, "deliver", by, delivered_on=clock.today())
    known = await post.act(known, "miss", of(case))
    await post.act(known, "send_again", by)

    acts = [row.act for row in await audit.done_to(f"delivery:{known.id}")]
    assert acts == ["mail_print", "mail_post", "mail_deliver", "mail_miss", "mail_send_again"]
    await tally.fold()
    counts = await tally.mail("meishan")
    assert (counts[Stand.REQUESTED], sum(counts.values())) == (1, 1)


async def test_of_two_batches_with_one_envelope_only_one_is_printed(database: None) -> None:
    first, second = await envelope(await ended()), await envelope(await ended(no="ms-02"))
    await post.print_all([first], CLERK)

    with pytest.raises(NotAllowed):
        await post.print_all([second, first], CLERK)

    known = await envelopes.delivery_in(second.id, "meishan")
    assert known
    assert known.at is Stand.REQUESTED
