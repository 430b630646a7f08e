"""A form of the desk that comes second does nothing, and nothing that a clerk typed into it is lost."""

from collections.abc import Mapping

import pytest
from markupsafe import escape

from portal.cases.desk import allotment
from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import Role, State
from portal.cases.talk import conversation
from portal.core.store.database import execute, fetch_value
from tests.helpers.client import Client
from tests.helpers.factories import acting, make_case, make_staff, nobodys

TYPED = "片子是 <2020> 年的，“太旧”；请补 & 说明"
ASSIGNING = "请补齐再交给同事办"
# Below /staff/cases/{no}: who writes there, in which state of the case, and what.
PAGES: dict[str, tuple[str, State, Mapping[str, str]]] = {
    "corrections/new": ("reviewer", State.SUBMITTED, {"reason-identity": "one_side", "words-identity": TYPED}),
    "acts/non-acceptance": ("reviewer", State.SUBMITTED, {"reason": "region", "words": TYPED}),
    "acts/extension": ("supervisor", State.REVIEWING, {"words": TYPED}),
    "decision": ("reviewer", State.REVIEWING, {"verdict-ID": "failed", "reason-ID": "other", "words-ID": TYPED}),
    "approval": ("approver", State.DECIDING, {"action": "back", "comment": TYPED}),
}
NO_EXPERTS = ("decision",)  # Xinxing's experts come before its decision


async def put(case: Case, state: State) -> None:
    await execute("UPDATE cases SET state = $2 WHERE id = $1", case.id, state.value)


async def change_meanwhile(case: Case) -> None:
    """Have the case be another version than the form shows, with the same acts open."""
    await execute("UPDATE cases SET row_version = row_version + 1 WHERE id = $1", case.id)


async def state_of(case: Case) -> State:
    found = await case_by_id(case.id)
    assert found
    return found.at


async def accept_meanwhile(case: Case) -> None:
    colleague = await make_staff(region=case.region, login="colleague")
    await nobodys(await move(case, "accept", acting(colleague, Role.REVIEWER)))


@pytest.mark.parametrize("path", PAGES)
async def test_the_page_comes_again_with_what_was_typed_and_can_be_sent_again(client: Client, path: str) -> None:
    role, state, fields = PAGES[path]
    case = await make_case() if path in NO_EXPERTS else await make_case("xx-01", "xinxing", "M03900")
    await put(case, state)
    disease = str(await fetch_value("SELECT id FROM case_disease WHERE case_id = $1", case.id))
    fields = {name.replace("ID", disease): text for name, text in fields.items()}
    clerk = await make_staff(role, case.region, login="clerk")
    await execute("UPDATE cases SET assigned_to = $2 WHERE id = $1", case.id, clerk.id)
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/{path}")
    assert client.status == 200
    await change_meanwhile(case)

    await client.post(client.path, fields)

    assert client.status == 409
    assert "最近的一步由申请人或系统办理：" in client.text
    assert f">{escape(TYPED)}</textarea>" in client.text
    assert await state_of(case) is state
    await client.post(client.path, fields)
    assert client.path == f"/staff/cases/{case.number}"
    assert await state_of(case) is not state or path == "acts/extension"


async def opened_and_overtaken(client: Client, path: str) -> None:
    """Open a page of a case, and have a colleague accept the case meanwhile."""
    case = await make_case("xx-01", "xinxing", "M03900")
    await make_staff(region="xinxing", login="clerk")
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/{path}")
    await accept_meanwhile(case)


async def test_choices_are_kept_as_well_as_texts(client: Client) -> None:
    await opened_and_overtaken(client, "corrections/new")

    await client.post(client.path, {"reason-identity": "one_side", "words-identity": TYPED})

    assert client.status == 409
    assert "最近的一步由reviewer of xinxing办理：受理，发出受理通知书。" in client.text
    assert '<option value="one_side" selected="selected">' in client.text


async def test_if_the_act_is_over_the_texts_can_still_be_copied(client: Client) -> None:
    await opened_and_overtaken(client, "acts/non-acceptance")

    await client.post(client.path, {"reason": "region", "words": TYPED})

    assert client.status == 409
    assert "最近的一步由reviewer of xinxing办理：受理，发出受理通知书。" in client.text
    assert f'<p class="said">{escape(TYPED)}</p>' in client.text
    assert "</textarea>" not in client.text
    assert '<p class="said">region</p>' not in client.text  # a code says nothing to anybody


async def handed_over(client: Client, path: str) -> Case:
    """Open a page of a case, and have the case be given to a colleague meanwhile."""
    case = await make_case()
    colleague = await make_staff(login="colleague")
    await make_staff(login="clerk")
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/cases/{case.number}/{path}")
    assert client.status == 200
    await allotment.claim(case, colleague.id)
    return case


async def test_a_note_on_a_case_that_went_to_a_colleague_is_not_lost(client: Client) -> None:
    case = await handed_over(client, "notes")

    await client.post(client.path, {"text": TYPED})

    assert client.status == 409
    assert "这件现在由reviewer of meishan承办。要接着办，请先接手。" in client.text
    assert f'<p class="said">{escape(TYPED)}</p>' in client.text
    assert case.number not in client.text.replace(client.path, "")
    assert await fetch_value("SELECT count(*) FROM case_note") == 0


async def test_nor_is_an_answer_to_the_citizen_that_is_sent_with_files(client: Client) -> None:
    case = await handed_over(client, "conversation")
    csrf = client.hidden["csrf"]

    client.page = await client.http.post(
        f"/staff/cases/{case.number}/conversation/files",
        files=[
            ("csrf", (None, csrf)),
            ("text", (None, TYPED)),
            ("file", ("说明.pdf", b"%PDF-1.4 " * 9, "application/pdf")),
            ("action", (None, "send")),
        ],
    )

    assert client.status == 409
    assert "这件现在由reviewer of meishan承办。" in client.text
    assert f'<p class="said">{escape(TYPED)}</p>' in client.text
    assert not await conversation.messages(case)


async def test_who_assigns_second_sees_who_has_it_now_and_keeps_the_reason(client: Client) -> None:
    case = await make_case()
    third = await make_staff(login="third")
    await make_staff(login="colleague")
    await make_staff("supervisor", login="chief")
    await client.staff_sign_in("chief")
    await client.get(f"/staff/cases/{case.number}/assignment")
    await allotment.claim(case, third.id)

    colleague = await fetch_value("SELECT id FROM staff WHERE login = 'colleague'")
    await client.post(client.path, {"member": str(colleague), "why": ASSIGNING})

    assert client.status == 409
    assert "现在由reviewer of meishan承办。" in client.text
    assert f">{ASSIGNING}</textarea>" in client.text
    await client.post(client.path, {"member": str(colleague), "why": ASSIGNING})
    assert client.path == f"/staff/cases/{case.number}"


async def test_a_second_form_that_cannot_be_trusted_or_read_is_refused_as_any_other(client: Client) -> None:
    case = await handed_over(client, "conversation")
    home = f"/staff/cases/{case.number}"

    forged = await client.http.post(f"{home}/notes", data={"csrf": "forged", "text": TYPED})
    broken = await client.http.post(
        f"{home}/conversation/files", content=b"--x", headers={"content-type": "multipart/form-data; boundary=x"}
    )

    assert (forged.status_code, broken.status_code) == (419, 400)
    assert TYPED not in forged.text
