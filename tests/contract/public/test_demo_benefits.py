"""The demonstration shows what becomes of a benefit: one to renew, one that has ended, one revoked, and a refusal."""

import re
from datetime import timedelta

import pytest

from portal import demo
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from tests.helpers.client import Client
from tests.helpers.seen import heading


@pytest.fixture
async def demonstration(database: None) -> None:
    """What `make run` begins with."""
    await demo.load()


async def test_a_person_whose_benefit_ends_in_twenty_days_can_renew_it(demonstration: None, client: Client) -> None:
    last = clock.today() + timedelta(days=20)

    await client.sign_in("13800000011", "xinxing")

    assert "支气管哮喘" in client.text
    assert f"{last.month}月{last.day}日" in client.text
    await client.get(re.findall(r'href="(/xinxing/benefits/[\w-]+/renewals/new)"', client.text)[0])
    assert "续期" in heading(client)


async def test_a_person_sees_a_benefit_that_ends_with_the_month_and_one_that_has_ended(
    demonstration: None, client: Client
) -> None:
    await client.sign_in("13800000112")

    assert "类风湿关节炎" in client.text
    assert len(re.findall(r'href="/meishan/benefits/[\w-]+/renewals/new"', client.text)) == 1
    assert "已到期" in client.text


async def test_a_person_sees_that_a_benefit_was_revoked_and_why_another_was_refused(
    demonstration: None, client: Client
) -> None:
    await client.sign_in("13800000113")

    assert "已撤销" in client.text
    assert "认定不通过" in client.text


async def test_what_was_decided_long_ago_sends_nobody_an_sms_and_leaves_the_clock_where_it_was(
    demonstration: None,
) -> None:
    assert clock.ahead() == timedelta()
    assert await fetch_value("SELECT count(*) FROM notice WHERE channel <> 'in_app'") == 0


@pytest.mark.parametrize("no", ["马桂兰", "罗淑芬", "徐文", "郑永"])
def test_make_run_says_whom_to_sign_in_as_to_see_a_benefit(no: str) -> None:
    assert no in demo.welcome()
