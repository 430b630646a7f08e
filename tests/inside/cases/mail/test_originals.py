"""Paper originals: asked for, sent, received, checked, sent back; and never in the way of the application."""

from itertools import product

import pytest

from portal.cases.life.case import Case
from portal.cases.life.moves import Role, moves_open
from portal.cases.mail import originals
from portal.cases.mail.originals import ACTS, Original, Place, acts_open
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.machine import NotAllowed
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_staff

LEGAL = {
    ("not_needed", "ask", "office"),
    ("asked", "drop", "office"),
    ("asked", "send", "citizen"),
    ("asked", "receive", "mail_clerk"),
    ("in_transit", "receive", "mail_clerk"),
    ("received", "check", "office"),
    ("checked", "send_back", "mail_clerk"),
    ("sent_back", "ask", "office"),
}
WHO: tuple[originals.Whose, ...] = ("office", "citizen", "mail_clerk")


def test_a_packet_goes_only_the_ways_of_the_list() -> None:
    found = {(place.value, name, who) for place, who in product(Place, WHO) for name in acts_open(place, who)}

    assert found == LEGAL


async def asked() -> tuple[Case, Original]:
    """Return a case of Meishan whose original was asked for."""
    case = await make_case()
    reviewer = await make_staff("reviewer", login="asks")
    await originals.ask(case, ["medical_records"], reviewer.id)
    known = await originals.of(case)
    assert known
    return case, known


async def test_what_the_list_does_not_allow_changes_nothing(database: None) -> None:
    case, known = await asked()

    for place, act, who in product(Place, ACTS, WHO):
        if act.action == "ask" or (place.value, act.action, who) in LEGAL:
            continue
        await execute("UPDATE original SET state = $2 WHERE id = $1", known.id, place.value)
        now = await originals.of(case)
        assert now
        with pytest.raises(NotAllowed):
            await originals.act(now, act.action, who, "x", "x")
        assert await originals.of(case) == now


async def test_the_application_goes_on_whether_the_paper_comes_or_not(database: None) -> None:
    case = await make_case()
    before = moves_open(case.facts(clock.now()), Role.REVIEWER, case.city)

    await originals.ask(case, ["medical_records"], "a reviewer")

    assert moves_open(case.facts(clock.now()), Role.REVIEWER, case.city) == before
    with pytest.raises(NotAllowed):
        await originals.ask(case, ["medical_records"], "a reviewer")


async def test_a_packet_goes_from_the_reviewer_to_the_citizen_the_mail_desk_and_back(client: Client) -> None:
    case = await make_case()
    await make_staff("reviewer")
    await make_staff("mail_clerk")
    desk, post = Client(), Client()
    await desk.staff_sign_in("meishan-reviewer")
    at_case = f"/staff/cases/{case.number}/originals"
    await desk.get(at_case)
    await desk.post(at_case, {"action": "ask"})
    assert desk.status == 422
    await desk.post(at_case, {"action": "ask", "material": "medical_records"})
    assert "等申请人寄来" in desk.text

    await client.sign_in("13800000101")
    await client.get(f"/meishan/cases/{case.number}")
    assert "经办机构想看纸质原件" in client.text
    await client.get(f"/meishan/cases/{case.number}/originals")
    assert case.city.rules.agency.post_to_zh in client.text
    await client.post(f"/meishan/cases/{case.number}/originals", {"waybill": "单号"})
    assert client.status == 422
    await client.post(f"/meishan/cases/{case.number}/originals", {"waybill": "ex 123-456"})
    assert "EX123456" in client.text

    known = await originals.of(case)
    assert known
    await post.staff_sign_in("meishan-mail_clerk")
    await post.get("/staff/mailroom/originals")
    assert "EX123456" in post.text
    assert "张丽" not in post.text
    packet = f"/staff/mailroom/originals/{known.id}"
    await post.get(packet)
    await post.post(packet, {"action": "receive"})
    await desk.get(at_case)
    await desk.post(at_case, {"action": "check"})
    await post.get(packet)
    await post.post(packet, {"action": "send_back", "waybill": "1"})
    assert post.status == 422
    await post.post(packet, {"action": "send_back", "waybill": "BACK123"})
    await client.get(f"/meishan/cases/{case.number}/originals")

    assert "BACK123" in client.text
    assert "已寄回给您" in client.text
    sql = "SELECT count(*) FROM audit WHERE thing = $1 AND act LIKE 'original_%'"
    assert await fetch_value(sql, f"original:{known.id}") == 5


async def test_where_no_original_is_kept_nobody_asks_for_one(client: Client) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    await make_staff("reviewer", "xinxing")
    await client.staff_sign_in("xinxing-reviewer")
    await client.get(f"/staff/cases/{case.number}")
    assert "纸质原件" not in client.text
    await client.get(f"/staff/cases/{case.number}/originals")
    assert client.status == 404


async def test_who_came_second_is_told(client: Client) -> None:
    case, known = await asked()
    await client.sign_in("13800000101")
    await client.get(f"/meishan/cases/{case.number}/originals")
    await originals.act(known, "receive", "mail_clerk", "a clerk", "staff")

    await client.post(f"/meishan/cases/{case.number}/originals", {"waybill": "EX1"})

    assert client.status == 409
