"""The pages around who somebody is, large and narrow at once: the elder view at 320 px, each looked at by axe, too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from e2e.conftest import PHONE, context_of, watched
from e2e.hands import Hands
from e2e.people import Citizen
from e2e.server import Server
from e2e.sizes import is_large_enough, stays_inside

NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}}
OWN = {
    "/meishan/register": "实名注册",
    "/meishan/settings": "账号设置",
    "/meishan/settings/closing": "注销账号",
    "/meishan/delegations": "委托",
    "/meishan/delegations/new": "委托信息",
    "/meishan/access": "谁看过我的资料",
    "/meishan/logout": "退出",
}


@pytest.fixture
def elder(browser: Browser, server: Server) -> Iterator[Citizen]:
    """Somebody who reads large words on the narrowest phone."""
    context = context_of(browser, NARROW)
    made = Citizen(watched(context.new_page()), server.base)
    made.go("/meishan/login?look=elder")
    yield made
    assert not made.page.complaints, made.page.complaints  # type: ignore[attr-defined]
    context.close()


def fits(person: Citizen, heading: str) -> None:
    """Wait for the page; see that words and targets are large, and that nothing stands out of it."""
    person.heading(heading)
    assert person.page.evaluate("document.documentElement.classList.contains('elder')"), person.page.url
    is_large_enough(person, target=44, main=60, text=20)
    stays_inside(person.page)


def test_signing_in_and_ones_own_pages_fit_the_elder_view_on_the_narrowest_phone(elder: Citizen) -> None:
    elder.go("/meishan/face")
    fits(elder, "人脸识别：先看清楚")
    elder.fill("姓名", "黄小燕")
    elder.fill("证件号码", "511400196504180042")
    hands = Hands(elder)
    hands.tick("我看清楚了，同意这一次用我的人脸照片核对身份")
    hands.push("同意，去拍照")
    fits(elder, "拍一张照片")
    elder.go("/meishan/login")
    fits(elder, "登录")
    elder.fill("手机号码", "13800000103")
    elder.press("发验证码")
    fits(elder, "输入验证码")
    elder.fill("验证码", elder.page.locator("#demo-code").inner_text())
    elder.press("登录", exact=True)
    fits(elder, "您是哪一位？")
    elder.press("黄*燕")
    elder.heading("我的办件")
    for path, heading in OWN.items():
        elder.go(path)
        fits(elder, heading)
    elder.go("/meishan/delegations/new")
    elder.fill("对方（委托人）的姓名", "罗淑芬")
    elder.fill("对方的身份证号", "511400196010100081")
    elder.page.get_by_role("radio", name="子女").check()
    elder.page.get_by_role("radio", name="上传授权委托书").check()
    elder.page.get_by_role("radio", name="都不是").check()
    elder.press("下一步")
    fits(elder, "委托情况")
    elder.follow("看委托书，打印")
    fits(elder, "授权委托书")
