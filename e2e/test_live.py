"""The open progress page hears of every change, on a slow line too."""

import time

import pytest
from playwright.sync_api import Route, expect

from e2e.chain import Applicant, Desk
from e2e.people import Citizen, Clerk

PATIENCE = 3_000  # milliseconds from the act on the desk to the citizen's page


def slowly(route: Route) -> None:
    """Let a file arrive a second late, as it may on a rural line."""
    time.sleep(1)
    route.continue_()


@pytest.mark.parametrize("device", ["phone"], indirect=True)
def test_the_page_is_live_however_late_its_second_script_arrives(citizen: Citizen, clerk: Clerk) -> None:
    applicant, desk = Applicant(citizen), Desk(clerk)
    applicant.sign_in("13800000114")
    applicant.throw_away()
    number = applicant.apply("徐文", disease="M00500")
    desk.sign_in("meishan-reviewer")
    citizen.page.route("**/hx-sse-*.js", slowly)

    with citizen.page.expect_response("**/events?*"):
        citizen.go(f"/meishan/cases/{number}")
    citizen.sees("正在审核，您不用做什么")
    desk.propose(number, passed=True)

    expect(citizen.page.get_by_text("正在写结果，您不用做什么")).to_be_visible(timeout=PATIENCE)
