"""A re-review at the desk: drafted and approved like any case, without a new period."""

import pytest

from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case, case_by_id
from portal.cases.result import decision
from portal.cases.time import reminders
from portal.core.store.database import execute, fetch_value
from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.factories import citizen, make_benefit, make_person, make_staff, send_in

pytestmark = pytest.mark.usefixtures("database")


async def submitted() -> tuple[Benefit, Case]:
    """Return a benefit and its re-review, submitted."""
    held = await make_benefit(disease="M00500")
    assert held.rereview_on
    clock.shift(held.rereview_on - clock.today())
    await benefit.turn_over()
    await reminders.ask_again()
    case = await case_by_id(str(await fetch_value("SELECT id FROM cases WHERE kind = 'rereview'")))
    assert case
    return held, await send_in(case, citizen(await make_person()))


async def propose(client: Client, case: Case) -> str:
    """Have one clerk propose to pass, and *client* sit down as the approver; return the page of the approval."""
    await make_staff(login="one")
    await make_staff("approver", login="two")
    (disease,) = await decision.diseases(case)
    home = f"/staff/cases/{case.number}"
    async with Client() as reviewer:
        await reviewer.staff_sign_in("one")
        await reviewer.get(f"{home}/decision")
        assert "通过以后待遇继续，有效期不变" in reviewer.text
        assert "有效期（月）" not in reviewer.text
        await reviewer.post(f"{home}/decision", {f"verdict-{disease.id}": "passed"})
    await client.staff_sign_in("two")
    await client.get(f"{home}/approval")
    return f"{home}/approval"


async def test_it_is_called_so_and_passes_without_a_new_period(client: Client) -> None:
    held, case = await submitted()

    page = await propose(client, case)
    assert "不变，这是复审" in client.text
    await client.post(page, {"action": "decide"})

    assert "（复审）" in client.text
    now = await benefit.benefit(held.id)
    assert now
    assert (now.starts_on, now.ends_on, now.rereview_by) == (held.starts_on, held.ends_on, None)


async def test_the_approver_is_told_when_the_benefit_is_gone_meanwhile(client: Client) -> None:
    held, case = await submitted()
    page = await propose(client, case)
    await execute("UPDATE benefit SET state = 'revoked' WHERE id = $1", held.id)

    await client.post(page, {"action": "decide"})

    assert client.status == 422
    assert "复审的待遇已经不在了" in client.text
