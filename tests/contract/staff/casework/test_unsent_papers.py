"""What a citizen has uploaded and not sent yet is theirs alone: the office sees it, everywhere, once it is sent."""

from collections.abc import AsyncIterator

import pytest

from portal.accounts.person import Person
from portal.cases.apply import acting as proxies
from portal.cases.apply import assisted, draft
from portal.cases.experts import panel
from portal.cases.experts.seats import seats
from portal.cases.life.case import Actor, Case, move
from portal.cases.life.moves import Role, State
from portal.cases.papers import corrections, sent, supplement
from portal.cases.papers.corrections import Correction
from portal.cases.papers.defects import Defect, NewDefect
from portal.cases.papers.papers import medical
from portal.core.store.database import execute, fetch_value
from portal.documents import keep
from portal.documents.keep import Document
from portal.documents.slots import ADDITION, ANSWER
from portal.letters.letter import letters
from portal.regions.load import REGIONS
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import (
    REVIEWER,
    acting,
    add_document,
    citizen,
    current,
    make_case,
    make_expert,
    make_person,
    make_staff,
    send_in,
)
from tests.helpers.walk import photo

EXAM, IDENTITY = "medical_records.exam_report", "identity"


@pytest.fixture
async def case(client: Client) -> Case:
    """A case in the office, whose person is signed in."""
    made = await make_case()
    await client.sign_in("13800000101")
    return made


@pytest.fixture
async def desk(client: Client) -> AsyncIterator[Client]:
    """A supervisor's browser, from which nothing of the city is hidden."""
    await make_staff("reviewer supervisor", login="desk")
    async with Client() as at:
        await at.staff_sign_in("desk")
        yield at


def home(case: Case) -> str:
    return f"/{case.region}/cases/{case.number}"


async def add(client: Client, place: str, name: str, number: int = 1) -> Document:
    """Upload a photo at *place* without sending anything; return it."""
    await client.get(place.partition("/defects/")[0].removesuffix(f"/{EXAM}"))
    await client.upload(place, (name, photo(number), "image/jpeg"))
    assert client.status == 200
    (made,) = [file for file in await all_files() if file.name == name]
    return made


async def all_files() -> list[Document]:
    return await keep.documents(str(await fetch_value("SELECT id FROM cases")))


async def add_for_defect(client: Client, case: Case, name: str = "补的.jpg") -> Document:
    defect, notice = await only_defect(case)
    return await add(client, f"{home(case)}/corrections/{notice.number}/defects/{defect.id}", name)


async def only_defect(case: Case) -> tuple[Defect, Correction]:
    (notice,) = await corrections.corrections(case)
    (defect,) = await corrections.defects(notice, await keep.documents(case.id))
    return defect, notice


async def ask(case: Case, slot: str = EXAM) -> Case:
    return await corrections.ask(case, REVIEWER, [NewDefect(slot, "no_stamp", "")])


async def slots_askable(case: Case) -> frozenset[str]:
    """Return the slots that a further notice may be about."""
    askable = await corrections.askable(case)
    assert askable
    return askable.slots


async def looks(desk: Client, case: Case, file: Document) -> dict[str, bool]:
    """Return where the desk finds *file*: by each of its addresses, in the viewer, and on the page with the count."""
    at = f"/staff/cases/{case.number}"
    picture = await desk.get(f"{at}/files/{file.id}/pages/1")
    ask_why = await desk.get(f"{at}/files/{file.id}/original")
    await desk.get("/staff/queue")  # any page has the token of its forms
    download = await desk.post(f"{at}/files/{file.id}/original", {"reason": "clearer"})
    strip = await desk.get(f"{at}/viewer?file={file.id}")
    page = await desk.get(f"{at}?file={file.id}")
    found = {
        "picture": picture.status_code == 200,
        "asking": ask_why.status_code == 200,
        "download": download.status_code == 200,
        "viewer": file.id in strip.text,
        "page": file.id in page.text,
        "count": page.status_code == 200 and "没有上传文件。" not in page.text,
    }
    missing = {one.status_code for one in (picture, ask_why, download)} - {200}
    assert missing <= {404}
    return found


NOWHERE = dict.fromkeys(("picture", "asking", "download", "viewer", "page", "count"), False)
EVERYWHERE = dict.fromkeys(NOWHERE, True)


async def test_an_addition_is_seen_by_nobody_at_the_desk_until_it_is_sent(
    client: Client, desk: Client, case: Case
) -> None:
    file = await add(client, f"{home(case)}/supplements/{EXAM}", "新的.jpg")
    assert await looks(desk, case, file) == NOWHERE
    await client.get(f"{home(case)}/supplements")
    assert "新的.jpg" in client.text

    await client.post(f"{home(case)}/supplements")

    assert await looks(desk, case, file) == EVERYWHERE


async def test_what_is_added_after_the_first_sending_waits_for_the_second(
    client: Client, desk: Client, case: Case
) -> None:
    first = await add(client, f"{home(case)}/supplements/{EXAM}", "第一份.jpg", 1)
    await client.get(f"{home(case)}/supplements")
    await client.post(f"{home(case)}/supplements")

    second = await add(client, f"{home(case)}/supplements/{EXAM}", "第二份.jpg", 2)
    before = [file.id for file in await sent.documents(await current(case))]
    await desk.get(f"/staff/cases/{case.number}")
    page = desk.text
    await client.get(f"{home(case)}/supplements")
    await client.post(f"{home(case)}/supplements")

    assert before == [first.id]
    assert second.id not in page
    assert await looks(desk, case, second) == EVERYWHERE


async def test_an_answer_is_seen_by_nobody_at_the_desk_until_it_is_sent(
    client: Client, desk: Client, case: Case
) -> None:
    case = await ask(case)
    file = await add_for_defect(client, case)
    defect, notice = await only_defect(case)
    place = f"{home(case)}/corrections/{notice.number}"
    await client.post(place, {"action": "save", f"words-{defect.id}": "我再想想"})
    assert await looks(desk, case, file) == NOWHERE
    assert "补的.jpg" not in desk.text
    assert "我再想想" not in desk.text

    await client.get(place)
    assert "我再想想" in client.text
    await client.post(place, {f"words-{defect.id}": "盖好章了"})

    assert await looks(desk, case, file) == EVERYWHERE
    assert "补的.jpg" in desk.text
    assert "盖好章了" in desk.text


async def test_what_waits_unsent_can_be_replaced_and_removed_and_the_desk_never_saw_it(
    client: Client, desk: Client, case: Case
) -> None:
    case = await ask(case)
    wrong = await add_for_defect(client, case, "拍错了.jpg")
    await client.get(f"/meishan/files/{wrong.id}/replacement")
    await client.upload(f"/meishan/files/{wrong.id}/replacement", ("对的.jpg", photo(2), "image/jpeg"))
    (right,) = await keep.documents(case.id)
    assert await looks(desk, case, right) == NOWHERE

    await client.get(f"/meishan/files/{right.id}/removal")
    await client.post(f"/meishan/files/{right.id}/removal")

    assert await keep.documents(case.id) == []
    assert await looks(desk, case, wrong) == NOWHERE


async def test_a_file_of_another_case_looks_as_missing_as_one_that_was_not_sent(desk: Client, case: Case) -> None:
    other = await make_case("ms-10")
    await add_document(other, IDENTITY)
    (theirs,) = await keep.documents(other.id)

    assert await looks(desk, case, theirs) == NOWHERE


async def test_a_message_s_file_opens_for_the_desk_once_the_message_is_sent(
    client: Client, desk: Client, case: Case
) -> None:
    await client.get(f"{home(case)}/conversation")
    await client.upload(f"{client.path}/files", ("问.jpg", photo(3), "image/jpeg"))
    id = str(await fetch_value("SELECT id FROM document"))
    address = f"/staff/cases/{case.number}/files/{id}/pages/1"
    assert (await desk.get(address)).status_code == 404

    await client.get(f"{home(case)}/conversation")
    await client.post(client.path, {"text": "这样可以吗？"})

    assert (await desk.get(address)).status_code == 200


async def test_a_virus_found_in_what_was_not_sent_is_told_to_the_citizen_alone(desk: Client, case: Case) -> None:
    await add_document(case, supplement.upload_slot(EXAM))
    await execute("UPDATE document SET state = 'virus'")
    await desk.get(f"/staff/cases/{case.number}")
    before = desk.text

    await add_document(case, supplement.upload_slot(IDENTITY))
    await supplement.send(case, citizen(await make_person()))
    await desk.get(f"/staff/cases/{case.number}")

    assert "不安全，已经删除" not in before
    assert "1 份不安全，已经删除" in desk.text


async def test_an_expert_reads_an_addition_only_once_it_is_sent(client: Client) -> None:
    one, other = await make_expert("one", hospital="甲"), await make_expert("other", hospital="乙")
    made, reviewer = await make_case("xx-01", "xinxing", "M03900"), REVIEWER
    case = await panel.invite(await move(made, "accept", reviewer), reviewer, [one.id, other.id])
    await add_document(case, supplement.upload_slot(EXAM))
    seat = next(seat for seat in await seats(case.id) if seat.expert == one.id)
    await client.staff_sign_in("one")
    await client.get(f"/staff/opinions/{seat.id}")
    assert "/files/1/" not in client.text
    assert (await client.get(f"/staff/opinions/{seat.id}/files/1/pages/1")).status_code == 404

    await supplement.send(case, citizen(await make_person("xx-01")))
    await client.get(f"/staff/opinions/{seat.id}")

    assert f"/staff/opinions/{seat.id}/files/1/pages/1" in client.text
    assert len(await medical(await current(case))) == 1


async def test_whoever_verifies_a_proxy_sees_the_mended_letter_only_once_it_is_sent(client: Client) -> None:
    clerk = await make_staff(login="clerk")
    proxy, case = await under_a_letter()
    case = await ask(case, "authorization_letter")
    defect, notice = await only_defect(case)
    await add_document(case, defect.upload_slot)
    (file,) = await corrections_files(case)
    await client.staff_sign_in(clerk.login)
    await client.get(f"/staff/delegations/{case.delegation}")
    assert file.id not in client.text

    await corrections.answer(case, Actor(proxy.id, Role.PROXY, on_behalf_of=case.person), notice)
    await client.get(f"/staff/delegations/{case.delegation}")

    assert file.id in client.text


async def under_a_letter() -> tuple[Person, Case]:
    """Return a proxy and the case they have sent in with a letter."""
    proxy, _ = await make_person("ms-03"), await make_person("ms-14")
    known = await care.propose(proxy, "ms-14")
    ready = await care.ready(known, {"disease": "M03900"})
    return proxy, await send_in(ready, proxies.acting(known))


async def corrections_files(case: Case) -> list[Document]:
    return [file for file in await keep.documents(case.id) if file.slot.startswith(ANSWER)]


async def test_a_proxy_sees_what_the_principal_has_not_sent_and_the_desk_does_not(client: Client, desk: Client) -> None:
    _, case = await under_a_letter()
    await add_document(case, supplement.upload_slot(EXAM))
    file = next(one for one in await keep.documents(case.id) if one.slot.startswith(ADDITION))
    await client.sign_in("13800000103")

    await client.get(f"{home(case)}/supplements")

    assert file.id in client.text
    assert (await desk.get(f"/staff/cases/{case.number}/files/{file.id}/original")).status_code == 404
    await desk.get(f"/staff/cases/{case.number}")
    assert file.id not in desk.text


async def test_an_application_that_was_taken_back_shows_the_desk_nothing(
    client: Client, desk: Client, case: Case
) -> None:
    await add_document(case, IDENTITY)
    (old,) = await keep.documents(case.id)
    assert old.id in (await desk.get(f"/staff/cases/{case.number}?file={old.id}")).text

    taken = await draft.take_back(case, citizen(await make_person()))
    await add_document(taken, EXAM)

    assert await sent.documents(taken) == []
    for file in await keep.documents(taken.id):
        assert await looks(desk, taken, file) == NOWHERE
    back = await send_in(taken, citizen(await make_person()))
    assert len(await sent.documents(back)) == 2


async def test_an_addition_that_waits_when_it_is_taken_back_waits_on_after_it_was_sent_in_again(case: Case) -> None:
    await add_document(case, supplement.upload_slot(EXAM))
    me = citizen(await make_person())

    taken = await draft.take_back(case, me)
    back = await send_in(taken, me)

    assert await sent.documents(back) == []
    assert len(await supplement.unsent(back)) == 1
    await supplement.send(back, me)
    assert len(await sent.documents(await current(back))) == 1


async def test_the_clerk_who_entered_an_application_sees_no_more_of_it_once_its_person_took_it_back(
    client: Client, case: Case
) -> None:
    clerk = await make_staff(login="clerk")
    me = await make_person()
    await draft.take_back(case, citizen(me))
    await assisted.begin(clerk.id, me.id, REGIONS["meishan"], "counter", "")
    again = await current(case)
    await client.staff_sign_in("clerk")
    await client.get(f"/staff/assisted/{case.id}")
    assert client.status == 200

    sent_in = await send_in(again, citizen(me))
    await draft.take_back(sent_in, citizen(me))

    assert (await client.get(f"/staff/assisted/{case.id}")).status_code == 404
    assert await assisted.under_way(clerk.id) == []


async def test_a_letter_counts_what_was_sent_and_nothing_else(case: Case) -> None:
    me = citizen(await make_person())
    taken = await draft.take_back(case, me)
    await add_document(taken, IDENTITY)
    await add_document(taken, supplement.upload_slot(EXAM))

    back = await send_in(taken, me)

    receipt = next(one for one in await letters(back.id) if one.kind == "L01" and not one.void)
    assert "1 份，共 1 页" in str(receipt.opened())


async def test_an_addition_that_waits_becomes_the_answer_that_waits_when_the_office_asks_for_it(
    client: Client, desk: Client, case: Case
) -> None:
    file = await add(client, f"{home(case)}/supplements/{EXAM}", "先传的.jpg")

    case = await ask(case)

    defect, notice = await only_defect(case)
    assert [one.id for one in defect.files] == [file.id]
    assert await looks(desk, case, file) == NOWHERE
    await corrections.answer(case, citizen(await make_person()), notice)
    assert await looks(desk, case, file) == EVERYWHERE


async def test_what_waits_for_a_notice_that_is_cancelled_can_be_sent_as_an_addition(
    client: Client, desk: Client, case: Case
) -> None:
    asked = await ask(case)
    file = await add_for_defect(client, asked)
    _, notice = await only_defect(asked)

    case = await corrections.cancel(asked, REVIEWER, notice, "不用补了")

    assert case.at is State.REVIEWING
    assert await looks(desk, case, file) == NOWHERE
    await client.get(f"{home(case)}/supplements")
    assert "补的.jpg" in client.text
    await client.post(f"{home(case)}/supplements")
    assert await looks(desk, case, file) == EVERYWHERE


async def test_a_further_notice_is_about_what_was_sent_after_the_last_one_only(case: Case) -> None:
    me, reviewer = citizen(await make_person()), await make_staff()
    case = await ask(case, IDENTITY)
    defect, notice = await only_defect(case)
    await add_document(case, defect.upload_slot)
    case = await corrections.answer(case, me, notice)
    await add_document(case, supplement.upload_slot(EXAM))
    assert await slots_askable(case) == {IDENTITY}

    case = await supplement.send(case, me)

    assert await slots_askable(case) == {IDENTITY, EXAM}
    assert (await move(case, "draft_decision", acting(reviewer, Role.REVIEWER))).at is State.DECIDING
