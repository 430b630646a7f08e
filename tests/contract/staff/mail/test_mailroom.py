"""The mail desk: printed, posted by waybill, signed for or come back; and nothing of what is inside."""

import re
from datetime import timedelta

import msgspec
import pypdfium2
import pytest

from portal.cases.mail import delivery as post
from portal.cases.mail.acts import Hand, Stand
from portal.cases.mail.delivery import By
from portal.core.store import audit
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.staff.mail.envelope_row import STANDS
from tests.helpers.client import Client
from tests.helpers.factories import make_staff
from tests.helpers.mail import CLERK, WHERE, ended, envelope

HOME = "/staff/mailroom"
DISEASE = "糖尿病"


async def at_the_desk(client: Client, role: str = "mail_clerk", region: str = "meishan") -> None:
    await make_staff(role, region)
    await client.staff_sign_in(f"{region}-{role}")


def boxes(client: Client) -> list[str]:
    return re.findall(r'name="envelope" value="([^"]+)"', client.text)


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page without spaces."""
    document = pypdfium2.PdfDocument(content)
    found = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]
    document.close()
    return found


async def test_an_envelope_is_printed_posted_and_signed_for_and_the_desk_never_reads_the_disease(
    client: Client,
) -> None:
    case = await ended()
    await at_the_desk(client)
    await client.get("/staff/")
    assert client.path == HOME  # a mail clerk's own desk
    assert "张*" in client.text
    assert "张丽" not in client.text
    seen = [client.text]

    await client.post(f"{HOME}/batches", {"envelope": boxes(client)})
    assert client.path.startswith(f"{HOME}/batches/")
    seen.append(client.text)
    await client.get(f"{client.path}.pdf")
    first, *inside = pages_of(client.page.content)
    assert ("苏祠路1号" in first, "张丽收" in first, "13800000101" in first) == (True, True, True)
    assert ("病" in first, "认定" in first) == (False, False)  # what shows in the window of the envelope
    assert (len(inside), all(DISEASE in page for page in inside)) == (2, True)

    await client.get(f"{HOME}?view=post")
    seen.append(client.text)
    known = await envelope(case)
    await client.post(f"{HOME}/postings", {"courier": "邮政EMS", f"no-{known.id}": " 12345-67890 123 "})
    assert (await envelope(case)).waybill == "1234567890123"
    await client.get(f"{HOME}/find?q=1234567890123")
    assert client.path == f"{HOME}/{known.id}"
    assert "苏祠路" in client.text
    seen.append(client.text)
    await client.post(f"{HOME}/{known.id}", {"action": "deliver", "day": clock.today().isoformat()})
    assert (await envelope(case)).delivered_on == clock.today()
    await client.get(f"{HOME}?view=over")
    seen.append(client.text)

    assert not [text for text in seen if "病" in text.replace("慢特病", "") or case.number in text]
    acts = [row.act for row in await audit.done_to(f"delivery:{known.id}")]
    assert acts == ["mail_print", "print_letters", "mail_post", "read_address", "mail_deliver", "read_address"]


async def test_the_citizen_sees_who_read_the_address_and_printed(client: Client) -> None:
    await ended()
    await at_the_desk(client)
    await client.get(HOME)
    await client.post(f"{HOME}/batches", {"envelope": boxes(client)})
    await client.get(f"{client.path}.pdf")
    await client.sign_in("13800000101")

    await client.get("/meishan/access")

    assert "打印了要寄给您的文书" in client.text


@pytest.mark.parametrize(
    ("courier", "number", "said"),
    [
        ("", "1234567890123", "请选快递公司"),
        ("邮政EMS", "", "还没有填运单号"),
        ("邮政EMS", "12 34", "运单号只有字母和数字"),
        ("邮政EMS", "USED01", "这个运单号已经用过了"),
        ("顺风", "1234567890123", "请选快递公司"),
    ],
)
async def test_a_waybill_that_cannot_be_right_is_refused(client: Client, courier: str, number: str, said: str) -> None:
    other = await post.act(await envelope(await ended(no="ms-02")), "print", CLERK)
    await post.act(other, "post", CLERK, courier="邮政EMS", waybill="USED01")
    known = await post.act(await envelope(await ended()), "print", CLERK)
    await at_the_desk(client)
    await client.get(f"{HOME}?view=post")

    await client.post(f"{HOME}/postings", {"courier": courier, f"no-{known.id}": number})

    assert client.status == 422
    assert said in client.text
    assert await fetch_value("SELECT state FROM delivery WHERE id = $1", known.id) == "printed"


async def test_what_comes_back_goes_out_again_to_the_address_said_on_the_telephone(client: Client) -> None:
    case = await ended()
    known = await post.act(await envelope(case), "print", CLERK)
    known = await post.act(known, "post", CLERK, courier="邮政EMS", waybill="1234567890123")
    await at_the_desk(client)
    await client.get(f"{HOME}/{known.id}")
    await client.post(f"{HOME}/{known.id}", {"action": "return"})
    assert (await envelope(case)).at is Stand.RETURNED
    said = {**msgspec.to_builtins(WHERE), "action": "fix_address"}
    await client.post(f"{HOME}/{known.id}", {**said, "recipient": ""})
    assert client.status == 422

    await client.post(
        f"{HOME}/{known.id}", {**msgspec.to_builtins(WHERE), "recipient": "王五", "action": "fix_address"}
    )

    assert ((await envelope(case)).at, (await envelope(case)).where.recipient) == (Stand.ADDRESS_FIXED, "王五")
    await client.get(HOME)
    await client.post(f"{HOME}/batches", {"envelope": boxes(client)})
    assert (await envelope(case)).waybill == ""


async def test_a_day_nobody_signed_on_is_refused(client: Client) -> None:
    known = await post.act(await envelope(await ended()), "print", CLERK)
    known = await post.act(known, "post", CLERK, courier="邮政EMS", waybill="1234567890123")
    await at_the_desk(client)
    await client.get(f"{HOME}/{known.id}")

    for wrong in (
        "",
        "x",
        (clock.today() - timedelta(days=1)).isoformat(),
        (clock.today() + timedelta(days=1)).isoformat(),
    ):
        await client.post(f"{HOME}/{known.id}", {"action": "deliver", "day": wrong})
        assert client.status == 422, wrong


async def test_a_clerk_who_came_second_changes_nothing(client: Client) -> None:
    case = await ended()
    await at_the_desk(client)
    await client.get(HOME)
    ticked = boxes(client)
    await client.post(f"{HOME}/batches", {"envelope": ticked})
    batch = client.path

    await client.get(f"{HOME}?view=post")
    await client.post(f"{HOME}/batches", {"envelope": ticked})
    assert client.status == 409
    await client.get(f"{HOME}?view=post")
    known = await envelope(case)
    await client.post(f"{HOME}/postings", {"courier": "邮政EMS", f"no-{known.id}": "EX12345", f"seen-{known.id}": "1"})
    assert client.status == 409
    assert 'value="EX12345"' in client.text
    await client.get(batch)  # what is still to be posted can be printed once more
    assert client.status == 200


async def test_a_name_that_cannot_be_printed_stops_only_itself(client: Client) -> None:
    rare, fine = await ended(), await ended(no="ms-02")
    me = By(rare.person, Hand.CITIZEN, "citizen")
    await post.change_address(await envelope(rare), msgspec.structs.replace(WHERE, recipient="𪛖某"), me)
    await at_the_desk(client)
    await client.get(HOME)

    await client.post(f"{HOME}/batches", {"envelope": boxes(client)})

    assert client.status == 422
    assert "有的字打印不出来：𪛖*" in client.text
    assert (await envelope(fine)).at is Stand.REQUESTED
    known = await envelope(fine)
    await client.post(f"{HOME}/batches", {"envelope": f"{known.id}.{known.row_version}"})
    assert (await envelope(fine)).at is Stand.PRINTED


async def test_another_city_and_one_that_sends_no_mail_find_nothing(client: Client) -> None:
    known = await envelope(await ended())
    await at_the_desk(client, region="xinxing")
    for path in ("", "/batches/x", f"/{known.id}"):
        await client.get(f"{HOME}{path}")
        assert client.status == 404, path
    await client.get("/staff/")
    assert "没有要在这里办的事" in client.text


async def test_the_workbench_counts_what_waits_to_be_posted(client: Client) -> None:
    await ended()
    await at_the_desk(client, "supervisor")

    await client.get("/staff/")

    assert re.search(r"<b>1</b>待邮寄", client.text)


def test_wherever_an_envelope_is_the_desk_has_words_for_it() -> None:
    assert STANDS.keys() == set(Stand) - {Stand.NOTHING}
