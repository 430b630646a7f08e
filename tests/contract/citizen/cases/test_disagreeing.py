"""Who disagrees with a decision reads of the ways that exist, and of no other."""

import pytest

from portal.questions.delegation import WITHOUT_A_PAGE
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_decided, make_person


async def test_who_was_refused_is_led_to_the_ways_that_exist(client: Client) -> None:
    case = await make_decided(await make_case(), passed=False)
    await client.sign_in("13800000101")

    await client.get(f"/meishan/cases/{case.number}")
    assert "看理由和不同意怎么办" in client.text
    assert "申诉" not in client.text
    await client.get(f"/meishan/cases/{case.number}/decision")

    assert "书面申请复核" in client.text
    assert "网上就能" not in client.text
    await client.get("/meishan/notices")
    assert "要在60日内书面提出" in client.text
    assert "可申诉" not in client.text


@pytest.mark.parametrize("page", ["new", "offer"])
async def test_nobody_is_offered_to_delegate_an_objection_that_cannot_be_made_here(page: str, client: Client) -> None:
    await make_person()
    await client.sign_in("13800000101")

    await client.get(f"/meishan/delegations/{page}")

    assert 'value="withdraw"' in client.text
    assert "申诉" not in client.text
    assert [scope for scope in WITHOUT_A_PAGE if f'value="{scope}"' in client.text] == []


async def test_a_delegation_that_named_objections_earlier_still_says_so(client: Client) -> None:
    await make_person()
    asked = await care.propose(await make_person("ms-02"), "ms-01", scopes=("apply", "view", "appeal"))
    given = await care.become(asked, "active")
    await client.sign_in("13800000101")

    await client.get(f"/meishan/delegations/{given.id}")

    assert "申诉" in client.text
