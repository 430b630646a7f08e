"""A decision rests on something that can be seen: criteria beside papers, marked by one and read by the other."""

import re

import pytest

from portal.cases.life.case import Case
from portal.cases.life.moves import Role
from portal.cases.result import decision
from portal.core.store.database import fetch_value
from portal.documents import keep
from portal.letters.letter import letters
from tests.helpers.client import Client
from tests.helpers.factories import acting, add_papers, current, make_case, make_staff, nobodys
from tests.helpers.must import must

pytestmark = pytest.mark.usefixtures("database")


async def marked(client: Client) -> tuple[Case, str, str]:
    """Have the reviewer find each criterion met; return the case, its disease and the proof of the first."""
    await make_staff("reviewer")
    await make_staff("approver")
    case = await nobodys(await make_case())
    await add_papers(case)
    (disease,) = await decision.diseases(case)
    await client.staff_sign_in("meishan-reviewer")
    home = f"/staff/cases/{case.number}/decision"
    await client.get(home)
    proof = must(re.search(r'<option value="([\w-]+\.1)"', client.text))[1]
    fields = {f"finding-{disease.id}-{number}": "met" for number, _ in case.city.criteria[disease.code].numbered()}
    await client.post(home, {f"verdict-{disease.id}": "passed", f"proof-{disease.id}-1": proof, **fields})
    return case, disease.id, proof


async def test_the_reviewer_drafts_beside_the_papers_and_marks_each_criterion(client: Client) -> None:
    await make_staff("reviewer")
    case = await nobodys(await make_case())
    await add_papers(case)
    (disease,) = await decision.diseases(case)
    await client.staff_sign_in("meishan-reviewer")

    await client.get(f"/staff/cases/{case.number}/decision")

    assert '<paper-viewer data-address="' in client.text
    for number, _ in case.city.criteria[disease.code].numbered():
        assert f'name="finding-{disease.id}-{number}" value="met"' in client.text
        assert f'name="proof-{disease.id}-{number}"' in client.text
    pages = re.findall(rf'href="(/staff/cases/{case.number}/decision\?file=[^"]+)#viewer-file"', client.text)
    assert pages


async def test_the_approver_sees_what_was_marked_and_opens_the_page_that_proves_it_by_one_press(
    client: Client,
) -> None:
    case, _, proof = await marked(client)
    await client.staff_sign_in("meishan-approver")

    await client.get(f"/staff/cases/{case.number}/approval")

    assert "审核员标的：符合" in client.text
    assert "申请人自查" in client.text
    assert '<paper-viewer data-address="' in client.text
    file, leaf = proof.split(".")
    link = f"/staff/cases/{case.number}/approval?file={file}&amp;leaf={leaf}"
    assert f'href="{link}#viewer-file"' in client.text
    await client.get(link.replace("&amp;", "&"))
    assert f"/files/{file}/pages/1" in client.text


async def test_the_approval_keeps_what_it_rests_on_sealed_and_the_letters_name_it(client: Client) -> None:
    case, id, proof = await marked(client)
    approver = await make_staff("approver", login="second-approver")

    case = await decision.decide(await current(case), acting(approver, Role.APPROVER))

    (disease,) = await decision.diseases(case)
    assert disease.proofs["1"] == decision.Proof("met", proof.split(".")[0], 1)
    stored = bytes(await fetch_value("SELECT findings FROM case_disease WHERE id = $1", id))
    assert proof.split(".")[0].encode() not in stored
    names = {file.id: file.slot for file in await keep.documents(case.id)}
    assert proof.split(".")[0] in names
    for letter in await letters(case.id):
        if letter.kind in ("L09", "L10"):
            assert dict(letter.opened().rows)["查看的材料"]


async def test_the_reviewer_reads_why_it_was_sent_back_and_finds_the_marks_again(client: Client) -> None:
    case, _, _ = await marked(client)
    approver = await make_staff("approver", login="second-approver")

    await decision.send_back(await current(case), acting(approver, Role.APPROVER), "请看第二页")

    await client.staff_sign_in("meishan-reviewer")
    await client.get(f"/staff/cases/{case.number}/decision")
    assert "审批人退回了：请看第二页" in client.text
    assert re.search(r'name="finding-[^"]+" value="met"[^>]*checked', client.text)
