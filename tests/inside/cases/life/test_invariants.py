"""What holds of every case at every moment: no move without its history and messages."""

from typing import NamedTuple

import pytest

from portal.accounts.person import Person
from portal.cases.apply import draft
from portal.cases.life.case import SYSTEM, Actor, Case, answers_of, case_by_id, history, move
from portal.cases.life.moves import MOVES, NotAllowed, Role, State
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store import audit
from portal.core.store.database import fetch_all, fetch_value
from portal.letters.kinds import NOT_ISSUED
from portal.letters.letter import letters
from portal.notices.write import NOT_HERE, texts
from tests.helpers.factories import APPROVER, REVIEWER, citizen, make_case, make_draft, make_person, send_in

pytestmark = pytest.mark.usefixtures("database")
SUPERVISOR = Actor("a supervisor", Role.SUPERVISOR)
BY_ACTION = {(row.action, row.after): row for row in MOVES}


async def through_meishan(who: Person) -> Case:
    """Lead a case from the draft over taking back, a correction and being sent back to its approval."""
    case = await make_draft()
    me = citizen(who)
    case = await send_in(case, me)
    case = await draft.take_back(case, me)
    case = await send_in(case, me)
    case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])
    notice = await corrections.open_correction(case)
    assert notice
    case = await corrections.answer(case, me, notice)
    case = await move(case, "supplement", me)
    for passed in (False, True):
        (disease,) = await decision.diseases(case)
        case = await decision.draft(case, REVIEWER, [Proposal(disease.id, passed, 12, Reasons(("criteria",)))])
        if not passed:
            case = await decision.send_back(case, APPROVER, "请再看")
    case = await move(case, "extend_deadline", SUPERVISOR, note="系统停机", days=1)
    return await decision.decide(case, APPROVER)


async def through_xinxing(who: Person) -> Case:
    """Lead a case over two notices, experts and a withdrawal."""
    case, me = await make_case("xx-01", "xinxing", "M03900"), citizen(who)
    case = await move(case, "accept", REVIEWER)
    for number in (1, 2):
        case = await corrections.ask(case, REVIEWER, [NewDefect("identity", "unreadable", "")])
        notice = await corrections.correction(case, number)
        assert notice
        case = await (
            corrections.answer(case, me, notice) if number == 1 else corrections.cancel(case, REVIEWER, notice, "齐了")
        )
    case = await move(case, "invite_experts", REVIEWER)
    case = await move(case, "change_panel", REVIEWER)
    case = await move(case, "conclude_appraisal", SYSTEM)
    return await move(case, "withdraw", me)


async def check_history(case: Case, person: str) -> None:
    """Fail where a change has no row, a row does not fit the table, or somebody was not told."""
    events = await history(case)
    assert [event.before for event in events[1:]] == [event.after for event in events[:-1]]
    assert (events[0].before, events[-1].after) == ("draft", case.state)
    for event in events:
        rows = [row for row in MOVES if row.action == event.action and State(event.before) in row.before]
        assert any(Role(event.role) in row.who and row.number == event.number for row in rows)
        row = next(row for row in rows if row.after in (event.after, "stay", "back"))
        assert await told(event.id, person) == expected_messages(row.notices)
        assert await issued(event.id) == len(set(row.letters.split()) - NOT_ISSUED)


class Sent(NamedTuple):
    code: str
    channel: str


async def told(event: int, person: str) -> set[tuple[str, str]]:
    """Return the messages an event left for a person: code and channel."""
    sql = "SELECT code, channel FROM notice WHERE event_id = $1 AND person = $2"
    return {(sent.code, sent.channel) for sent in await fetch_all(Sent, sql, event, person)}


def expected_messages(codes: str) -> set[tuple[str, str]]:
    here = set(codes.split()) - NOT_HERE
    return {(code, "in_app") for code in here} | {(code, "sms") for code in here if texts()[code].sms}


async def issued(event: int) -> int:
    return int(await fetch_value("SELECT count(*) FROM letter WHERE event_id = $1", event))


async def test_every_step_of_a_case_of_meishan_is_in_its_history_and_was_told() -> None:
    who = await make_person("ms-01")

    case = await through_meishan(who)

    assert case.at is State.APPROVED
    await check_history(case, who.id)


async def test_every_step_of_a_case_of_xinxing_is_in_its_history_and_was_told() -> None:
    who = await make_person("xx-01")

    case = await through_xinxing(who)

    assert case.at is State.WITHDRAWN
    await check_history(case, who.id)


async def test_a_case_has_one_number_and_each_of_its_letters_another() -> None:
    case = await through_meishan(await make_person("ms-01"))

    numbers = [letter.number for letter in await letters(case.id)]
    assert await fetch_value("SELECT count(DISTINCT application_no) FROM cases") == 1
    assert numbers == [f"{case.number}-{count:02}" for count in range(1, len(numbers) + 1)]


async def test_a_refused_move_leaves_no_trace() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    before = [
        await fetch_value(f"SELECT count(*) FROM {name}") for name in ("case_event", "notice", "letter", "outbox")
    ]

    for action, actor in (("decide", APPROVER), ("accept", citizen(await make_person("xx-01"))), ("dance", REVIEWER)):
        with pytest.raises(NotAllowed):
            await move(case, action, actor)

    after = [await fetch_value(f"SELECT count(*) FROM {name}") for name in ("case_event", "notice", "letter", "outbox")]
    assert after == before
    unchanged = await case_by_id(case.id)
    assert unchanged == case


async def test_a_move_that_fails_halfway_is_undone_whole() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    async def stumble() -> None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await move(case, "accept", REVIEWER, together=stumble)

    assert await case_by_id(case.id) == case
    assert [event.action for event in await history(case)] == ["submit"]


async def test_what_a_clerk_noted_is_sealed_in_the_history() -> None:
    case = await make_case("xx-01", "xinxing", "M03900")

    case = await move(case, "not_accept", REVIEWER, note="不在本市参保")

    assert (await history(case))[-1].note == "不在本市参保"
    kept = bytes(await fetch_value("SELECT note FROM case_event WHERE action = 'not_accept'"))
    assert "参保".encode() not in kept


async def test_an_ended_case_moves_no_more() -> None:
    case = await through_xinxing(await make_person("xx-01"))

    for action in sorted({row.action for row in MOVES}):
        for role in Role:
            with pytest.raises(NotAllowed):
                await move(case, action, Actor("somebody", role))


async def test_the_answers_of_a_case_survive_its_whole_life() -> None:
    who = await make_person("ms-01")
    first = answers_of(await make_draft())

    case = await through_meishan(who)

    assert answers_of(case) == first
    assert await audit.broken() is None
