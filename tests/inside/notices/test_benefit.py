"""Messages about a benefit that ends: to whom, by which phone, and what they never say."""

from datetime import timedelta

import pytest

from portal.cases.benefits import benefit
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case
from portal.cases.time import reminders
from portal.core.store.crypto import opened, opened_json
from portal.core.store.database import execute, fetch_all
from portal.core.tools import clock
from portal.notices.send import NoticeRow
from portal.notices.write import words
from tests.helpers import care
from tests.helpers.factories import make_benefit, make_decided, make_person

pytestmark = pytest.mark.usefixtures("database")
OWN, PROXY = "13800000114", "13800000103"


async def near_its_end(case: Case) -> Benefit:
    """Return what a case gave, a week before its end."""
    (held,) = await benefit.of_case(case)
    assert held.ends_on
    clock.shift(held.ends_on - timedelta(days=7) - clock.today())
    await benefit.turn_over()
    return held


async def phones() -> list[str]:
    """Return where the SMS of the reminder go."""
    rows = await fetch_all(NoticeRow, "FROM notice WHERE code = 'N25' AND channel = 'sms'")
    return sorted(opened(row.recipient, f"notice.recipient:{row.id}") for row in rows if row.recipient)


async def people() -> list[str]:
    """Return who has a copy in the portal."""
    return sorted(
        [one.person for one in await fetch_all(Copy, "FROM notice WHERE code = 'N25' AND channel = 'in_app'")]
    )


class Copy(NoticeRow, frozen=True):
    """A message and whose it is."""

    person: str


async def test_the_person_hears_by_their_own_phone_and_the_proxy_who_receives_by_theirs() -> None:
    proxy, known, case = await care.by_proxy()
    held = await near_its_end(await make_decided(case, months=6))  # it ends while the delegation still runs

    await reminders.remind()

    assert await phones() == sorted([OWN, PROXY])
    assert await people() == sorted([held.person, proxy.id])
    assert known.verified


@pytest.mark.parametrize("change", ["state = 'revoked'", "scope = 'apply view'"])
async def test_a_proxy_who_is_out_or_does_not_receive_hears_nothing(change: str) -> None:
    _, known, case = await care.by_proxy()
    held = await near_its_end(await make_decided(case, months=6))
    await execute(f"UPDATE delegation SET {change} WHERE id = $1", known.id)

    await reminders.remind()

    assert await phones() == [OWN]
    assert await people() == [held.person]


async def test_of_a_strictly_private_disease_only_the_person_hears() -> None:
    await care.become(await care.propose(await make_person("ms-03"), "ms-01"), "active")
    held = await make_benefit(disease="M02100")
    assert held.ends_on
    clock.shift(held.ends_on - timedelta(days=7) - clock.today())
    await benefit.turn_over()

    await reminders.remind()

    assert await people() == [held.person]


async def test_an_sms_names_the_day_and_neither_the_disease_nor_the_person() -> None:
    held = await make_benefit()
    assert held.ends_on
    clock.shift(held.ends_on - clock.today())
    await benefit.turn_over()

    await reminders.remind()

    (row,) = await fetch_all(NoticeRow, "FROM notice WHERE code = 'N25' AND channel = 'sms'")
    text = words("N25", "sms", opened_json(row.variables, f"notice.variables:{row.id}"))
    assert f"{held.ends_on.month}月{held.ends_on.day}日到期" in text
    assert "糖尿病" not in text
    assert "张丽" not in text
    assert len(text) <= 70
