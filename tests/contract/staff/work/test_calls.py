"""The desk calls whom no message reached, and writes down what came of it."""

import pytest

from portal.cases.desk import calls
from portal.cases.life.case import Case
from portal.core.store import audit
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_staff
from tests.helpers.world import sign_in_clerk


@pytest.fixture
async def case(client: Client) -> Case:
    """A case whose people must be called, and a reviewer at the desk."""
    made = await make_case()
    await sign_in_clerk(client)
    await calls.ask_for(made, calls.FAILED)
    return made


async def test_the_call_is_on_the_desk_on_the_list_and_on_the_case(client: Client, case: Case) -> None:
    await client.get("/staff/")
    assert "待打电话" in client.text
    await client.get("/staff/calls")
    assert f'href="/staff/cases/{case.number}/call"' in client.text
    await client.get(f"/staff/cases/{case.number}")
    assert "有电话要打" in client.text


async def test_what_came_of_it_is_written_down_once_and_stands_in_the_log(client: Client, case: Case) -> None:
    address = f"/staff/cases/{case.number}/call"
    await client.get(address)
    assert "138****0101" in client.text
    assert "13800000101" not in client.text

    await client.post(address)
    assert client.status == 422
    assert "请选打通了没有。" in client.text
    await client.post(address, {"outcome": calls.REACHED})
    assert client.path == "/staff/calls"
    assert "现在没有要打的电话。" in client.text

    await client.post(address, {"outcome": calls.REACHED})
    assert client.status == 409
    await client.get(address)
    assert client.status == 404
    assert [row.act for row in await audit.done_to(f"case:{case.id}") if row.act.startswith("called_")] == [
        "called_reached"
    ]


async def test_nobody_calls_about_a_case_of_another_city(client: Client, case: Case) -> None:
    await make_staff("supervisor", "xinxing")
    async with Client() as other:
        await other.staff_sign_in("xinxing-supervisor")
        await other.get("/staff/calls")
        assert case.number not in other.text
        await other.get(f"/staff/cases/{case.number}/call")
        assert other.status == 404
