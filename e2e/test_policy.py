"""The policy desk in a browser: changed by one admin, seen beforehand, released by another, read by a citizen."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from e2e.conftest import DESKTOP, PHONE, context_of, watched
from e2e.people import Citizen, Clerk
from e2e.server import Server
from portal.core.tools import clock

OLD, NEW = "零跑腿，不用到现场", "网上办，一次也不用跑"


@pytest.fixture
def admins(browser: Browser, server: Server) -> Iterator[tuple[Clerk, Clerk]]:
    """Two admins of Meishan at their desktops."""
    with ExitStack() as opened:
        made = []
        for login in ("meishan-admin", "meishan-admin-2"):
            page = watched(opened.enter_context(context_of(browser, DESKTOP)).new_page())
            made.append(Clerk(page, server.base))
            made[-1].sign_in(login, "人员账号")
        yield made[0], made[1]
        for one in made:
            assert not one.page.complaints, one.page.complaints  # type: ignore[attr-defined]


def version_of(admin: Clerk) -> str:
    """Return the address of the version on the page."""
    return admin.page.url.removeprefix(admin.base).partition("#")[0]


def test_a_change_goes_from_the_form_over_preview_and_second_person_to_the_guide(
    browser: Browser, server: Server, admins: tuple[Clerk, Clerk]
) -> None:
    maker, second = admins
    with context_of(browser, PHONE) as phone:
        citizen = Citizen(watched(phone.new_page()), server.base)
        citizen.go("/meishan/")
        citizen.sees(OLD)

        maker.follow("政策配置")
        maker.heading("政策配置")
        maker.follow("城市规则")
        maker.heading("城市规则")
        maker.press("起草新的一版")
        maker.heading("城市规则，第")
        version = version_of(maker)
        maker.follow("事项")
        maker.heading("事项")
        maker.fill("一句话说明", NEW)
        maker.press("存进草稿")
        maker.heading("城市规则，第")
        expect(maker.page.get_by_role("insertion")).to_have_text(NEW)
        maker.follow("办事指南")
        maker.sees("还没有生效")
        maker.sees(NEW)
        maker.check_page()
        maker.follow("回到这一版")
        maker.fill("依据", "医保局通知 2026 年第 8 号")
        maker.press("提交，请另一位管理员发布")
        maker.sees("等另一位管理员发布")
        maker.check_page()

        citizen.go("/meishan/")
        citizen.sees(OLD)
        second.go(version)
        second.sees("医保局通知 2026 年第 8 号")
        second.check_page()
        second.press("核对无误，发布")
        second.sees("已发布")
        second.check_page()
        citizen.go("/meishan/")
        citizen.sees(NEW)


def test_every_other_page_of_the_desk_is_good_to_use(admins: tuple[Clerk, Clerk]) -> None:
    maker, _ = admins
    tomorrow = clock.today() + timedelta(days=1)
    for path, heading in (
        ("/staff/policy/marks", "确认待确认的内容"),
        (f"/staff/policy/calendar?start={tomorrow}&days=5&city=xinxing", "试算期限"),
        ("/staff/users", "人员账号"),
        ("/staff/policy/files/diseases.csv", "病种目录"),
    ):
        maker.go(path)
        maker.heading(heading)
    maker.press("起草新的一版")
    maker.heading("病种目录，第")
    version = version_of(maker)
    for path, heading in (
        ("/rows/M01600", "糖尿病"),
        ("/rows/new", "新的一行"),
        ("/edit", "病种目录"),
        ("/preview/diseases", "病种目录"),
        ("/preview/questions", "预览：申请要填的问题和材料"),
    ):
        maker.go(f"{version}{path}")
        maker.heading(heading)
    maker.go(version)
    maker.press("提交，请另一位管理员发布")
    maker.heading("病种目录，第")
    maker.sees("请写修改的依据")
    maker.go("/staff/policy/files/region.toml")
    maker.press("起草新的一版")
    maker.heading("城市规则，第")
    maker.follow("申请材料，病历资料")
    maker.heading("申请材料，")
