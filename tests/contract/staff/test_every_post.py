"""Whatever is posted by whomever in whatever state: what the table does not allow changes nothing."""

from collections.abc import Mapping

import pytest

from portal.cases.life.case import Case, case_by_id
from portal.cases.life.moves import MOVES, State
from portal.core.store.database import execute, fetch_value
from portal.routes import declared
from portal.staff.casework.case import ACTIONS
from tests.helpers.client import Client
from tests.helpers.factories import add_document, make_case, make_expert, make_person, make_staff
from tests.helpers.specification import LEGAL

# What the forms of the desk send besides the version: a reason, or what their page asks for.
REASON = {"reason": "region", "words": "x", "second": "x"}
FIELDS: dict[str, Mapping[str, str]] = {
    "ask_correction": {"reason-identity": "missing"},
    "invite_experts": {"expert": "EXPERT"},
    "change_panel": {"expert": "EXPERT"},
    "send_back": {"action": "back", "comment": "x"},
    "publish": {"action": "publish"},
    "decide": {"action": "agree"},
}
# Where each move of the table is made: below /staff/cases/{no}, and below /{r}/cases/{no}.
AT_DESK = {action: (path, FIELDS.get(action, REASON)) for action, (path, _) in ACTIONS.items()}
BY_CITIZEN = {
    "answer_correction": "corrections/1",
    "extend_correction": "corrections/1/extension",
    "supplement": "supplements",
    "withdraw": "withdrawal",
    "take_back": "take-back",
}
ELSEWHERE = {
    "send_for_consent": "a proxy's, with the delegation",
    "consent": "the principal's, with the delegation",
    "refuse": "the principal's, with the delegation",
    "submit": "/{r}/apply/{key}/signature",
    "deem_accepted": "rounds.accept_late",
    "lapse": "rounds.mind_corrections",
    "conclude_appraisal": "opinion.concluded",
    "terminate_benefit": "benefit.terminate, with the decision on a re-review",
    "end_delegation": "acting.end and acting.run_out, with the delegation",
}
STAFF = ("reviewer", "approver", "supervisor", "expert", "mail_clerk", "auditor")


def test_every_move_has_its_place() -> None:
    without = {move.action for move in MOVES} ^ {*AT_DESK, *BY_CITIZEN, *ELSEWHERE}

    say = "say above where it is made; at the desk by a line of ACTIONS in case.py, or a row of reasoned.py"
    assert not without, say


def test_every_place_is_a_route_that_writes() -> None:
    posts = {route.path for route in declared() if route.method == "POST"}

    desk = {"acts/" if path.startswith("acts/") else path for path, _ in AT_DESK.values()}
    assert {f"/staff/cases/{{no}}/{'acts/{act}' if path == 'acts/' else path}" for path in desk} <= posts
    assert {f"/{{r}}/cases/{{no}}/{path.replace('/1', '/{n}')}" for path in BY_CITIZEN.values()} <= posts


async def put(case: Case, state: State) -> Case:
    """Put a case into a state, as if it had come there, and return it."""
    sql = "UPDATE cases SET state = $2, return_to = 'reviewing', row_version = row_version + 1 WHERE id = $1"
    await execute(sql, case.id, state.value)
    found = await case_by_id(case.id)
    assert found
    return found


async def events(case: Case) -> int:
    return int(await fetch_value("SELECT count(*) FROM case_event WHERE case_id = $1", case.id))


@pytest.mark.parametrize("role", STAFF)
async def test_at_the_desk_nothing_happens_that_the_table_does_not_allow(client: Client, role: str) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    expert = await make_expert("an expert", hospital="甲")
    await make_staff(role, "xinxing", login="somebody")
    await client.staff_sign_in("somebody")
    await client.get("/staff/notices")
    csrf = client.hidden["csrf"]

    for state in State:
        case = await put(case, state)
        for action, (path, fields) in AT_DESK.items():
            same = [other for other, place in AT_DESK.items() if place == (path, fields)]
            if any((state.value, one, role) in LEGAL for one in same):
                continue
            before = await events(case)
            given = {name: text.replace("EXPERT", expert.id) for name, text in fields.items()}
            sent = {"csrf": csrf, "row_version": str(case.row_version), **given}
            await client.post(f"/staff/cases/{case.number}/{path}", sent, follow=False)
            assert client.status in (403, 409, 422), (state, action, role, client.status)
            assert (await case_by_id(case.id), await events(case)) == (case, before), (state, action, role)


async def test_of_a_citizen_nothing_happens_that_the_table_does_not_allow(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await client.sign_in("13800000001", "xinxing")
    await client.get("/xinxing/notices")
    await client.get(f"/xinxing/cases/{case.number}/withdrawal")
    csrf = client.hidden["csrf"]
    await add_document(case, "supplement:identity")

    for state in State:
        case = await put(case, state)
        for action, path in BY_CITIZEN.items():
            if (state.value, action, "insured_person") in LEGAL:
                continue
            before = await events(case)
            await client.post(f"/xinxing/cases/{case.number}/{path}", {"csrf": csrf}, follow=False)
            assert client.status in (404, 409), (state, action, client.status)
            assert (await case_by_id(case.id), await events(case)) == (case, before), (state, action)


async def test_another_citizen_finds_nothing_to_post_to(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await make_person("xx-04")
    await client.sign_in("13800000004", "xinxing")
    await client.get("/xinxing/apply/new")
    csrf = client.hidden["csrf"]

    for path in (*BY_CITIZEN.values(), "again"):
        await client.post(f"/xinxing/cases/{case.number}/{path}", {"csrf": csrf}, follow=False)
        assert client.status == 404, path
    assert (await case_by_id(case.id)) == case
