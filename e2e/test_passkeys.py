"""A clerk adds a passkey at a desktop, signs out, and signs in with it; Chromium plays the security key."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from e2e.conftest import DESKTOP, PHONE, context_of, watched
from e2e.people import Clerk
from e2e.server import Server

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def base(server: Server) -> str:
    """The demonstration by a name: browsers tie passkeys to no numbers."""
    return f"http://localhost:{server.port}"


@pytest.fixture
def clerk(browser: Browser, base: str) -> Iterator[Clerk]:
    """A clerk at a desktop."""
    context = context_of(browser, DESKTOP)
    page = watched(context.new_page())
    yield Clerk(page, base)
    assert not page.complaints, page.complaints  # type: ignore[attr-defined]
    context.close()


@pytest.fixture
def key(clerk: Clerk) -> tuple[CDPSession, str]:
    """A security key plugged into the clerk's desktop."""
    wire = clerk.page.context.new_cdp_session(clerk.page)
    wire.send("WebAuthn.enable")
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return wire, str(made["authenticatorId"])


def press_by_keyboard(page: Page, name: str) -> None:
    """Reach the button called *name* with Tab alone, and press Enter."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by the keyboard on {page.url}")


def test_a_clerk_adds_a_passkey_and_signs_in_with_it_by_keyboard(clerk: Clerk, key: tuple[CDPSession, str]) -> None:
    wire, authenticator = key
    clerk.sign_in("meishan-reviewer")
    clerk.follow("通行密钥")
    clerk.heading("通行密钥")
    clerk.fill("名称", "办公室的电脑")
    press_by_keyboard(clerk.page, "添加")
    expect(clerk.page.get_by_role("listitem").filter(has_text="办公室的电脑")).to_be_visible()
    clerk.heading("通行密钥")
    clerk.press("退出")
    clerk.heading("工作人员登录")
    press_by_keyboard(clerk.page, "用通行密钥登录")
    clerk.heading("工作台")

    # A device that refuses says so in place, and the password's form is still there.
    clerk.press("退出")
    clerk.heading("工作人员登录")
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    clerk.press("用通行密钥登录")
    expect(clerk.page.get_by_role("status").filter(has_text="没有完成。可以再试一次。").first).to_be_visible()
    expect(clerk.page.get_by_label("密码")).to_be_visible()

    # Deleted, it opens nothing any more.
    wire.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    clerk.press("用通行密钥登录")
    clerk.heading("工作台")
    clerk.follow("通行密钥")
    clerk.press("删除 办公室的电脑")
    clerk.sees("还没有通行密钥。")
    clerk.press("退出")
    clerk.heading("工作人员登录")
    clerk.press("用通行密钥登录")
    clerk.sees("通行密钥没有通过。")
    clerk.check_page()


def test_at_an_address_of_numbers_the_page_says_where_passkeys_work(clerk: Clerk, server: Server, base: str) -> None:
    clerk.base = server.base

    clerk.go("/staff/login")

    clerk.sees(f"通行密钥只能在 {base} 用，请从那里打开。")
    expect(clerk.page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
    clerk.check_page()


def test_without_javascript_the_page_says_that_password_and_code_stay(browser: Browser, base: str) -> None:
    context = context_of(browser, PHONE, script=False)
    person = Clerk(context.new_page(), base, script=False)

    person.go("/staff/login")

    person.sees("没有打开 JavaScript。请用密码和动态验证码登录。")
    expect(person.page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
    person.check_page()
    context.close()
