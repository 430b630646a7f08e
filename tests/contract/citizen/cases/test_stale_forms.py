"""A form about a case that has changed since it was opened does nothing; what was typed into it stays."""

import pytest

from portal.cases.life.case import Case, case_by_id, move
from portal.cases.life.moves import State
from portal.cases.papers import corrections, supplement
from portal.cases.papers.defects import NewDefect
from portal.core.store.database import execute, fetch_value
from tests.helpers.client import Client
from tests.helpers.factories import REVIEWER, citizen, make_case, make_draft, make_person
from tests.helpers.made import SUPERVISOR
from tests.helpers.sides import choose
from tests.helpers.walk import home_of, photo, ready


async def signed_in(client: Client) -> tuple[Case, str]:
    case = await make_case()
    await client.sign_in("13800000101")
    return case, f"/meishan/cases/{case.number}"


async def state_of(case: Case) -> State:
    found = await case_by_id(case.id)
    assert found
    return found.at


async def change_meanwhile(case: Case) -> None:
    """Have the case be another version than the form shows, with the same acts open."""
    await execute("UPDATE cases SET row_version = row_version + 1 WHERE id = $1", case.id)


async def test_an_old_form_deletes_no_draft(client: Client) -> None:
    case = await make_draft()
    await client.sign_in("13800000101")
    await client.get(f"{home_of(case)}/deletion")
    await change_meanwhile(case)

    await client.post(f"{home_of(case)}/deletion")

    assert client.status == 409
    assert await state_of(case) is State.DRAFT

    await client.get(f"{home_of(case)}/deletion")
    await client.post(f"{home_of(case)}/deletion")
    assert await case_by_id(case.id) is None


async def test_what_changed_after_it_was_shown_is_not_signed(client: Client) -> None:
    case = await ready()
    await client.sign_in("13800000101")
    signed = {"declared": "yes", "signature": "张丽"}
    await client.get(f"{home_of(case)}/signature")
    await change_meanwhile(case)

    await client.post(f"{home_of(case)}/signature", signed)

    assert client.status == 409
    assert await state_of(case) is State.DRAFT

    await client.get(f"{home_of(case)}/signature")
    await client.post(f"{home_of(case)}/signature", signed)
    assert client.path.endswith("/receipt")


@pytest.mark.parametrize("form", ["take-back", "withdrawal"])
async def test_an_old_form_ends_no_case(client: Client, form: str) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/{form}")
    await change_meanwhile(case)

    await client.post(f"{home}/{form}")

    assert client.status == 409
    assert "刚才有了变化" in client.text
    assert await state_of(case) is case.at


async def test_a_change_without_a_row_of_history_is_not_said_to_be_the_last_row(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/withdrawal")
    await corrections.allow_another(case, SUPERVISOR, "another paper has turned up")

    await client.post(f"{home}/withdrawal")

    assert client.status == 409
    assert "刚才有了变化，为了不弄错，这一次没有保存。最近的一步：系统受理，发出受理通知书。" in client.text


async def test_an_old_form_begins_nothing_anew(client: Client) -> None:
    case, home = await signed_in(client)
    await move(case, "withdraw", citizen(await make_person()))
    await client.get(f"{home}/again")
    await change_meanwhile(case)

    await client.post(f"{home}/again")

    assert client.status == 409
    assert await fetch_value("SELECT count(*) FROM cases") == 1


async def test_an_old_form_gives_no_more_time(client: Client) -> None:
    case, home = await signed_in(client)
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])
    await client.get(f"{home}/corrections/1/extension")
    await change_meanwhile(case)

    await client.post(f"{home}/corrections/1/extension")

    assert client.status == 409
    notice = await corrections.correction(case, 1)
    assert notice
    assert not notice.extended


async def test_an_old_form_sends_no_supplement_and_the_files_stay(client: Client) -> None:
    case, home = await signed_in(client)
    await client.get(f"{home}/supplements")
    await client.upload(f"{home}/supplements/identity", ("new.jpg", photo(1), "image/jpeg"))
    await change_meanwhile(case)

    await client.post(f"{home}/supplements")
    assert client.status == 409
    assert len(await supplement.unsent(case)) == 1

    await client.get(f"{home}/supplements")
    await client.post(f"{home}/supplements")
    assert client.path == home


async def test_an_old_answer_to_a_notice_is_shown_beside_what_is_saved_and_sent_as_chosen(client: Client) -> None:
    case, home = await signed_in(client)
    await corrections.ask(case, REVIEWER, [NewDefect("identity", "one_side", "")])
    notice = await corrections.correction(case, 1)
    assert notice
    (defect,) = await corrections.defects(notice, ())
    await client.get(f"{home}/corrections/1")
    await change_meanwhile(case)

    await client.post(f"{home}/corrections/1", {f"words-{defect.id}": "医院下周才出报告"})
    assert client.status == 409
    assert "您刚才填的" in client.text
    assert '<span class="said">医院下周才出报告</span>' in client.text
    assert await state_of(case) is State.CORRECTION

    await choose(client)
    assert client.path == home
    assert await state_of(case) is State.REVIEWING
