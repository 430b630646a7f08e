"""What somebody finds who has made a mistake, and the draft of a citizen to make it in."""

import re
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect

from e2e.chain import Applicant
from e2e.conftest import PHONE, context_of, watched
from e2e.people import Citizen, Person
from e2e.server import Server


def finds_errors(citizen: Person, *messages: str) -> None:
    """Find exactly *messages* in the focused summary, each leading to its field, which says the same."""
    page = citizen.page
    expect(page).to_have_title(re.compile("^错误："))
    expect(page.locator(":focus")).to_have_id("error-summary")
    expect(page.get_by_role("heading", name=f"请改正以下 {len(messages)} 处")).to_be_visible()
    expect(page.locator("#error-summary").get_by_role("link")).to_have_text(list(messages))
    citizen.check_page()
    for message in messages:
        leads_to_its_field(page, message)


def leads_to_its_field(page: Page, message: str) -> None:
    """Follow a line of the summary: focus is on the field, and the field (or its group) says the same."""
    link = page.locator("#error-summary").get_by_role("link", name=message, exact=True)
    field = page.locator(f"[id='{(link.get_attribute('href') or '').removeprefix('#')}']")
    link.press("Enter")
    expect(field).to_be_focused()
    if field.evaluate("field => field.matches('h2, legend')"):
        expect(page.locator("section, fieldset").filter(has=field).get_by_text(message)).to_be_visible()
        return
    expect(field).to_have_attribute("aria-invalid", "true")
    group = page.locator("fieldset[aria-describedby]").filter(has=field)
    expect(group if group.count() else field).to_have_accessible_description(re.compile(re.escape(message)))


def draft_of(mobile: str, browser: Browser, server: Server) -> Iterator[tuple[Citizen, Applicant]]:
    """Yield a citizen on a phone with a draft, signed in by *mobile*."""
    context = context_of(browser, PHONE)
    citizen = Citizen(watched(context.new_page()), server.base)
    applicant = Applicant(citizen)
    applicant.sign_in(mobile)
    applicant.begin_anew()
    yield citizen, applicant
    assert not citizen.page.complaints, citizen.page.complaints  # type: ignore[attr-defined]
    context.close()
