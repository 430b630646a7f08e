"""Whom no message reached, the desk calls; and no time runs out for somebody who was never told."""

from datetime import timedelta

import pytest

from portal.cases.desk import calls
from portal.cases.figures import measures
from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.time import rounds
from portal.core.outside import sms
from portal.core.outside.gateways import NotSent, Report
from portal.core.store import jobs
from portal.core.store.database import execute, fetch_all, fetch_value
from portal.core.tools import clock
from portal.notices import send
from tests.helpers.factories import REVIEWER, current, make_case, make_staff
from tests.helpers.post import to_noon_of, work

pytestmark = pytest.mark.usefixtures("database", "published")


async def asked() -> Case:
    return await corrections.ask(await make_case(), REVIEWER, [NewDefect("identity", "one_side", "")])


async def state(case: Case) -> State:
    found = await case_by_id(case.id)
    assert found
    return found.at


async def sent() -> list[str]:
    """Return the provider's ids of the messages that went out."""
    return [row.id for row in await fetch_all(rounds.Id, "SELECT provider_id FROM notice WHERE channel = 'sms'")]


async def not_sent() -> int:
    return (await measures.report("meishan", clock.today(), clock.today())).not_sent


async def test_what_the_provider_could_not_deliver_is_one_call_about_the_case() -> None:
    case = await make_case()
    to_noon_of(clock.today())
    await work()
    ids = await sent()
    assert len(ids) > 1

    for id in ids:
        await send.take_report(Report(id, arrived=False, reason="ABSENT"))
        await send.take_report(Report(id, arrived=False, reason="ABSENT"))

    assert [(call.case_id, call.why) for call in await calls.waiting("meishan")] == [(case.id, calls.FAILED)]
    assert await not_sent() == len(ids)
    assert await calls.waiting("xinxing") == []


async def test_what_arrived_is_no_call() -> None:
    await make_case()
    to_noon_of(clock.today())
    await work()
    id = await fetch_value("SELECT provider_id FROM notice WHERE channel = 'sms' LIMIT 1")

    await send.take_report(Report(str(id), arrived=True, reason=""))

    assert await fetch_value("SELECT state FROM notice WHERE provider_id = $1", id) == "delivered"
    assert await calls.waiting("meishan") == []


async def test_a_report_comes_to_the_message_by_the_providers_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    case = await make_case()
    to_noon_of(clock.today())
    await work()
    ids = await sent()
    found = [Report(ids[0], arrived=False, reason="x"), Report("of somebody else", arrived=False, reason="x")]
    monkeypatch.setattr(type(sms.gateway()), "reports", lambda _self, _body: found)

    assert await sms.take_reports(b"") == 1

    assert [call.case_id for call in await calls.waiting("meishan")] == [case.id]


async def test_what_is_tried_in_vain_becomes_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    case = await make_case()
    to_noon_of(clock.today())

    async def refused(*_: object) -> str:
        raise NotSent("away")

    monkeypatch.setattr(sms, "send", refused)
    for _ in range(jobs.TRIES):
        await execute("UPDATE outbox SET run_at = $1 WHERE failed_at IS NULL", clock.now())
        await work()

    assert await fetch_value("SELECT count(*) FROM notice WHERE channel = 'sms' AND state <> 'failed'") == 0
    assert [call.case_id for call in await calls.waiting("meishan")] == [case.id]


async def reminded(case: Case) -> None:
    """Come to the last day of the correction, with a reminder the day before."""
    notice = await corrections.open_correction(case)
    assert notice
    to_noon_of(notice.answer_by - timedelta(days=1))
    await rounds.mind_corrections()


async def overdue(case: Case) -> None:
    """Come to where the time for the correction is over, and the last reminder was a day ago."""
    notice = await corrections.open_correction(case)
    assert notice
    for days in (1, 2):
        to_noon_of(notice.answer_by + timedelta(days=days))
        await rounds.mind_corrections()


async def test_nothing_lapses_for_somebody_whose_reminder_never_arrived_until_the_desk_has_called() -> None:
    case, clerk = await asked(), await make_staff()
    await reminded(case)
    await overdue(case)
    await rounds.mind_corrections()
    assert await state(case) is State.CORRECTION
    assert [(call.case_id, call.why) for call in await calls.waiting("meishan")] == [(case.id, calls.UNREAD)]

    assert await calls.write_down(case, clerk.id, calls.MISSED)
    assert not await calls.write_down(case, clerk.id, calls.REACHED)
    await rounds.mind_corrections()

    assert await state(case) is State.LAPSED


async def test_who_read_the_reminder_in_the_portal_was_told() -> None:
    case = await asked()
    await reminded(case)
    await execute("UPDATE notice SET read_at = $1 WHERE channel = 'in_app' AND code = 'N29'", clock.now())

    await overdue(case)

    assert await state(case) is State.LAPSED
    assert await calls.waiting("meishan") == []


async def test_a_call_about_a_reminder_is_forgotten_when_the_correction_is_over() -> None:
    case = await asked()
    await reminded(case)
    await overdue(case)
    assert [call.why for call in await calls.waiting("meishan")] == [calls.UNREAD]

    notice = await corrections.open_correction(case)
    assert notice
    await corrections.cancel(await current(case), REVIEWER, notice, "不用补了")

    assert await calls.waiting("meishan") == []
