"""While nobody could look for viruses the citizen goes on, the desk waits, and what is found later is said."""

from portal.documents import keep
from portal.documents.scanning import scan_waiting
from tests.helpers.answers import AFTER_MATERIALS, BEFORE_MATERIALS
from tests.helpers.changes import ChangeSettings
from tests.helpers.client import Client
from tests.helpers.factories import make_person, make_staff
from tests.helpers.scanner import EICAR, Scanner
from tests.helpers.walk import answer, begin, photo, sign, upload

SLOTS = (
    "medical_records.exam_report",
    "medical_records.diagnosis_certificate",
    "medical_records.inpatient_record",
    "identity",
)


async def test_a_virus_is_told_in_a_sentence_and_what_is_there_stays(
    client: Client, scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd=scanner.address)
    await make_person()
    await client.sign_in("13800000101")
    home = await begin(client, "meishan")
    await upload(client, home, "identity", photo())

    await client.get(f"{home}/materials")
    await client.upload(f"{home}/materials/identity", ("病历.jpg", photo(1) + EICAR, "image/jpeg"))

    assert client.status == 422
    assert "“病历.jpg”可能不安全，没有收下。请换一个文件，或者直接拍照。" in client.text
    assert "照片0.jpg" in client.text


async def test_the_citizen_submits_and_the_desk_opens_nothing_before_it_was_looked_at(
    client: Client, scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd="127.0.0.1:1")
    await make_person()
    await client.sign_in("13800000101")
    home = await begin(client, "meishan")
    for slug in BEFORE_MATERIALS:
        await answer(client, home, slug)
    for turn, slot in enumerate(SLOTS):
        await upload(client, home, slot, photo(turn))
    await upload(client, home, "identity", photo(9) + EICAR)
    await client.get(f"{home}/materials")
    said_on_the_page = client.text.count("检查中")
    await client.post(f"{home}/materials")
    for slug in AFTER_MATERIALS:
        await answer(client, home, slug)
    files = await keep.documents(home.rpartition("/")[2])
    await sign(client, home, "张丽")
    number = client.path.split("/")[3]

    await make_staff()
    async with Client() as clerk:
        await clerk.staff_sign_in("meishan-reviewer")
        address = f"/staff/cases/{number}"
        shown = (await clerk.get(address)).text
        early = (await clerk.get(f"{address}/files/{files[0].id}/pages/1")).status_code
        early_text = clerk.text
        settings(clamd=scanner.address)
        await scan_waiting()
        shown_later = (await clerk.get(address)).text
        late = (await clerk.get(f"{address}/files/{files[0].id}/pages/1")).status_code

    assert said_on_the_page == len(SLOTS) + 1
    assert "检查中" in shown
    assert "<img src" not in shown
    assert (early, late) == (503, 200)
    assert "1 份不安全，已经删除" in shown_later
    assert "这个文件还在做安全检查" in early_text


async def test_what_was_found_later_is_said_on_the_page_it_was_sent_from(
    client: Client, scanner: Scanner, settings: ChangeSettings
) -> None:
    settings(clamd="127.0.0.1:1")
    await make_person()
    await client.sign_in("13800000101")
    home = await begin(client, "meishan")
    await client.get(f"{home}/materials")
    await client.upload(f"{home}/materials/identity", ("病历.jpg", photo() + EICAR, "image/jpeg"))
    taken = client.status
    settings(clamd=scanner.address)

    await scan_waiting()
    await client.get(f"{home}/materials")
    said = client.text
    await upload(client, home, "identity", photo(2))

    assert taken == 200
    assert "“病历.jpg”可能不安全，没有收下。" in said
    assert "病历.jpg" not in client.text
